"""Ids sort in the order in which they were generated, also within a millisecond."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.ids import Ids


@pytest.mark.parametrize(
    ("generate", "form"), [(Ids.new, r"ak_3[0-9A-Za-z]{26}"), (Ids.new_hex, r"ak_[0-9a-f]{32}")], ids=["base62", "hex"]
)
def test_ids_sort_by_generation(generate: Callable[[Ids, str], str], form: str) -> None:
    clock = Clock()
    clock.freeze()
    ids = Ids(clock)
    made: list[str] = []
    for step in (1, 998, 1, 86_400_000):
        made += [generate(ids, "ak") for _ in range(100)]
        clock.advance(milliseconds=step)
    assert made == sorted(set(made))
    assert all(re.fullmatch(form, one) for one in made)


@pytest.mark.parametrize("generate", [Ids.new, Ids.new_hex])
def test_ids_of_a_seed_are_the_same_in_each_run(generate: Callable[[Ids, str], str]) -> None:
    clock = Clock()
    clock.freeze()
    ids = Ids(clock, 1)
    made = [generate(ids, "ak") for _ in range(3)]
    ids.reset()
    assert [generate(ids, "ak") for _ in range(3)] == made
    assert generate(Ids(clock, 2), "ak") != made[0]
