"""What changed for each operation and class over several documents: `spec/revisions.json`."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from generator.changes import RULES
from generator.changes.history import History
from generator.commands import main
from generator.contract import spec_folder
from generator.contract.build import build_contract
from generator.fetch import document
from generator.follow import revisions
from tests.generator.changes.contracts import BASE, BODY, LIST, ORDER, PART, PART_PATH, THING, Json, edited
from tests.generator.documents import DOCUMENT
from tests.generator.projects import project
from tests.shared import shared

ROOT = Path(__file__).resolve().parents[3]
SPEC = ROOT / "spec"


def operation(history: History, facts: Json, operation_id: str) -> Any:
    return history.to_json(facts)["operations"][operation_id]


def test_added_argument_belongs_to_its_operation() -> None:
    new = edited(BASE, {f"{BODY}|properties|color": {"type": "string"}})
    history = History.begin(BASE).followed_by(BASE, new, "2030-01-01@b")
    assert operation(history, new, "CreateThing")["changes"] == [
        {"kind": "argument-added", "place": "color", "after": "string", "in": ["2030-01-01@b"]}
    ]
    assert operation(history, new, "ListThings")["changes"] == []


def test_changed_attribute_belongs_to_its_class() -> None:
    new = edited(BASE, {f"{THING}|properties|title": ...})
    found = History.begin(BASE).followed_by(BASE, new, "b").to_json(new)
    assert found["classes"] == {
        "Thing": [{"kind": "attribute-removed", "place": "title", "before": "string", "in": ["b"]}]
    }
    assert all(one["changes"] == [] for one in found["operations"].values())


def test_earlier_changes_follow_an_operation_that_moves() -> None:
    second = edited(BASE, {f"{LIST}|parameters": [*BASE["paths"]["/things"]["get"]["parameters"][:1]]})
    third = edited(second, {PART_PATH: ...})
    third["paths"]["/parts/{part_id}"] = copy.deepcopy(second["paths"]["/things/{thing_id}/parts/{part_id}"])
    third["paths"]["/parts/{part_id}"]["get"]["parameters"] = [
        one for one in third["paths"]["/parts/{part_id}"]["get"]["parameters"] if one["name"] == "part_id"
    ]
    first = edited(BASE, {f"{PART}|deprecated": True})
    history = (
        History.begin(first)
        .followed_by(first, BASE, "a")
        .followed_by(BASE, second, "b")
        .followed_by(second, third, "c")
    )
    kinds = {one["kind"]: one["in"] for one in operation(history, third, "GetPart")["changes"]}
    assert kinds == {"operation-restored": ["a"], "operation-moved": ["c"], "required-argument-removed": ["c"]}
    assert [one["kind"] for one in operation(history, third, "ListThings")["changes"]] == ["argument-removed"]


def test_equal_changes_of_two_histories_are_one() -> None:
    new = edited(BASE, {f"{ORDER}|schema|enum": ["down", "side", "up"]})
    one, other = (History.begin(BASE).followed_by(BASE, new, label).published(label[:1]) for label in ("1@x", "2@y"))
    found = operation(one.merged(other), new, "ListThings")
    assert found == {
        "versions": ["1", "2"],
        "changes": [{"kind": "argument-values-added", "place": "order", "after": "side", "in": ["1@x", "2@y"]}],
    }


def test_removed_operation_is_listed_unless_it_came_back() -> None:
    new = edited(BASE, {PART_PATH: ...})
    gone = History.begin(BASE).followed_by(BASE, new, "b")
    assert gone.to_json(new)["removed"] == {"GET /things/{thing_id}/parts/{part_id}": ["b"]}
    back = gone.followed_by(new, BASE, "c")
    assert back.to_json(BASE)["removed"] == {}
    assert operation(back, BASE, "GetPart")["changes"] == [{"kind": "operation-added", "in": ["c"]}]


def test_file_is_read_as_it_was_written() -> None:
    new = edited(BASE, {f"{THING}|properties|title": ..., PART_PATH: ...})
    history = History.begin(BASE).followed_by(BASE, new, "b").published("2030-01-01")
    written = history.to_json(new)
    assert History.from_json(written, new).to_json(new) == written


# The commands


def dated(document: Json, version: str) -> Json:
    return {**copy.deepcopy(document), "info": {**document["info"], "version": version}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project")


def test_command_orders_documents_by_version_and_size(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = root.parent / "project-specs"
    smaller = copy.deepcopy(DOCUMENT)
    del smaller["paths"]["/things/{thing_id}"]
    (specs / "old").mkdir()
    (specs / "old" / "bapi-2030-01-01@abc.yml").write_text(json.dumps(smaller), encoding="utf-8")
    (specs / "old" / "bapi-2029-01-01@abc.yml").write_text(json.dumps(dated(smaller, "2029-01-01")), encoding="utf-8")
    assert main(["--root", str(root), "revisions", str(specs)]) == 0
    assert "wrote spec/revisions.json" in capsys.readouterr().out
    found = json.loads((root / "spec" / "revisions.json").read_text(encoding="utf-8"))
    commit = found["documents"][-1].partition("@")[2]
    assert found["documents"] == ["2029-01-01@abc", "2030-01-01@abc", f"2030-01-01@{commit}"]
    added = found["operations"]["DeleteThing"]
    assert added["versions"] == ["2030-01-01"]
    assert added["changes"] == [{"kind": "operation-added", "in": ["2030-01-01", f"2030-01-01@{commit}"]}]
    assert found["operations"]["ListThings"]["versions"] == ["2029-01-01", "2030-01-01"]


def test_command_rejects_a_folder_without_the_document_of_the_contract(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(root), "revisions", str(tmp_path / "project" / "generated")]) == 1
    assert "has no document with the checksum of " in capsys.readouterr().err


def test_update_extends_the_file(root: Path) -> None:
    specs = root.parent / "project-specs"
    assert main(["--root", str(root), "revisions", str(specs)]) == 0
    new = dated(DOCUMENT, "2030-02-02")
    del new["paths"]["/things/{thing_id}"]
    (specs / "bapi" / "2030-02-02.yml").write_text(json.dumps(new), encoding="utf-8")
    assert main(["--root", str(root), "update", "--from", str(specs), "--no-tests"]) == 0
    found = json.loads((root / "spec" / "revisions.json").read_text(encoding="utf-8"))
    assert [label.partition("@")[0] for label in found["documents"]] == ["2030-01-01", "2030-02-02"]
    assert list(found["removed"].values()) == [["2030-02-02"]]
    assert found["operations"]["ListThings"]["versions"] == ["2030-01-01", "2030-02-02"]


# The file of this project


def test_file_has_every_operation_of_the_contract_and_known_kinds() -> None:
    contract = spec_folder.load(SPEC / "contract.json")
    found = spec_folder.load(SPEC / revisions.FILE)
    ids = {operation["operationId"] for item in contract["paths"].values() for operation in item.values()}
    assert set(found["operations"]) == ids
    changes = [change for one in found["operations"].values() for change in one["changes"]]
    changes += [change for one in found["classes"].values() for change in one]
    assert {change["kind"] for change in changes} <= set(RULES)
    versions = {label.partition("@")[0] for label in found["documents"]}
    assert {label for change in changes for label in change["in"]} <= {*found["documents"], *versions}


def test_file_has_what_two_consecutive_documents_differ_in() -> None:
    before, after = (
        build_contract(document.read(str(shared("specs", *name))), SPEC).facts
        for name in (("history", "bapi-2026-05-12@d46f613.yml"), ("bapi", "2026-05-12.yml"))
    )
    label = "2026-05-12@7987d1b"
    found = spec_folder.load(SPEC / revisions.FILE)
    assert label in found["documents"]
    expected = History.begin(before).followed_by(before, after, label).to_json(after)
    compared = 0
    for name in expected["operations"].keys() & found["operations"].keys():
        recorded = [one for one in found["operations"][name]["changes"] if label in one["in"]]
        changes = expected["operations"][name]["changes"]
        assert [{**one, "in": [label]} for one in recorded] == changes, name
        compared += len(changes)
    assert compared > 10
