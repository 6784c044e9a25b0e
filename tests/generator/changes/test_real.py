"""The change report on Clerk's documents, whose verdicts docs/changes.md explains."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from generator.changes import report
from generator.contract.build import build_contract
from generator.contract.nodes import Node
from generator.fetch import document
from tests.shared import shared

ROOT = Path(__file__).resolve().parents[3]

# Oldest first, by API version.
REVISIONS = {
    "2021-02-05": ["f7bae1e", "256f6e0", "c9da02c", "37be3be", "1b1ad76"],
    "2024-10-01": ["0a9e0d5", "256f6e0", "c9da02c", "37be3be", "1b1ad76"],
    "2025-04-10": ["b67189e", "37be3be", "1b1ad76"],
    "2025-11-10": ["f8ab645", "6c5c38a", "a7f44c7"],
    "2026-05-12": ["5073491", "1b1ad76", "fd0ea09", "d46f613"],
}
HISTORY = [
    [*(f"history/bapi-{version}@{revision}.yml" for revision in revisions), f"bapi/{version}.yml"]
    for version, revisions in REVISIONS.items()
]
VERSIONS = [f"bapi/{version}.yml" for version in sorted([*REVISIONS, "2025-03-12"])]
CHAINS = [*HISTORY, VERSIONS]


@cache
def facts(name: str) -> Node:
    return build_contract(document.read(str(shared("specs", *name.split("/")))), ROOT / "spec").facts


def test_all_documents_are_covered() -> None:
    folder = shared("specs")
    there = {path.relative_to(folder).as_posix() for kind in ("history", "bapi") for path in (folder / kind).iterdir()}
    assert there == {name for chain in CHAINS for name in chain}


@pytest.mark.parametrize("chain", CHAINS, ids=[*REVISIONS, "versions"])
def test_reports_of_consecutive_documents_are_symmetric(chain: list[str]) -> None:
    for old, new in pairwise(chain):
        there, back = report(facts(old), facts(new)), report(facts(new), facts(old))
        assert there.changes, new
        assert Counter(change.mirrored() for change in there.changes) == Counter(back.changes), new
        assert there.text()
        assert there.markdown()
        assert there.json()
    assert report(facts(chain[-1]), facts(chain[-1])).changes == []


def test_reports_in_the_docs_are_current() -> None:
    docs = (ROOT / "docs" / "changes.md").read_text(encoding="utf-8")
    for old, new in (("1b1ad76", "fd0ea09"), ("5073491", "1b1ad76")):
        names = [f"history/bapi-2026-05-12@{revision}.yml" for revision in (old, new)]
        assert f"```text\n{report(*map(facts, names), version='0.1.0').text()}```\n" in docs
