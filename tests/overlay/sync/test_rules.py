"""The version rule, as a table."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkkit.sync.schema.rules import NEVER, Decision, Source, Version, build_version, decide, to_milliseconds

T = 1_795_000_000_000
HOUR = 3_600_000
WRITE, ADVANCE, UNCHANGED = Decision.WRITE, Decision.ADVANCE, Decision.UNCHANGED
STALE, TOMBSTONED, UNKNOWN = Decision.STALE, Decision.TOMBSTONED, Decision.UNKNOWN
NESTED, REPORTED, SETTLED = Source.NESTED, Source.REPORTED, Source.SETTLED

# received, stored, whether the content is the same, decision
TABLE = [
    # Nothing is stored.
    ((T, T), None, False, WRITE),
    # A later change wins, whatever was reported later.
    ((T + 1, T + 1), (T, T + 9), False, WRITE),
    ((T, T + 9), (T + 1, T + 1), False, STALE),
    ((T, T + 9), (T + 1, T + 1), True, UNCHANGED),
    ((T + 1, T + 1), (T, T), True, ADVANCE),
    # With equal changes, the later report wins.
    ((T, T + 2), (T, T + 1), False, WRITE),
    ((T, T + 1), (T, T + 2), False, STALE),
    ((T, T + 2), (T, T + 1), True, ADVANCE),
    # A list that confirms a row need not write it, once no event of its last change can come.
    ((T, T + 2 * HOUR), (T, T + HOUR + 1), True, UNCHANGED),
    ((T, T + 2 * HOUR), (T, T + HOUR + 1), False, WRITE),
    # With equal times, the final state wins.
    ((T, T, 1), (T, T, 0), False, WRITE),
    ((T, T, 0), (T, T, 1), False, STALE),
    # With equal times and ranks, only equal content needs no answer.
    ((T, T), (T, T), True, UNCHANGED),
    ((T, T), (T, T), False, UNKNOWN),
    ((T, T), (T, T, 0, SETTLED), False, UNKNOWN),
    # What was read afterwards settles it.
    ((T, T, 0, SETTLED), (T, T), False, WRITE),
    ((T, T, 0, SETTLED), (T, T, 0, SETTLED), False, WRITE),
    ((T, T, 0, SETTLED), (T, T, 0, SETTLED), True, UNCHANGED),
    ((T, T, 0, SETTLED), (T + 1, T), False, STALE),
    # An object that was part of another one is less trusted than one that was reported for itself.
    ((T, T, 0, NESTED), (T, T), False, STALE),
    ((T, T), (T, T, 0, NESTED), False, WRITE),
    # Confirmed, it is as trusted as any: the next report of the same time needs an answer.
    ((T, T), (T, T, 0, NESTED), True, ADVANCE),
    ((T, T, 0, NESTED), (T, T, 0, NESTED), True, UNCHANGED),
    ((T + 1, T + 1, 0, NESTED), (T, T), False, WRITE),
    # A row without data gives way to everything.
    ((0, 0), NEVER, False, WRITE),
]


@pytest.mark.parametrize(("received", "stored", "same_content", "expected"), TABLE)
def test_decision(
    received: tuple[int, ...], stored: tuple[int, ...] | None, same_content: bool, expected: Decision
) -> None:
    kept = None if stored is None else Version(*stored)
    assert decide(Version(*received), kept, same_content=same_content) is expected
    if kept is not None:
        assert decide(Version(*received), kept, is_deleted=True, same_content=same_content) is TOMBSTONED


versions = st.builds(
    Version,
    st.integers(0, 10**15 - 1),
    st.integers(0, 10**15 - 1),
    st.integers(0, 9),
    st.sampled_from(list(Source)),
)


@given(versions, versions)
def test_text_sorts_as_the_version_does(one: Version, other: Version) -> None:
    assert (one.to_text() < other.to_text()) == (one < other)
    assert Version.from_text(one.to_text()) == one


@given(st.lists(versions, min_size=1, max_size=5, unique=True))
def test_the_last_written_state_does_not_depend_on_the_order(received: list[Version]) -> None:
    # Equal states are excluded: reading the object settles their order.
    reported = [one._replace(source=REPORTED) for one in received]
    if len({*reported}) < len(reported):
        return
    results = set()
    for order in itertools.permutations(reported):
        stored: Version | None = None
        for one in order:
            if decide(one, stored, same_content=one == stored) in (WRITE, ADVANCE):
                stored = one
        results.add(stored)
    assert results == {max(reported)}


@pytest.mark.parametrize(
    ("updated_at", "as_of", "source", "expected"),
    [
        (T, T + 5, REPORTED, (T, T + 5)),
        (1_716_883_200, T, REPORTED, (1_716_883_200_000, T)),
        (None, T, REPORTED, (T, T)),
        ("yesterday", T, REPORTED, (T, T)),
        (True, T, REPORTED, (T, T)),
        (-1, T, REPORTED, (T, T)),
        (10**20, T, REPORTED, (T, T)),
        (T, T + 5, NESTED, (T, T)),
        (T + 9, T + 5, NESTED, (T + 9, T + 5)),
    ],
)
def test_version_of_a_state(updated_at: object, as_of: int, source: Source, expected: tuple[int, int]) -> None:
    assert build_version(updated_at, as_of, source=source)[:2] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (1_716_883_200, 1_716_883_200_000), (T, T), (None, None), (1.5, None), (10**15, None), (False, None)],
)
def test_times_are_milliseconds(value: object, expected: int | None) -> None:
    assert to_milliseconds(value) == expected
