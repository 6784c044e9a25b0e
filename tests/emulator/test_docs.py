"""docs/emulator.md is true."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from clerk_emulator import Emulator
from clerk_emulator.request.faults import Fault
from tests.emulator.webhooks.receivers import receiving

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$(?:\n\n^```\n(.*?)^```$)?", PAGE, re.DOTALL | re.MULTILINE)
"""The programs of the page with what they print; tests for pytest print nothing."""
(SEED,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("code", "output"), [program for program in PROGRAMS if program[1]])
def test_documented_program_prints_documented_output(
    code: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with receiving() as receiver:
        local = code.replace("http://127.0.0.1:8000/webhooks", receiver.url)
        exec(compile(local, "emulator.md", "exec", dont_inherit=True), {})
    assert capsys.readouterr().out == output


@pytest.mark.parametrize("code", [code for code, output in PROGRAMS if not output])
def test_documented_test_passes(code: str, request: pytest.FixtureRequest) -> None:
    names: dict[str, Any] = {}
    exec(compile(code, "emulator.md", "exec", dont_inherit=True), names)
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    test(**{name: request.getfixturevalue(name) for name in inspect.signature(test).parameters})


def test_documented_seed_is_valid() -> None:
    with Emulator(seed=yaml.safe_load(SEED)) as emulator:
        dump = emulator.dump()
    assert [len(dump[kind]) for kind in ("users", "organizations", "webhooks")] == [2, 1, 1]


@pytest.mark.parametrize("arguments", re.findall(r"`faults\.add\((.*?)\)`", PAGE))
def test_documented_faults_are_valid(arguments: str, emulator: Emulator) -> None:
    eval(f"emulator.faults.add({arguments})", {"emulator": emulator})
    assert eval(f"Fault({arguments})", {"Fault": Fault})


def test_documented_methods_exist(emulator: Emulator) -> None:
    (table,) = re.findall(r"^\| method \| replaces \|\n(.*?)\n\n", PAGE, re.DOTALL | re.MULTILINE)
    methods = re.findall(r"`(\w+)\(", table)
    assert len(methods) > 10
    assert [name for name in methods if not callable(getattr(emulator, name, None))] == []


def test_documented_arguments_exist() -> None:
    (table,) = re.findall(r"^\| argument of `Emulator` .*?\n(.*?)\n\n", PAGE, re.DOTALL | re.MULTILINE)
    first_column = " ".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))
    named = set(re.findall(r"`(\w+)", first_column))
    assert named <= inspect.signature(Emulator).parameters.keys()


def test_all_options_are_documented() -> None:
    from clerk_emulator.command import parser

    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert named == {option for action in parser()._actions for option in action.option_strings} - {"-h", "--help"}
