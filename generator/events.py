"""The webhook document's schemas, joined with the Backend API's: what is the same in both is one class."""

from __future__ import annotations

import copy

from generator import names
from generator.normalise import Node, walk

_SCHEMA = "#/components/schemas/"


def merge_events(contract: Node, events: Node) -> Node:
    """The contract with the events beside its paths; schemas that differ from a namesake get an `Event` in front."""
    full: Node = copy.deepcopy(contract)
    added: Node = copy.deepcopy(events)
    own, theirs = full["components"]["schemas"], added["components"]["schemas"]
    same = _same(own, theirs)
    taken = {names.class_key(name) for name in own}
    renamed = {
        name: f"Event{names.pascal(name)}" for name in theirs if name not in same and names.class_key(name) in taken
    }
    for node in walk(added):
        ref = node.get("$ref")
        if isinstance(ref, str) and ref.removeprefix(_SCHEMA) in renamed:
            node["$ref"] = _SCHEMA + renamed[ref.removeprefix(_SCHEMA)]
    for name, schema in theirs.items():
        if name not in same:
            own[renamed.get(name, name)] = schema
    full["webhooks"] = added["webhooks"]
    return full


def _same(own: Node, theirs: Node) -> set[str]:
    """Names of schemas that are equal in both documents, down to the last one that they refer to."""
    same = {name for name, schema in theirs.items() if own.get(name) == schema}
    while True:
        broken = {name for name in same if not _references(theirs[name]) <= same}
        if not broken:
            return same
        same -= broken


def _references(schema: Node) -> set[str]:
    refs = (node.get("$ref") for node in walk(schema))
    return {ref.removeprefix(_SCHEMA) for ref in refs if isinstance(ref, str)}
