"""Compare the enums, limits, defaults and formats of two schemas of the same type."""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes.caller_view import Place
from generator.changes.change import Change
from generator.changes.shapes import LIMITS, shown
from generator.contract.nodes import Node

_UPPER = ("exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maximum")
_LOWER = ("exclusiveMinimum", "minItems", "minLength", "minProperties", "minimum")


def constraint_changes(role: str, old: Node, new: Node, places: tuple[Place, Place]) -> Iterator[Change]:
    """Yield the changes; `role` is `argument` or `response`."""
    yield from _enums(role, old, new, places)
    for fact in (*LIMITS, "default", "format"):
        if old.get(fact) != new.get(fact):
            yield _changed(role, fact, old, new, places)


def _changed(role: str, fact: str, old: Node, new: Node, places: tuple[Place, Place]) -> Change:
    before, after = (shown(schema[fact]) if fact in schema else "none" for schema in (old, new))
    if role == "argument" and fact not in LIMITS:
        return Change(f"argument-{fact}-changed", *places, before, after)
    kind = f"argument-limit-{_towards(fact, old, new)}" if role == "argument" else "response-detail-changed"
    return Change(kind, *places, f"{fact} {before}", f"{fact} {after}")


def _enums(role: str, old: Node, new: Node, places: tuple[Place, Place]) -> Iterator[Change]:
    before, after = old.get("enum"), new.get("enum")
    if before is None or after is None:
        if before != after:
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


def _towards(fact: str, old: Node, new: Node) -> str:
    """Return `loosened`, `tightened`, or `changed` if the limits cannot be compared."""
    before, after = old.get(fact), new.get(fact)
    if before is None or before is False:
        return "tightened"
    if after is None or after is False:
        return "loosened"
    if fact in _UPPER:
        return "loosened" if after > before else "tightened"
    if fact in _LOWER:
        return "loosened" if after < before else "tightened"
    return "changed"
