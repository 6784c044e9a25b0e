"""`python -m generator diff` compares contracts or documents and prints a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from generator.commands import main
from tests.generator.documents import DOCUMENT, EMPTY_OVERLAY, EVENTS, NO_NAMES, Json, build, changed

ROOT = Path(__file__).resolve().parents[3]

RENAMED = changed("paths|/things|get|operationId", "AllThings")
KEPT = {"kind": "function", "old": "list_things", "new": "all_things", "since": "2030-01-01", "reason": "a test"}
OVERLAY = "from clerk_bapi.api.things import list_things\n\nlist_things(limit=1, page=2)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Create a checkout with an overlay of one file."""
    events = build(tmp_path, EVENTS).facts
    files = {
        "spec/corrections.yaml": EMPTY_OVERLAY,
        "spec/names.yaml": NO_NAMES,
        "spec/attributes.yaml": "{}\n",
        "spec/codes.yaml": "resource_not_found: [404]\n",
        "spec/compatibility.yaml": "renamed: []\n",
        "spec/events.json": json.dumps(events),
        "spec/contract.json": json.dumps(build(tmp_path, DOCUMENT).facts),
        "overlay/clerkkit/api.py": OVERLAY,
        "old.json": json.dumps(DOCUMENT),
        "new.json": json.dumps(RENAMED),
        "new.yml": yaml.safe_dump(RENAMED),
        "events.json": json.dumps(EVENTS),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "generator_config.yaml", tmp_path)
    return tmp_path


def diff(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "diff", *(str(root / a) if "." in a else a for a in arguments)])


@pytest.mark.parametrize("old", ["old.json", "spec/contract.json"])
@pytest.mark.parametrize("new", ["new.json", "new.yml"])
def test_diff_accepts_contracts_and_documents(
    root: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(root, old, new) == 0
    assert (
        capsys.readouterr().out
        == """\
Changes within API version 2030-01-01
1 breaking, 0 types only, 0 compatible: a minor version after 0.1.0.

BREAKING
  things
    clerk.things.list(): endpoint function list_things is now all_things  [GET /things]

function-renamed: The old name cannot be imported.
"""
    )


def test_diff_prints_json_and_markdown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(root, "old.json", "new.json", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["step"] == "minor"
    assert diff(root, "old.json", "new.json", "--format", "markdown") == 0
    assert "- `clerk.things.list()`: endpoint function list\\_things" in capsys.readouterr().out


def test_kept_name_is_not_a_breaking_change(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "spec" / "compatibility.yaml").write_text(yaml.safe_dump({"renamed": [KEPT]}), encoding="utf-8")
    assert diff(root, "old.json", "new.json") == 0
    assert "0 breaking, 1 types only, 0 compatible: a patch version after 0.1.0." in capsys.readouterr().out


def test_signatures_option_compares_signatures_and_checks_the_overlay(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(root, "old.json", "new.json", "--signatures") == 0
    out = capsys.readouterr().out
    assert (
        "OVERLAY AND EMULATOR NEED WORK\n  clerkkit/api.py\n    line 1: clerk_bapi.api.things has no list_things\n"
        in out
    )
    assert "  breaking\n    clerk_bapi.api.list_things: removed: (*, kinds: " in out
    assert "  compatible\n    clerk_bapi.api.all_things: new: (*, kinds: " in out


def test_diff_compares_events(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The data of an event has one class name, even if the Backend API has an object of that name."""
    grown: Json = json.loads(json.dumps(EVENTS))
    members = grown["components"]["schemas"]["Named"]["properties"]
    members["town"] = {"type": "string"}
    (root / "grown.json").write_text(json.dumps(grown), encoding="utf-8")
    assert diff(root, "events.json", "grown.json") == 0
    assert "NamedEventData.town: new attribute (string)  [webhook thing.created]" in capsys.readouterr().out
    assert diff(root, "events.json", "grown.json", "--signatures") == 0
    out = capsys.readouterr().out
    assert "NamedEventData.town: new attribute (string)  [webhook thing.created]" in out
    assert "clerk_bapi.events.NamedEventData.town: new: str | None" in out

    members["name"] = {"type": "integer"}
    (root / "apart.json").write_text(json.dumps(grown), encoding="utf-8")
    assert diff(root, "grown.json", "apart.json", "--signatures") == 0
    out = capsys.readouterr().out
    assert "NamedEventData.name: is integer, was string  [webhook thing.created]" in out
    assert "clerk_bapi.events.NamedEventData.name: " in out
    assert "class(Model)" not in out


@pytest.mark.parametrize(
    ("old", "problem"),
    [
        ("events.json", "one contract is of the Backend API and the other of the events"),
        ("nowhere.json", "nowhere.json: cannot be read"),
        ("broken.json", "broken.json: is not valid JSON"),
    ],
)
def test_error_is_one_line_if_contracts_cannot_be_compared(
    root: Path, old: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "broken.json").write_text('{"openapi": ', encoding="utf-8")
    assert diff(root, old, "new.json") == 1
    found = capsys.readouterr()
    assert found.out == ""
    assert problem in found.err
    assert found.err.count("\n") == 1


def test_generate_and_guard_report_names_that_the_overlay_lacks(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(root), "generate"]) == 0
    missing = "clerkkit/api.py:3: clerk_bapi.api.things.list_things has no argument page\n"
    assert capsys.readouterr().err == f"clerkkit does not fit spec/: {missing}"
    assert main(["--root", str(root), "guard"]) == 1
    assert capsys.readouterr().err == missing
