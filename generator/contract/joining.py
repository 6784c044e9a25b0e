"""Join two schemas into one that allows the values of both."""

from __future__ import annotations

from collections.abc import Callable

from clerk_core.guards import is_list, is_object
from generator.contract.nodes import NULL, Node, or_null

Alike = Callable[[str, str], bool]
"""Returns whether two references lead to the same class."""

_NUMBERS = ("integer", "number")


def joined(one: Node, other: Node, alike: Alike) -> Node | None:
    """Return an object schema with the members of both, requiring those that both require; None if members conflict."""
    mine, theirs = one["properties"], other["properties"]
    members: Node = {**theirs, **mine}
    for name in mine.keys() & theirs.keys():
        member = _either(mine[name], theirs[name], alike)
        if member is None:
            return None
        members[name] = member
    required = set(one.get("required", ())) & set(other.get("required", ()))
    whole: Node = {**_common(one, other), "properties": members}
    whole.pop("required", None)
    return {**whole, "required": sorted(required)} if required else whole


def _either(one: Node, other: Node, alike: Alike) -> Node | None:
    if one == other:
        return one
    mine, theirs = _without_null(one), _without_null(other)
    both = _of_one_type(mine, theirs, alike)
    return or_null(both) if both is not None and (mine, theirs) != (one, other) else both


def _of_one_type(one: Node, other: Node, alike: Alike) -> Node | None:
    """Join two schemas that do not allow null."""
    if "$ref" in one or "$ref" in other:
        same = "$ref" in one and "$ref" in other and alike(one["$ref"], other["$ref"])
        return {"$ref": one["$ref"], **_common(one, other)} if same else None
    if "anyOf" in one or "anyOf" in other:
        return one if one == other else None
    kind = one.get("type")
    if kind != other.get("type"):
        if kind not in _NUMBERS or other.get("type") not in _NUMBERS:
            return None
        kind = "number"
    both = {**_common(one, other), "type": kind}
    if "enum" in one and "enum" in other:
        both["enum"] = sorted({*one["enum"], *other["enum"]}, key=str)
    for inner in ("items", "additionalProperties"):
        mine, theirs = one.get(inner), other.get(inner)
        if is_object(mine) and is_object(theirs):
            member = _either(mine, theirs, alike)
            if member is None:
                return None
            both[inner] = member
    return both


def _common(one: Node, other: Node) -> Node:
    return {key: value for key, value in one.items() if other.get(key) == value}


def _without_null(schema: Node) -> Node:
    """Return the schema without null."""
    if NULL in schema.get("anyOf", ()):
        branches = [branch for branch in schema["anyOf"] if branch != NULL]
        beside = {key: value for key, value in schema.items() if key != "anyOf"}
        return {**branches[0], **beside} if len(branches) == 1 else {**beside, "anyOf": branches}
    if is_list(schema.get("type")) and "null" in schema["type"]:
        kinds = [kind for kind in schema["type"] if kind != "null"]
        bare = {**schema, "type": kinds[0] if len(kinds) == 1 else kinds}
        return {**bare, "enum": [value for value in bare["enum"] if value is not None]} if "enum" in bare else bare
    return schema
