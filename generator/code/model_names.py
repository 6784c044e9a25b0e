"""The classes that schemas become: which of them are one class, and what it is called.

`spec/names.yaml` names classes; schemas that it gives one name are one class. Where it says nothing, a rule does:

- An event is called after its type (`UserCreatedEvent`), its data `...EventData`, and what only events hold `Event...`.
- A page is called after its rows: `UserPage`. What says that something is deleted is a `DeletedObject`.
- Elsewhere the class has the schema's name, in the words of `names.yaml`, without what tells it from others of its name
  (`-2`) and without `Response`; an operation's own answer is a `...Result`.

Schemas that come to one name are one class where one of them holds all that the other one does. If not, and if a name
says nothing (`Data`), the class is called after what holds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object
from generator.code.naming import KEY, Names
from generator.code.reach import SCHEMA, answers, events, objects, of_operation, operations, rows
from generator.contract import names
from generator.contract.events import merge_events
from generator.contract.joining import joined
from generator.contract.normalise import Node, walk
from generator.problems import GeneratorProblem

_DELETED = "DeletedObject"
_AFFIXES = re.compile(r"^schemas\W|(-|(?<=Response))\d+$")
"""What tells schemas of one name apart: Clerk's `schemas.` and `-2`, and the place in a union."""
_SAYS_NOTHING = frozenset(
    ("Cookies", "Data", "Details", "Event", "Item", "List", "Object", "Payload", "Response", "Result", "Token", "Value")
)


class Models(NamedTuple):
    """A contract with its events, whose schemas are called as their classes are, and what they were called before."""

    facts: Node
    of_contract: Mapping[str, str]
    """Schema of the contract -> class."""
    of_events: Mapping[str, str]
    """Schema of the events -> class."""

    @property
    def schemas(self) -> dict[str, list[str]]:
        """Class -> the schemas that became it."""
        found: dict[str, list[str]] = {}
        for schema, name in [*self.of_contract.items(), *self.of_events.items()]:
            found.setdefault(name, []).append(schema)
        return found


def name_models(contract: Node, events: Node, decided: Names) -> Models:
    """Call each schema as its class is called, and join those that are one class."""
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
        answered = [schema for operation in operations(facts) for schema in answers(facts, operation)]
        self._answered = objects(facts, answered)
        met = [schema for operation in operations(facts) for schema in of_operation(facts, operation)]
        called = objects(facts, met)
        self._events: dict[str, str] = {}
        for event, schema in events(facts):
            # Of several events with one schema, the one that it is called after: another one must not rename the class.
            first = self._events.setdefault(_target(schema), event)
            after = names.pascal(_target(schema)) == f"{names.pascal(event)}Event"
            self._events[_target(schema)] = event if after else first
        told = objects(facts, (schema for _, schema in events(facts)))
        self._told = told - called
        self._known = sorted(called | told)
        self._payloads = {
            _target(self._schemas[event]["properties"].get("data", {})) for event in self._events if event in told
        }
        self._operations = {names.pascal(operation["operationId"]) for operation in operations(facts)}

    def classes(self) -> dict[str, str]:
        """Return the class of each schema: one for schemas that are joined, a free name for one without members."""
        own: dict[str, str] = {}
        while True:
            wanted = {name: own.get(name) or self._wanted(name, own) for name in self._known}
            order = sorted(self._known, key=lambda name: self._claim(name, wanted[name], own))
            odd = self._odd_one(order, wanted, own)
            if odd is None:
                break
            own[odd] = self._qualified(odd, wanted)
        spelled: dict[str, str] = {}
        classes = {name: spelled.setdefault(names.class_key(wanted[name]), wanted[name]) for name in order}
        for name in sorted(self._schemas.keys() - classes.keys()):
            free = names.pascal(name)
            while names.class_key(free) in spelled:
                free += "Schema"
            classes[name] = spelled[names.class_key(free)] = free
        return classes

    def _claim(self, name: str, wanted: str, own: Mapping[str, str]) -> tuple[bool, bool, bool, str]:
        """Which schema of several is the first to have a name."""
        return name not in own, self._decision(name) is None, names.pascal(name) != wanted, name

    def _odd_one(self, order: list[str], wanted: Mapping[str, str], own: Mapping[str, str]) -> str | None:
        """The first schema that cannot have the class that it wants; None where all can."""
        whole: dict[str, tuple[str, Node]] = {}
        for name in order:
            key = names.class_key(wanted[name])
            if wanted[name] in _SAYS_NOTHING and name not in own:
                return name
            first, schema = whole.get(key, (name, self._schemas[name]))
            both = joined(schema, self._schemas[name], _alike(wanted))
            if both is None or not self._belong(first, name, wanted[name]):
                return name
            whole[key] = first, both
        return None

    def _belong(self, first: str, other: str, wanted: str) -> bool:
        """Whether two schemas that come to one name mean the same thing."""
        if wanted == _DELETED or (self._decision(first) and self._decision(other)):
            return True
        mine, theirs = (self._schemas[name]["properties"] for name in (first, other))
        tag = mine.get("object", {}).get("enum")
        nested = mine.keys() <= theirs.keys() or theirs.keys() <= mine.keys()
        return nested or (tag is not None and tag == theirs.get("object", {}).get("enum"))

    def _wanted(self, name: str, own: Mapping[str, str]) -> str:
        """The name that is decided, or by rule."""
        if name in own:
            return own[name]
        if decided := self._decision(name):
            return decided
        if name in self._events:
            return f"{names.pascal(self._events[name])}Event"
        plain = self._spelled(names.pascal(_AFFIXES.sub("", name)))
        if name in self._told:
            thing = re.sub(r"^Event(?=[A-Z])|(Event)?(Payload|Data)$", "", plain) or plain
            return f"{thing}EventData" if name in self._payloads else f"Event{thing.replace('Event', '') or thing}"
        if name in self._answered and "deleted" in self._schemas[name]["properties"]:
            return _DELETED
        page = rows(self._facts, self._schemas[name])
        if page:
            return f"{self._wanted(page[1], own)}Page"
        thing = plain.removesuffix("Response") or plain
        return f"{thing}Result" if thing != plain and thing in self._operations else thing

    def _decision(self, name: str) -> str | None:
        """What `names.yaml` calls the class, be it for all schemas of one name."""
        return self._decided.models.get(name) or self._decided.models.get(_AFFIXES.sub("", name))

    def _spelled(self, name: str) -> str:
        for word, instead in self._decided.words.items():
            name = re.sub(rf"{word}(?![a-z])", instead, name)
        return name

    def _qualified(self, name: str, wanted: Mapping[str, str]) -> str:
        """The first free name that tells what holds the object, or what answers it."""
        taken = {names.class_key(other) for other in wanted.values()}
        return next(free for free in self._candidates(name, wanted) if names.class_key(free) not in taken)

    def _candidates(self, name: str, wanted: Mapping[str, str]) -> Iterator[str]:
        thing = wanted[name]
        says_nothing = thing in _SAYS_NOTHING
        for holder in self._known:
            for key, schema in self._schemas[holder]["properties"].items():
                if any(_target(node) == name for node in walk(schema)):
                    yield wanted[holder] + (thing if says_nothing else names.pascal_from_snake(names.singular(key)))
        for operation in operations(self._facts):
            if name in objects(self._facts, answers(self._facts, operation)):
                if says_nothing:
                    resource = operation[KEY]["resource"]
                    yield names.singular(names.pascal_from_snake(resource)) + thing
                kind = "Page" if rows(self._facts, self._schemas[name]) else "Result"
                yield self._spelled(names.pascal(operation["operationId"])) + kind
        while True:
            thing += "Object"
            yield thing


def _target(schema: Node) -> str:
    """The schema that a reference leads to; empty where there is none."""
    ref = schema.get("$ref")
    return ref.removeprefix(SCHEMA) if isinstance(ref, str) and ref.startswith(SCHEMA) else ""


def _alike(classes: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Whether two references lead to one class."""

    def alike(one: str, other: str) -> bool:
        keys = {names.class_key(classes.get(ref.removeprefix(SCHEMA), ref)) for ref in (one, other)}
        return len(keys) == 1

    return alike


def _renamed(facts: Node, classes: Mapping[str, str]) -> Node:
    """The contract with its schemas called as their classes, one for each of these."""
    old: Node = facts["components"]["schemas"]
    new: Node = {}
    for name, called in classes.items():
        both = joined(new[called], old[name], _alike(classes)) if called in new else old[name]
        if both is None:
            raise GeneratorProblem(f"{name} and others are to be one class {called}, and contradict each other")
        new[called] = both
    components = {**facts["components"], "schemas": dict(sorted(new.items()))}
    renamed: Node = _with_classes({**facts, "components": components}, classes)
    return renamed


def _with_classes(node: Any, classes: Mapping[str, str]) -> Any:
    """A copy whose references lead to classes; of a union's branches, those that became one are one."""
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
