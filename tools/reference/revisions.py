"""Tell what changed for an operation or a class in Clerk's documents, from spec/revisions.json."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from generator.changes import RULES
from tools.reference import markdown
from tools.reference.section import ROOT

_DOCUMENTS = """\
Its arguments and errors have changed in these documents of [clerk/openapi-specs](https://github.com/clerk/openapi-specs);
a version without a commit differs in this way from the version before it."""
_FILE = ROOT / "spec" / "revisions.json"


def render(operation_id: str) -> str:
    """Return the changes of an operation in Markdown: the versions that have it, and a table of changes."""
    found: Any = _data()["operations"].get(operation_id, {"versions": [], "changes": []})
    versions: list[str] = found["versions"]
    if not versions:
        return "No recorded document has this operation."
    known = _versions()
    missing = [version for version in known if version not in versions]
    text = "All API versions have it" if not missing else f"These API versions have it: {', '.join(versions)}"
    table = _table(found["changes"], "argument")
    return "\n\n".join(filter(None, [f"{text}.", f"{_DOCUMENTS}\n\n{table}" if table else ""]))


def render_class(name: str) -> str:
    """Return the changes of a class in Markdown; an empty string if there are none."""
    return _table(_data()["classes"].get(name, ()), "attribute")


@dataclass(frozen=True)
class DocumentChanges:
    """What one document has changed."""

    operations: Mapping[str, Collection[str]]
    """The kinds of changes by operation id."""
    classes: Mapping[str, Collection[str]]
    """The kinds of changes by class."""
    removed: Sequence[str]
    """Method and path of each operation that was removed."""


def labels() -> list[str]:
    """Return the labels of all documents, oldest first, with each version after its documents."""
    documents: list[str] = _data()["documents"]
    groups = groupby(documents, key=lambda label: label.partition("@")[0])
    return [label for version, group in groups for label in (*group, version)]


def is_first(label: str) -> bool:
    """Return whether a document is the first recorded one of its version."""
    version = label.partition("@")[0]
    documents: list[str] = _data()["documents"]
    return label == next(one for one in documents if one.startswith(version))


def version_before(version: str) -> str:
    """Return the version before another one; an empty string for the first."""
    known = _versions()
    return known[known.index(version) - 1] if version != known[0] else ""


def changes_of(label: str) -> DocumentChanges:
    """Return what a document has changed, or how a version differs from the one before it."""
    data = _data()
    operations = {name: one["changes"] for name, one in data["operations"].items()}
    return DocumentChanges(
        operations=_kinds(operations, label),
        classes=_kinds(data["classes"], label),
        removed=sorted(address for address, found in data["removed"].items() if label in found),
    )


def _kinds(changes: Mapping[str, Sequence[Mapping[str, Any]]], label: str) -> dict[str, Collection[str]]:
    found = {name: {change["kind"] for change in each if label in change["in"]} for name, each in changes.items()}
    return {name: kinds for name, kinds in found.items() if kinds}


def _table(changes: Iterable[Mapping[str, Any]], column: str) -> str:
    rows = [
        (_place(change), _description(change), _documents(change["in"]))
        for change in sorted(changes, key=_newest_first)
    ]
    return markdown.table((column, "change", "document"), rows) if rows else ""


def _newest_first(change: Mapping[str, Any]) -> tuple[int, str, str]:
    order = _order()
    return -max(order[label] for label in change["in"]), change.get("place", ""), change["kind"]


def _place(change: Mapping[str, Any]) -> str:
    place = change.get("place", "")
    return "the result" if place == "result" else markdown.code(place) if place else ""


def _description(change: Mapping[str, Any]) -> str:
    description = RULES[change["kind"]].description
    return description.format(
        **{name: _NO_MARKUP.sub(r"\\\g<0>", change.get(name, "")) for name in ("before", "after")}
    )


_NO_MARKUP = re.compile(r"[*_<\[]")


def _documents(labels: Sequence[str]) -> str:
    """Return the documents that brought a change, such as `2026-05-12 (fd0ea09); 2025-11-10 (a7f44c7)`."""
    ordered = sorted(labels, key=lambda label: -_order()[label])
    parts: list[str] = []
    for commit, group in groupby(ordered, key=lambda label: label.partition("@")[2]):
        versions = ", ".join(label.partition("@")[0] for label in group)
        parts.append(f"{versions} ({commit})" if commit else versions)
    return "; ".join(parts)


def _order() -> dict[str, int]:
    """Return the position of each document, and of each version before its documents."""
    labels = [label for document in _data()["documents"] for label in (document.partition("@")[0], document)]
    return {label: position for position, label in enumerate(dict.fromkeys(labels))}


def _versions() -> list[str]:
    return list(dict.fromkeys(label.partition("@")[0] for label in _data()["documents"]))


@functools.cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return data
