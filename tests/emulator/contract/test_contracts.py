"""The emulator runs on contracts that are newer or older than its handlers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.contract.build import build_contract
from generator.fetch import document
from tests.emulator.api import Json
from tests.emulator.exploring import FACTOR
from tests.shared import shared

ROOT = Path(__file__).resolve().parents[3]


def revisions() -> list[str]:
    """Return the last revision of each version of Clerk's document; with `make explore` those before it too."""
    folder = Path(os.environ.get("CLERKKIT_SHARED", ""), "specs")
    paths = [*folder.glob("bapi/*.yml"), *(folder.glob("history/bapi-*.yml") if FACTOR else ())]
    return sorted(path.relative_to(folder).as_posix() for path in paths) or ["bapi"]


@pytest.mark.parametrize("revision", revisions())
def test_every_version_of_the_document_is_answered(revision: str, tmp_path: Path) -> None:
    contract = build_contract(document.read(str(shared("specs", revision))), ROOT / "spec").facts
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(contract), encoding="utf-8")
    found = sweep(path)
    impossible = impossible_properties(contract)
    assert [one for one in found["problems"] if not any(f"'{name}' was unexpected" in one for name in impossible)] == []
    assert len(found["statuses"]) >= 100
    assert {name: status for name, status in found["statuses"].items() if not 200 <= status < 500} == {}
    assert sum(status < 300 for status in found["statuses"].values()) >= 40


def impossible_properties(contract: Json) -> set[str]:
    """Return the properties that a schema requires and does not allow: no response can conform to it."""
    schemas = contract["components"]["schemas"].values()
    closed = [schema for schema in schemas if schema.get("additionalProperties") is False]
    return {name for one in closed for name in set(one.get("required", ())) - one.get("properties", {}).keys()}


def sweep(contract: Path) -> Json:
    """Return what each operation of a contract has answered."""
    command = [sys.executable, "-m", "tests.emulator.contract_sweep", str(contract)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    result: Json = json.loads(done.stdout)
    return result
