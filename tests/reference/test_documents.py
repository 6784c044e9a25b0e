"""The page of docs/reference about Clerk's documents."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reference import pages
from tools.reference import documents, revisions

DATA: dict[str, Any] = {
    "documents": ["2030-01-01@a", "2030-01-01@b", "2031-01-01@b"],
    "operations": {
        "CreateUser": {"versions": ["2030-01-01"], "changes": [{"kind": "operation-added", "in": ["2030-01-01@b"]}]},
        "GetUser": {
            "versions": [],
            "changes": [{"kind": "operation-deprecated", "in": ["2030-01-01@b", "2031-01-01"]}],
        },
    },
    "classes": {"User": [{"kind": "attribute-added", "place": "id", "in": ["2031-01-01"]}]},
    "removed": {"GET /things": ["2031-01-01"]},
}


def test_new_page_equals_the_committed_one() -> None:
    page = (pages.FOLDER / documents.PAGE).read_text(encoding="utf-8")
    assert documents.build().pages == {documents.PAGE: page}
    assert list(pages.broken_links({documents.PAGE: page})) == []


def test_documents_are_listed_newest_first_with_what_they_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "_data", lambda: DATA)
    _, *sections = documents.build().pages[documents.PAGE].split("\n##")
    assert sections[0].strip().splitlines() == [
        "2031-01-01",
        "",
        "What is different from 2030-01-01:",
        "",
        "- Removed operations (1): `GET /things`",
        "- Changed operations (1): [`users.get`](operations/users/get.md)",
        "- Changed models (1): [`User`](models/users.md#user)",
    ]
    assert sections[1].strip("# \n").splitlines() == ["2031-01-01 (b)", "", "The first recorded revision."]
    assert sections[2].strip().splitlines() == ["2030-01-01", "", "The first version."]
    assert sections[3].strip("# \n").splitlines() == [
        "2030-01-01 (b)",
        "",
        "- New operations (1): [`users.create`](operations/users/create.md)",
        "- Changed operations (1): [`users.get`](operations/users/get.md)",
    ]
    assert sections[4].strip("# \n").splitlines() == ["2030-01-01 (a)", "", "The first recorded revision."]
