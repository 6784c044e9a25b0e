"""docs/emulator.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from clerk_emulator import Emulator
from clerk_emulator.request.faults import Fault

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
"""The last block of each language; "" is what the program prints."""


def test_the_program_runs_and_prints_what_stands_there(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(BLOCKS["python"], "emulator.md", "exec", dont_inherit=True), {})
    assert capsys.readouterr().out == BLOCKS[""]


def test_the_seed_file_is_one() -> None:
    with Emulator(seed=yaml.safe_load(BLOCKS["yaml"])) as emulator:
        dump = emulator.dump()
    assert [len(dump[kind]) for kind in ("users", "organizations")] == [2, 1]


@pytest.mark.parametrize("arguments", re.findall(r"`faults\.add\((.*?)\)`", PAGE))
def test_each_fault_is_one(arguments: str, emulator: Emulator) -> None:
    eval(f"emulator.faults.add({arguments})", {"emulator": emulator})
    assert eval(f"Fault({arguments})", {"Fault": Fault})


def test_the_options_are_those_of_the_program() -> None:
    from clerk_emulator.command import parser

    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert named == {option for action in parser()._actions for option in action.option_strings} - {"-h", "--help"}
