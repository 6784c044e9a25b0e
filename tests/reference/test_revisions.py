"""What the reference tells about Clerk's documents."""

from __future__ import annotations

from typing import Any

import pytest

from tools.reference import revisions

DATA: dict[str, Any] = {
    "documents": ["2030-01-01@a", "2030-01-01@b", "2031-01-01@b", "2031-01-01@c"],
    "operations": {
        "CreateThing": {
            "versions": ["2030-01-01", "2031-01-01"],
            "changes": [
                {"kind": "operation-added", "in": ["2030-01-01@b"]},
                {"kind": "argument-added", "place": "name", "after": "string", "in": ["2030-01-01@b", "2031-01-01@c"]},
                {"kind": "argument-removed", "place": "old_name", "before": "<any>", "in": ["2031-01-01"]},
            ],
        },
        "DeleteThing": {"versions": ["2031-01-01"], "changes": []},
    },
    "classes": {"Thing": [{"kind": "attribute-deprecated", "place": "title", "in": ["2031-01-01@c"]}]},
    "removed": {},
}


@pytest.fixture(autouse=True)
def small_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "_data", lambda: DATA)


def test_changes_are_listed_newest_first() -> None:
    text = revisions.render("CreateThing")
    assert text.startswith("All API versions have it.")
    assert [line for line in text.splitlines() if line.startswith("| ")][2:] == [
        "| `name` | new optional argument (string) | 2031-01-01 (c); 2030-01-01 (b) |",
        "| `old_name` | argument removed (\\<any>) | 2031-01-01 |",
        "|  | new operation | 2030-01-01 (b) |",
    ]


def test_operation_of_some_versions_names_them() -> None:
    assert revisions.render("DeleteThing") == "These API versions have it: 2031-01-01."


def test_operation_that_is_not_recorded_says_so() -> None:
    assert revisions.render("Nothing") == "No recorded document has this operation."


def test_class_has_a_table_if_it_has_changed() -> None:
    assert "| `title` | deprecated | 2031-01-01 (c) |" in revisions.render_class("Thing")
    assert revisions.render_class("Nothing") == ""
