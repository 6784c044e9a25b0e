"""Two schemas held against each other: what a caller may give, or what a caller gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from generator.changes.callers import Place
from generator.changes.change import Change
from generator.changes.shapes import LIMITS, LIST, MAP, Shape, covers, described, shape, shown, values_of
from generator.normalise import Node

_UPPER = ("exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maximum")
_LOWER = ("exclusiveMinimum", "minItems", "minLength", "minProperties", "minimum")
_NONE = "none"


@attrs.frozen
class Values:
    """Compares schemas of an old contract with those of a new one; `renamed` tells which class became which."""

    old: Node
    new: Node
    renamed: Mapping[str, str]

    def sent(self, old: Node, new: Node, places: tuple[Place, Place], *, null: bool = True) -> Iterator[Change]:
        """The changes of an argument's values; without `null`, None means nothing here and is not looked at."""
        yield from self._walk("argument", old, new, places, null=null)

    def answered(
        self, old: Node, new: Node, places: tuple[Place, Place], absent: tuple[bool, bool] = (False, False)
    ) -> Iterator[Change]:
        """The changes of a value that comes back; `absent` tells whether it may be left out, before and after."""
        yield from self._walk("answer", old, new, places, absent=absent)

    def _walk(
        self,
        role: str,
        old: Node,
        new: Node,
        places: tuple[Place, Place],
        *,
        null: bool = True,
        absent: tuple[bool, bool] = (False, False),
    ) -> Iterator[Change]:
        before, after = self._translated(shape(self.old, old)), shape(self.new, new)
        yield from self._types(role, before, after, old, new, places)
        if null and not before.is_any and not after.is_any:
            yield from _nulls(role, before.null or absent[0], after.null or absent[1], places)
        for kind in sorted(before.kinds.keys() & after.kinds.keys()):
            one, other = before.kinds[kind], after.kinds[kind]
            yield from _details(role, one, other, places)
            if kind == LIST:
                inner = _inside(places, "[]")
                yield from self._walk(role, one.get("items", {}), other.get("items", {}), inner)
            elif kind == MAP:
                yield from self._walk(role, values_of(one), values_of(other), _inside(places, "{}"))

    def _translated(self, before: Shape) -> Shape:
        """The old shape, with the classes under their new names."""
        return Shape({self.renamed.get(kind, kind): schema for kind, schema in before.kinds.items()}, before.null)

    def _types(
        self, role: str, before: Shape, after: Shape, old: Node, new: Node, places: tuple[Place, Place]
    ) -> Iterator[Change]:
        wider, narrower = covers(after, before), covers(before, after)
        if wider and narrower:
            return
        kind = "widened" if wider else "narrowed" if narrower else "changed"
        words = described(self.old, old), described(self.new, new)
        yield Change(f"{role}-type-{kind}", *places, *words)


def _nulls(role: str, before: bool, after: bool, places: tuple[Place, Place]) -> Iterator[Change]:
    if before != after:
        kinds = {"argument": ("null-refused", "null-allowed"), "answer": ("never-none", "maybe-none")}[role]
        yield Change(f"{role}-{kinds[after]}", *places)


def _details(role: str, one: Node, other: Node, places: tuple[Place, Place]) -> Iterator[Change]:
    yield from _enums(role, one, other, places)
    for fact in LIMITS:
        if one.get(fact) != other.get(fact):
            kind = f"argument-limit-{_towards(fact, one, other)}" if role == "argument" else "answer-detail-changed"
            yield Change(kind, *places, _said(fact, one), _said(fact, other))
    for fact in ("default", "format"):
        if one.get(fact) != other.get(fact):
            if role == "argument":
                yield Change(f"argument-{fact}-changed", *places, _value(fact, one), _value(fact, other))
            else:
                yield Change("answer-detail-changed", *places, _said(fact, one), _said(fact, other))


def _enums(role: str, one: Node, other: Node, places: tuple[Place, Place]) -> Iterator[Change]:
    before, after = one.get("enum"), other.get("enum")
    if before is None and after is None:
        return
    if before is None or after is None:
        kind = "narrowed" if before is None else "widened"
        words = ["any value" if values is None else shown(values) for values in (before, after)]
        yield Change(f"{role}-type-{kind}", *places, *words)
        return
    added = [value for value in after if value not in before]
    removed = [value for value in before if value not in after]
    if added:
        yield Change(f"{role}-values-added", *places, None, shown(added))
    if removed:
        yield Change(f"{role}-values-removed", *places, shown(removed), None)


def _towards(fact: str, one: Node, other: Node) -> str:
    """Whether a limit lets more through than before, or less; `changed` where that cannot be told."""
    before, after = one.get(fact), other.get(fact)
    if before is None or before is False:
        return "tightened"
    if after is None or after is False:
        return "loosened"
    if fact in _UPPER:
        return "loosened" if after > before else "tightened"
    if fact in _LOWER:
        return "loosened" if after < before else "tightened"
    return "changed"


def _said(fact: str, schema: Node) -> str:
    return f"{fact} {_value(fact, schema)}"


def _value(fact: str, schema: Node) -> str:
    return shown(schema[fact]) if fact in schema else _NONE


def _inside(places: tuple[Place, Place], step: str) -> tuple[Place, Place]:
    one, other = (attrs.evolve(place, python=f"{place.python}{step}") for place in places)
    return one, other
