"""Compare two schemas or classes, of arguments or of responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from generator.changes.caller_view import Argument, Attribute, CallerView, ModelClass, Place
from generator.changes.change import Change
from generator.changes.constraints import constraint_changes
from generator.changes.shapes import LIST, MAP, Shape, covers, described, shape, values_of
from generator.contract.nodes import Node

SENT = "argument"
RECEIVED = "response"

Places = tuple[Place, Place]
_Swaps = frozenset[tuple[str, str]]


@attrs.frozen
class Values:
    """Compares values of an old contract with those of a new one; `renamed` has the new name of each renamed class."""

    old: CallerView
    new: CallerView
    renamed: Mapping[str, str]

    def argument(
        self, old: Argument | Attribute, new: Argument | Attribute, places: Places, within: _Swaps = frozenset()
    ) -> Iterator[Change]:
        """Yield the changes of an argument, or of a member of an object that is sent."""
        if old.required != new.required:
            yield Change("argument-required" if new.required else "argument-optional", *places)
        yield from _deprecation("argument", old.schema, new.schema, places)
        changes = self._values(SENT, old.schema, new.schema, places, within)
        # Queries and paths have no null.
        in_url = isinstance(old, Argument) and isinstance(new, Argument) and "body" not in (old.sent_in, new.sent_in)
        yield from (change for change in changes if not in_url or not change.kind.startswith("argument-null"))

    def response(self, old: Node, new: Node, places: Places) -> Iterator[Change]:
        """Yield the changes of an operation's result."""
        yield from self._values(RECEIVED, old, new, places, frozenset())

    def members(
        self, role: str, old: ModelClass, new: ModelClass, places: Places, within: _Swaps = frozenset()
    ) -> Iterator[Change]:
        """Yield the changes of a class's attributes, for objects that are sent or received."""
        for key in sorted(old.attributes.keys() | new.attributes.keys()):
            mine, theirs = old.attributes.get(key), new.attributes.get(key)
            if mine is None or theirs is None:
                yield from self._came_or_went(role, mine, theirs, places)
                continue
            at = _attribute(places[0], mine), _attribute(places[1], theirs)
            if role == SENT:
                yield from self.argument(mine, theirs, at, within)
            else:
                yield from self._attribute(mine, theirs, at, within)

    def _came_or_went(
        self, role: str, old: Attribute | None, new: Attribute | None, places: Places
    ) -> Iterator[Change]:
        def noun(attribute: Attribute) -> str:
            return "attribute" if role == RECEIVED else "required-argument" if attribute.required else "argument"

        if old is not None:
            words = described(self.old.contract, old.schema)
            yield Change(f"{noun(old)}-removed", _attribute(places[0], old), None, words)
        if new is not None:
            words = described(self.new.contract, new.schema)
            yield Change(f"{noun(new)}-added", None, _attribute(places[1], new), None, words)

    def _attribute(self, old: Attribute, new: Attribute, places: Places, within: _Swaps) -> Iterator[Change]:
        yield from _deprecation("attribute", old.schema, new.schema, places)
        absent = not old.required, not new.required
        yield from self._values(RECEIVED, old.schema, new.schema, places, within, absent)
        before, after = shape(self.old.contract, old.schema), shape(self.new.contract, new.schema)
        if old.required != new.required and (_nullable(before, absent[0]) == _nullable(after, absent[1])):
            words = ("required" if attribute.required else "optional" for attribute in (old, new))
            yield Change("attribute-presence-changed", *places, *words)

    def _values(
        self,
        role: str,
        old: Node,
        new: Node,
        places: Places,
        within: _Swaps,
        absent: tuple[bool, bool] = (False, False),
    ) -> Iterator[Change]:
        """Yield the changes of a value; `absent` is whether it may be left out, before and after."""
        before, after = shape(self.old.contract, old), shape(self.new.contract, new)
        before = Shape({self.renamed.get(kind, kind): inner for kind, inner in before.kinds.items()}, before.null)
        swapped = _swapped(before, after)
        if swapped is not None:
            yield from self._swap(role, swapped, places, within)
        elif not (covers(before, after) and covers(after, before)):
            towards = "widened" if covers(after, before) else "narrowed" if covers(before, after) else "changed"
            words = described(self.old.contract, old), described(self.new.contract, new)
            yield Change(f"{role}-type-{towards}", *places, *words)
        nulls = _nullable(before, absent[0]), _nullable(after, absent[1])
        if nulls in ((True, False), (False, True)):
            kinds = {SENT: ("null-refused", "null-allowed"), RECEIVED: ("never-none", "maybe-none")}[role]
            yield Change(f"{role}-{kinds[bool(nulls[1])]}", *places)
        for kind in sorted(before.kinds.keys() & after.kinds.keys()):
            one, other = before.kinds[kind], after.kinds[kind]
            yield from constraint_changes(role, one, other, places)
            if kind == LIST:
                at = _inside(places, "[]")
                yield from self._values(role, one.get("items", {}), other.get("items", {}), at, within)
            elif kind == MAP:
                yield from self._values(role, values_of(one), values_of(other), _inside(places, "{}"), within)

    def _swap(self, role: str, schemas: tuple[str, str], places: Places, within: _Swaps) -> Iterator[Change]:
        """Yield the changes where one class replaces another: the class, and its attributes."""
        back = {after: before for before, after in self.renamed.items()}
        old = self.old.models[back.get(schemas[0], schemas[0])]
        new = self.new.models[schemas[1]]
        yield Change(f"{role}-class-changed", *places, old.name, new.name)
        if schemas not in within:
            yield from self.members(role, old, new, places, within | {schemas})


def _swapped(before: Shape, after: Shape) -> tuple[str, str] | None:
    """Return the two classes if one replaces the other and nothing else changed."""
    gone = [(kind, schema) for kind, schema in before.kinds.items() if kind not in after.kinds]
    come = [(kind, schema) for kind, schema in after.kinds.items() if kind not in before.kinds]
    if len(gone) == len(come) == 1 and "$ref" in gone[0][1] and "$ref" in come[0][1]:
        return gone[0][0], come[0][0]
    return None


def _nullable(found: Shape, absent: bool) -> bool | None:
    """Return whether the value may be None, or None if its type is `Any`."""
    return None if found.is_any else found.null or absent


def _deprecation(noun: str, old: Node, new: Node, places: Places) -> Iterator[Change]:
    if bool(old.get("deprecated")) != bool(new.get("deprecated")):
        yield Change(f"{noun}-deprecated" if new.get("deprecated") else f"{noun}-restored", *places)


def _attribute(place: Place, attribute: Attribute) -> Place:
    return attrs.evolve(place, python=f"{place.python}.{attribute.name}")


def _inside(places: Places, step: str) -> Places:
    one, other = (attrs.evolve(place, python=f"{place.python}{step}") for place in places)
    return one, other
