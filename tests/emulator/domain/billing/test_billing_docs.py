"""docs/emulator-billing.md is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from clerk_emulator import Emulator
from clerk_emulator.control.billing import Billing

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "emulator-billing.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
"""The last code block of each language; the one without a language is the program's output."""


def test_documented_program_prints_documented_output(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(BLOCKS["python"], "emulator-billing.md", "exec", dont_inherit=True), {})
    assert capsys.readouterr().out == BLOCKS[""]


def test_documented_seed_is_valid() -> None:
    with Emulator(seed=yaml.safe_load(BLOCKS["yaml"])) as emulator:
        dump = emulator.dump()
    assert [one["slug"] for one in dump["plans"]] == ["free", "pro"]
    assert [one["plan"] for one in dump["subscriptions"]] == ["pro", "pro"]


def test_all_controls_are_documented() -> None:
    named = set(re.findall(r"`(\w+)\(", PAGE))
    assert {name for name in dir(Billing) if not name.startswith("_")} <= named
