"""Match the operations and classes of two contracts, across renames and moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator

from generator.changes.caller_view import CallerView, Operation
from generator.changes.shapes import LIST, MAP, shape, values_of
from generator.code.compatibility import Shims
from generator.contract.nodes import Node, blanked

Pair = tuple[Operation, Operation]


def operations(old: CallerView, new: CallerView) -> tuple[list[Pair], list[Operation], list[Operation]]:
    """Return the matched operations, the removed ones and the added ones.

    Operations are matched by name and path, then by name, which callers use, then by path.
    """
    gone, come = list(old.operations), list(new.operations)
    pairs: list[Pair] = []
    for key in (_name_and_path, _name, _path):
        pairs += _matched(gone, come, key)
    return pairs, gone, come


def _matched(gone: list[Operation], come: list[Operation], key: Callable[[Operation], Hashable]) -> list[Pair]:
    by_key = {key(operation): operation for operation in come}
    pairs = [(operation, by_key.pop(key(operation))) for operation in gone if key(operation) in by_key]
    for one, other in pairs:
        gone.remove(one)
        come.remove(other)
    return pairs


def _name_and_path(operation: Operation) -> Hashable:
    return _name(operation), _path(operation)


def _name(operation: Operation) -> Hashable:
    return operation.function


def _path(operation: Operation) -> Hashable:
    return operation.http, blanked(operation.path)


def classes(old: CallerView, new: CallerView, same: list[Pair], shims: Shims) -> dict[str, str]:
    """Return the new name of each renamed class.

    Classes with the same name match, and so do old names in `compatibility.yaml`. Otherwise a class matches the new one
    that replaces it in the most places.
    """
    seen = _ReplacementCounter(old, new)
    for was, now in same:
        for wire in was.arguments.keys() & now.arguments.keys():
            seen.values(was.arguments[wire].schema, now.arguments[wire].schema)
        for mine, theirs in ((was.result, now.result), (was.page, now.page)):
            if mine is not None and theirs is not None:
                seen.values(mine, theirs)
    for name in old.events.keys() & new.events.keys():
        seen.values(old.events[name].schema, new.events[name].schema)
    before = {model.name: schema for schema, model in old.models.items()}
    after = {model.name: schema for schema, model in new.models.items()}
    kept = [shim for shim in shims.of("model") if shim.old in before and shim.new in after]
    renamed = {before[shim.old]: after[shim.new] for shim in kept}
    for (one, other), _ in sorted(seen.stood.items(), key=lambda item: (-item[1], sorted(item[0]))):
        if one not in renamed and other not in renamed.values():
            renamed[one] = other
    return renamed


class _ReplacementCounter:
    """Walks two contracts in parallel, and counts which new class replaces which old one."""

    def __init__(self, old: CallerView, new: CallerView) -> None:
        self._old = old
        self._new = new
        self._walked: set[tuple[str, str]] = set()
        self.stood: Counter[tuple[str, str]] = Counter()

    def values(self, old: Node, new: Node) -> None:
        before, after = shape(self._old.contract, old), shape(self._new.contract, new)
        if LIST in before.kinds and LIST in after.kinds:
            self.values(before.kinds[LIST].get("items", {}), after.kinds[LIST].get("items", {}))
        if MAP in before.kinds and MAP in after.kinds:
            self.values(values_of(before.kinds[MAP]), values_of(after.kinds[MAP]))
        mine, theirs = set(_classes(before.kinds)), set(_classes(after.kinds))
        for name in mine & theirs:
            self._members(name, name)
        gone = [name for name in mine - theirs if name not in self._new.models]
        come = [name for name in theirs - mine if name not in self._old.models]
        if len(gone) == len(come) == 1:
            self.stood[gone[0], come[0]] += 1
            self._members(gone[0], come[0])

    def _members(self, old: str, new: str) -> None:
        if (old, new) in self._walked:
            return
        self._walked.add((old, new))
        mine, theirs = self._old.models[old].attributes, self._new.models[new].attributes
        for key in mine.keys() & theirs.keys():
            self.values(mine[key].schema, theirs[key].schema)


def _classes(kinds: dict[str, Node]) -> Iterator[str]:
    return (kind for kind, schema in kinds.items() if "$ref" in schema)
