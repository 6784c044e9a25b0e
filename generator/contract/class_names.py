"""Decide the class of each schema: its name, and which schemas share a class.

`spec/names.yaml` decides; schemas with the same name there share a class. These rules name the other schemas:

- An event is named after its type (`UserCreatedEvent`), its data `...EventData`, and schemas that only events use
  `Event...`.
- A page is named after its rows: `UserPage`. The confirmation of a deletion is a `DeletedObject`.
- Any other class has the schema's name with the words of `names.yaml`, without a number (`-2`) and without `Response`.
  The result of a single operation is a `...Result`.

Schemas that get the same name share a class if one has all properties of the other. If not, or if the name is generic
(`Data`), the class is named after the schema that refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object
from generator.contract import spelling
from generator.contract.events import merge_events
from generator.contract.inline_objects import base_of
from generator.contract.joining import joined
from generator.contract.nodes import Node, walk
from generator.contract.operation_names import KEY, Names
from generator.contract.reachable import SCHEMA, events, objects, of_operation, operations, results, rows
from generator.problems import GeneratorProblem

_DELETED = "DeletedObject"
_AFFIXES = re.compile(r"^schemas\W|(-|(?<=Response))\d+$")
"""Clerk's `schemas.` prefix, and numbers that distinguish schemas of one name or branches of a union."""
_GENERIC = frozenset(
    ("Cookies", "Data", "Details", "Event", "Item", "List", "Object", "Payload", "Response", "Result", "Token", "Value")
)


class Models(NamedTuple):
    """A contract with its events, whose schemas have the names of their classes, and their former names."""

    facts: Node
    of_contract: Mapping[str, str]
    """The class of each schema of the contract."""
    of_events: Mapping[str, str]
    """The class of each schema of the events."""

    @property
    def schemas(self) -> dict[str, list[str]]:
        """The schemas of each class."""
        found: dict[str, list[str]] = {}
        for schema, name in [*self.of_contract.items(), *self.of_events.items()]:
            found.setdefault(name, []).append(schema)
        return found


def name_models(contract: Node, events: Node, decided: Names) -> Models:
    """Rename each schema to its class, and join the schemas of each class."""
    merged, of_events = merge_events(contract, events)
    classes = _Namer(merged, decided).classes()
    return Models(
        _renamed(merged, classes),
        {name: classes[name] for name in contract["components"]["schemas"]},
        {name: classes[merged_name] for name, merged_name in of_events.items()},
    )


class _Namer:
    def __init__(self, facts: Node, decided: Names) -> None:
        self._facts = facts
        self._decided = decided
        self._schemas: Node = facts["components"]["schemas"]
        returned = [schema for operation in operations(facts) for schema in results(facts, operation)]
        self._returned = objects(facts, returned)
        met = [schema for operation in operations(facts) for schema in of_operation(facts, operation)]
        called = objects(facts, met)
        self._events: dict[str, str] = {}
        for event, schema in events(facts):
            # If several events share a schema, the class is named after the event that the schema is named after.
            first = self._events.setdefault(_target(schema), event)
            after = spelling.pascal(_target(schema)) == f"{spelling.pascal(event)}Event"
            self._events[_target(schema)] = event if after else first
        in_events = objects(facts, (schema for _, schema in events(facts)))
        self._only_in_events = in_events - called
        self._known = sorted(called | in_events)
        self._payloads = {
            _target(self._schemas[event]["properties"].get("data", {})) for event in self._events if event in in_events
        }
        self._operations = {base_of(operation) for operation in operations(facts)}

    def classes(self) -> dict[str, str]:
        """Return the class of each schema; schemas without properties get an unused name."""
        own: dict[str, str] = {}
        while True:
            wanted = {name: own.get(name) or self._wanted(name, own) for name in self._known}
            order = sorted(self._known, key=lambda name: self._claim(name, wanted[name], own))
            odd = self._odd_one(order, wanted, own)
            if odd is None:
                break
            own[odd] = self._qualified(odd, wanted)
        spelled: dict[str, str] = {}
        classes = {name: spelled.setdefault(spelling.class_key(wanted[name]), wanted[name]) for name in order}
        for name in sorted(self._schemas.keys() - classes.keys()):
            free = spelling.pascal(name)
            while spelling.class_key(free) in spelled:
                free += "Schema"
            classes[name] = spelled[spelling.class_key(free)] = free
        return classes

    def _claim(self, name: str, wanted: str, own: Mapping[str, str]) -> tuple[bool, bool, bool, str]:
        """Return the sort key that decides which of several schemas gets a name first."""
        return name not in own, self._decision(name) is None, spelling.pascal(name) != wanted, name

    def _odd_one(self, order: list[str], wanted: Mapping[str, str], own: Mapping[str, str]) -> str | None:
        """Return the first schema that cannot have the class it wants, or None."""
        whole: dict[str, tuple[str, Node]] = {}
        for name in order:
            key = spelling.class_key(wanted[name])
            if wanted[name] in _GENERIC and name not in own:
                return name
            first, schema = whole.get(key, (name, self._schemas[name]))
            both = joined(schema, self._schemas[name], _alike(wanted))
            if both is None or not self._belong(first, name, wanted[name]):
                return name
            whole[key] = first, both
        return None

    def _belong(self, first: str, other: str, wanted: str) -> bool:
        """Return whether two schemas with the same wanted name describe the same thing."""
        if wanted == _DELETED or (self._decision(first) and self._decision(other)):
            return True
        mine, theirs = (self._schemas[name]["properties"] for name in (first, other))
        tag = mine.get("object", {}).get("enum")
        nested = mine.keys() <= theirs.keys() or theirs.keys() <= mine.keys()
        return nested or (tag is not None and tag == theirs.get("object", {}).get("enum"))

    def _wanted(self, name: str, own: Mapping[str, str]) -> str:
        """Return the class name of a schema, by `names.yaml` or by rule."""
        if name in own:
            return own[name]
        if decided := self._decision(name):
            return decided
        if name in self._events:
            return f"{spelling.pascal(self._events[name])}Event"
        plain = self._spelled(spelling.pascal(_AFFIXES.sub("", name)))
        if name in self._only_in_events:
            thing = re.sub(r"^Event(?=[A-Z])|(Event)?(Payload|Data)$", "", plain) or plain
            return f"{thing}EventData" if name in self._payloads else f"Event{thing.replace('Event', '') or thing}"
        if name in self._returned and "deleted" in self._schemas[name]["properties"]:
            return _DELETED
        page = rows(self._facts, self._schemas[name])
        if page:
            return f"{self._wanted(page[1], own)}Page"
        thing = plain.removesuffix("Response") or plain
        return f"{thing}Result" if thing != plain and thing in self._operations else thing

    def _decision(self, name: str) -> str | None:
        """Return the class name in `names.yaml`, for the schema or for all schemas of its name without numbers."""
        return self._decided.models.get(name) or self._decided.models.get(_AFFIXES.sub("", name))

    def _spelled(self, name: str) -> str:
        for word, instead in self._decided.words.items():
            name = re.sub(rf"{word}(?![a-z])", instead, name)
        return name

    def _qualified(self, name: str, wanted: Mapping[str, str]) -> str:
        """Return the first unused name made from the schema or operation that uses the object."""
        taken = {spelling.class_key(other) for other in wanted.values()}
        return next(free for free in self._candidates(name, wanted) if spelling.class_key(free) not in taken)

    def _candidates(self, name: str, wanted: Mapping[str, str]) -> Iterator[str]:
        thing = wanted[name]
        is_generic = thing in _GENERIC
        for holder in self._known:
            for key, schema in self._schemas[holder]["properties"].items():
                if any(_target(node) == name for node in walk(schema)):
                    yield wanted[holder] + (thing if is_generic else spelling.pascal_from_snake(spelling.singular(key)))
        for operation in operations(self._facts):
            if name in objects(self._facts, results(self._facts, operation)):
                if is_generic:
                    resource = operation[KEY]["resource"]
                    yield spelling.singular(spelling.pascal_from_snake(resource)) + thing
                kind = "Page" if rows(self._facts, self._schemas[name]) else "Result"
                yield self._spelled(base_of(operation)) + kind
        while True:
            thing += "Object"
            yield thing


def _target(schema: Node) -> str:
    """Return the schema that a reference leads to, or an empty string."""
    ref = schema.get("$ref")
    return ref.removeprefix(SCHEMA) if isinstance(ref, str) and ref.startswith(SCHEMA) else ""


def _alike(classes: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Return a function that says whether two references lead to the same class."""

    def alike(one: str, other: str) -> bool:
        keys = {spelling.class_key(classes.get(ref.removeprefix(SCHEMA), ref)) for ref in (one, other)}
        return len(keys) == 1

    return alike


def _renamed(facts: Node, classes: Mapping[str, str]) -> Node:
    """Return the contract with one schema per class, named after it."""
    old: Node = facts["components"]["schemas"]
    new: Node = {}
    for name, called in classes.items():
        both = joined(new[called], old[name], _alike(classes)) if called in new else old[name]
        if both is None:
            raise GeneratorProblem(f"{name} and others cannot share the class {called}: they conflict")
        new[called] = both
    components = {**facts["components"], "schemas": dict(sorted(new.items()))}
    renamed: Node = _with_classes({**facts, "components": components}, classes)
    return renamed


def _with_classes(node: Any, classes: Mapping[str, str]) -> Any:
    """Return a copy whose references lead to classes, without duplicate branches of unions."""
    if is_list(node):
        return [_with_classes(item, classes) for item in node]
    if not is_object(node):
        return node
    if name := _target(node):
        node = {**node, "$ref": SCHEMA + classes[name]}
    copied = {key: _with_classes(value, classes) for key, value in node.items()}
    if is_list(copied.get("anyOf")):
        branches = copied["anyOf"]
        copied["anyOf"] = [branch for index, branch in enumerate(branches) if branch not in branches[:index]]
    return copied
