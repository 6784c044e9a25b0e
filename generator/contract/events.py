"""Merge the schemas of the webhook document with those of the Backend API: compatible schemas of one name become one.

Clerk updates the two documents at different times. A property that only one of them has so far must not give
`event.data` another class than `User`, because callers pass it to functions that take a `User`.
"""

from __future__ import annotations

import copy

from generator.contract import spelling
from generator.contract.nodes import Node, walk

_SCHEMA = "#/components/schemas/"
_GROWING = {"enum", "properties", "required"}


def merge_events(contract: Node, events: Node) -> tuple[Node, dict[str, str]]:
    """Return the contract with the events added, and the name of each event schema in it.

    An event schema that is incompatible with the contract's schema of the same name is renamed `Event...`.
    """
    full: Node = copy.deepcopy(contract)
    added: Node = copy.deepcopy(events)
    own, theirs = full["components"]["schemas"], _in_use(added)
    taken = {spelling.class_key(name) for name in own}
    same = _same(own, theirs, taken)
    own.update(same)
    renamed = {
        name: f"Event{spelling.pascal(name)}"
        for name in theirs
        if name not in same and spelling.class_key(name) in taken
    }
    for node in walk(added):
        ref = node.get("$ref")
        if isinstance(ref, str) and ref.removeprefix(_SCHEMA) in renamed:
            node["$ref"] = _SCHEMA + renamed[ref.removeprefix(_SCHEMA)]
    for name, schema in theirs.items():
        if name not in same:
            own[renamed.get(name, name)] = schema
    full["webhooks"] = added["webhooks"]
    return full, {name: renamed.get(name, name) for name in theirs}


def _in_use(events: Node) -> Node:
    """Return the schemas that an event refers to, directly or indirectly."""
    schemas: Node = events["components"]["schemas"]
    found: set[str] = set()
    todo = _references(events["webhooks"])
    while todo:
        found |= todo
        todo = {ref for name in todo for ref in _references(schemas[name])} - found
    return {name: schema for name, schema in schemas.items() if name in found}


def _same(own: Node, theirs: Node, taken: set[str]) -> dict[str, Node]:
    """Return the schemas that keep their names: those that are compatible or new, and refer only to such schemas."""
    all_there = {**theirs, **own}
    pairs = {
        name: _joined(all_there[name], schema)
        for name, schema in theirs.items()
        if name in own or spelling.class_key(name) not in taken
    }
    same = {name: schema for name, schema in pairs.items() if schema is not None}
    while True:
        broken = [name for name in same if not _references(theirs[name]) <= same.keys()]
        if not broken:
            return same
        for name in broken:
            del same[name]


def _joined(own: Node, theirs: Node) -> Node | None:
    """Join two schemas that differ only in properties and enum values that one of them lacks; else return None."""
    if own == theirs:
        return own
    alike = own.keys() - {"required"} == theirs.keys() - {"required"}
    if not alike or any(own[key] != theirs[key] for key in own.keys() - _GROWING):
        return None
    joined = dict(own)
    if "enum" in own:
        joined["enum"] = [*own["enum"], *(value for value in theirs["enum"] if value not in own["enum"])]
        if len(joined["enum"]) == len(own["enum"]) + len(theirs["enum"]):
            return None  # no value in common, as with two discriminators
    if "properties" in own:
        members = {**theirs["properties"], **own["properties"]}
        for name in own["properties"].keys() & theirs["properties"].keys():
            member = _joined(own["properties"][name], theirs["properties"][name])
            if member is None:
                return None
            members[name] = member
        joined["properties"] = members
        # Required only if both schemas require it.
        joined["required"] = [name for name in own.get("required", ()) if name in theirs.get("required", ())]
    return joined


def _references(schema: Node) -> set[str]:
    refs = (node.get("$ref") for node in walk(schema))
    return {ref.removeprefix(_SCHEMA) for ref in refs if isinstance(ref, str)}
