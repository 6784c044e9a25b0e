"""docs/emulator.md is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from clerk_emulator import Emulator
from clerk_emulator.request.faults import Fault

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
"""The last code block of each language; the one without a language is the program's output."""


def test_documented_program_prints_documented_output(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(BLOCKS["python"], "emulator.md", "exec", dont_inherit=True), {})
    assert capsys.readouterr().out == BLOCKS[""]


def test_documented_seed_is_valid() -> None:
    with Emulator(seed=yaml.safe_load(BLOCKS["yaml"])) as emulator:
        dump = emulator.dump()
    assert [len(dump[kind]) for kind in ("users", "organizations")] == [2, 1]


@pytest.mark.parametrize("arguments", re.findall(r"`faults\.add\((.*?)\)`", PAGE))
def test_documented_faults_are_valid(arguments: str, emulator: Emulator) -> None:
    eval(f"emulator.faults.add({arguments})", {"emulator": emulator})
    assert eval(f"Fault({arguments})", {"Fault": Fault})


def test_all_options_are_documented() -> None:
    from clerk_emulator.command import parser

    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert named == {option for action in parser()._actions for option in action.option_strings} - {"-h", "--help"}
