"""What changed for the operations and classes of a contract, over the documents before it: `spec/revisions.json`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import attrs

from generator.changes.change import Change
from generator.changes.compare import Comparison
from generator.changes.contract_classes import with_classes
from generator.code.compatibility import NO_SHIMS, Shims
from generator.contract.nodes import Node, located_operations

_OF_OPERATION = re.compile(r"clerk\.\w+\.\w+\((?:\.\.\. (?P<argument>\w+)=)?\)(?P<result> ->)?(?P<inner>.*)")
_PYTHON_ONLY = re.compile(r"(function|method|model|iterator)-|.*-class-changed$|attribute-presence-changed$")
"""Kinds of changes in names that the generator chooses, or in what callers cannot observe."""


@attrs.frozen(order=True)
class Entry:
    """One change of an operation or class: its kind, its place there, and the values before and after."""

    kind: str
    place: str = ""
    """The argument, `result` or an attribute, perhaps with a path; empty for the operation itself."""
    before: str = ""
    after: str = ""


K = TypeVar("K")
V = TypeVar("V")

_Entries = dict[Entry, list[str]]
"""Changes, with the labels of the documents that brought them."""


@attrs.frozen
class History:
    """The changes of each operation (by method and path) and class of one contract, oldest first."""

    versions: dict[str, list[str]]
    """The API versions that have each operation."""
    operations: dict[str, _Entries]
    classes: dict[str, _Entries]
    removed: dict[str, list[str]]
    """The labels of the documents that no longer had an operation."""

    @classmethod
    def begin(cls, facts: Node) -> History:
        """Return a history without changes, which begins with this contract."""
        return cls({}, {address: {} for address in _addresses(facts)}, {}, {})

    def followed_by(self, old: Node, new: Node, label: str, shims: Shims = NO_SHIMS) -> History:
        """Return the history with the changes from one contract to the next, in the terms of the latter.

        Args:
            old: The contract that this history leads to.
            new: The contract after it.
            label: What the changes came with: an API version, or a document such as `2026-05-12@fd0ea09`.
            shims: The old names that the package of `new` keeps.
        """
        comparison = Comparison(old, new, shims)
        became = {one.address: other.address for one, other in comparison.pairs}
        moved = History(
            _renamed(self.versions, became),
            {address: {} for address in _addresses(new)} | _renamed(self.operations, became),
            {comparison.renamed.get(name, name): entries for name, entries in self.classes.items()},
            dict(self.removed),
        )
        for change in sorted(set(comparison.changes()), key=str):
            moved._add(change, became, label)
        return moved

    def published(self, version: str) -> History:
        """Return the history with this version added to those that have the operations."""
        versions = {address: _union(self.versions.get(address, ()), [version]) for address in self.operations}
        return attrs.evolve(self, versions=versions)

    def merged(self, other: History) -> History:
        """Return the changes of two histories that lead to the same contract; those of `self` come first."""
        addresses = sorted(self.operations.keys() | other.operations.keys())
        names = sorted(self.classes.keys() | other.classes.keys())
        return History(
            {one: _union(self.versions.get(one, ()), other.versions.get(one, ())) for one in addresses},
            {one: _merged(self.operations.get(one, {}), other.operations.get(one, {})) for one in addresses},
            {one: _merged(self.classes.get(one, {}), other.classes.get(one, {})) for one in names},
            _merged(self.removed, other.removed),
        )

    def _add(self, change: Change, became: dict[str, str], label: str) -> None:
        if change.kind == "operation-removed":
            self.removed[change.place.http] = _union(self.removed.get(change.place.http, ()), [label])
        if _PYTHON_ONLY.match(change.kind):
            return
        values = change.before or "", change.after or ""
        found = _OF_OPERATION.fullmatch(change.place.python)
        if found:
            address = change.place.http if change.new else became.get(change.place.http, "")
            place = f"{found['argument'] or ('result' if found['result'] else '')}{found['inner']}"
            entries = self.operations.get(address)
        else:
            name, _, place = change.place.python.partition(".")
            entries = self.classes.setdefault(name, {}) if place else None
        if entries is not None:
            entry = Entry(change.kind, place, *values)
            entries[entry] = _union(entries.get(entry, ()), [label])

    # -- the file ------------------------------------------------------------------------------------------------

    def to_json(self, facts: Node) -> Node:
        """Return what `spec/revisions.json` contains, for the contract that the history leads to."""
        ids = _addresses(facts)
        classes: Node = with_classes(facts)["components"]["schemas"]
        return {
            "operations": {
                ids[address]: {"versions": self.versions.get(address, []), "changes": _plain(entries)}
                for address, entries in self.operations.items()
                if address in ids
            },
            "classes": {name: _plain(entries) for name, entries in self.classes.items() if name in classes and entries},
            "removed": {address: labels for address, labels in self.removed.items() if address not in ids},
        }

    @classmethod
    def from_json(cls, data: Node, facts: Node) -> History:
        """Return the history that `to_json` wrote for this contract."""
        operations: Node = data["operations"]
        known = {address: operations.get(name, {}) for address, name in _addresses(facts).items()}
        return cls(
            {address: list(one.get("versions", ())) for address, one in known.items()},
            {address: _entries(one.get("changes", ())) for address, one in known.items()},
            {name: _entries(changes) for name, changes in data["classes"].items()},
            {address: list(labels) for address, labels in data["removed"].items()},
        )


def _addresses(facts: Node) -> dict[str, str]:
    """Return the id of each operation, by method and path."""
    return {
        f"{method.upper()} {path}": operation["operationId"] for path, method, operation in located_operations(facts)
    }


def _renamed(values: dict[str, V], became: dict[str, str]) -> dict[str, V]:
    return {became[name]: value for name, value in values.items() if name in became}


def _union(one: Iterable[str], other: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*one, *other]))


def _merged(one: dict[K, list[str]], other: dict[K, list[str]]) -> dict[K, list[str]]:
    return {key: _union(one.get(key, ()), other.get(key, ())) for key in one | other}


def _plain(entries: _Entries) -> list[Node]:
    return [
        {**{key: value for key, value in attrs.asdict(entry).items() if value}, "in": labels}
        for entry, labels in sorted(entries.items())
    ]


def _entries(changes: Iterable[dict[str, Any]]) -> _Entries:
    return {
        Entry(**{key: value for key, value in change.items() if key != "in"}): list(change["in"]) for change in changes
    }
