"""A contract from the perspective of Python callers: operations with arguments, classes with attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice

import attrs

from generator.changes.contract_classes import with_classes
from generator.changes.shapes import LIST, class_in, classes_in, shape
from generator.code.model_builder import attribute_name
from generator.code.operations import argument_name, collection, placeholders, python_name
from generator.code.views import SHARED
from generator.contract import operation_names
from generator.contract.naming_rules import iterator_of
from generator.contract.nodes import Node, follow, located_operations


@attrs.frozen
class Place:
    """A place in Python, and in Clerk's API."""

    resource: str
    python: str
    http: str


@attrs.frozen
class Argument:
    """One argument of an operation, or one member of an object that is sent."""

    name: str
    wire: str
    sent_in: str
    required: bool
    schema: Node


@attrs.frozen
class Operation:
    """One operation, with its Python names."""

    http: str
    path: str
    function: str
    group: str
    method: str
    deprecated: bool
    arguments: Mapping[str, Argument]
    """By their names on the wire."""
    body: str | None
    """The body's media type."""
    result: Node | None
    """The schema of its result, or None if it has none."""
    page: Node | None
    """The schema of its result with `paginated=True`, if it takes that argument."""
    has_iterator: bool
    statuses: tuple[str, ...]

    @property
    def address(self) -> str:
        """Method and path, such as `POST /users`."""
        return f"{self.http} {self.path}"

    @property
    def called(self) -> str:
        """The method, such as `clerk.users.get`."""
        return f"clerk.{self.group}.{self.method}"

    @property
    def iterator(self) -> str:
        """The iterator over all pages, such as `clerk.users.iterate`."""
        return f"clerk.{self.group}.{iterator_of(self.method)}"

    @property
    def ids(self) -> list[str]:
        """The path parameters on the wire, in order; they may be passed by position."""
        return placeholders(self.path)

    def place(self, python: str | None = None) -> Place:
        """Return the place of the operation, or of a part of it."""
        return Place(self.group, python or f"{self.called}()", self.address)

    def argument_place(self, argument: Argument) -> Place:
        """Return the place of one of its arguments."""
        return self.place(f"{self.called}(... {argument.name}=)")

    def schemas(self) -> list[Node]:
        """Return the schemas of its results."""
        return [schema for schema in (self.result, self.page) if schema is not None]


@attrs.frozen
class Attribute:
    """One attribute of a class."""

    name: str
    key: str
    required: bool
    schema: Node


@attrs.frozen
class ModelClass:
    """One class, and whether its objects are sent or received."""

    schema: str
    name: str
    attributes: Mapping[str, Attribute]
    sent: bool
    received: bool
    resource: str
    where: list[str]
    """The operations and events that use it."""

    def place(self) -> Place:
        """Return the place of the class."""
        more = f" and {len(self.where) - 1} more" if len(self.where) > 1 else ""
        return Place(self.resource, self.name, f"{self.where[0]}{more}")


@attrs.frozen
class Event:
    """One webhook event."""

    name: str
    schema: Node

    def place(self) -> Place:
        """Return the place of the event."""
        return Place("events", f"clerk_bapi.events.EVENTS[{self.name!r}]", f"webhook {self.name}")


class CallerView:
    """The operations, events and classes of one contract."""

    def __init__(self, contract: Node) -> None:
        self.contract = contract = with_classes(contract)
        self.version = str(contract["info"]["version"])
        self.servers = ", ".join(server["url"] for server in contract.get("servers", ()))
        self.operations = [self._operation(*located) for located in located_operations(contract)]
        self.events = {
            name: Event(name, item["post"]["requestBody"]["content"]["application/json"]["schema"])
            for name, item in sorted(contract.get("webhooks", {}).items())
        }

    # -- operations ----------------------------------------------------------------------------------------------

    def _operation(self, path: str, http: str, facts: Node) -> Operation:
        arguments = self._arguments(path, facts)
        result = self._result(facts["responses"])
        page = None
        if result is not None and any(argument.wire == "paginated" for argument in arguments):
            result, page = self._list_and_page(result)
        wires = {argument.wire for argument in arguments}
        return Operation(
            http=http.upper(),
            path=path,
            function=facts[operation_names.KEY]["function"],
            group=facts[operation_names.KEY]["resource"],
            method=facts[operation_names.KEY]["method"],
            deprecated=bool(facts.get("deprecated")),
            arguments={argument.wire: argument for argument in arguments},
            body=next(iter(facts.get("requestBody", {}).get("content", {})), None),
            result=result,
            page=page,
            has_iterator={"limit", "offset"} <= wires and result is not None and self._has_rows(result),
            statuses=tuple(sorted(facts["responses"])),
        )

    def _arguments(self, path: str, facts: Node) -> list[Argument]:
        parameters = [follow(self.contract, parameter) for parameter in facts.get("parameters", ())]
        taken: set[str] = set()
        arguments = [
            Argument(
                argument_name(python_name(facts, parameter), parameter["in"], taken),
                parameter["name"],
                parameter["in"],
                parameter["required"],
                _with_flag(parameter["schema"], parameter),
            )
            for parameter in sorted(parameters, key=lambda parameter: parameter["in"] != "path")
        ]
        for media in islice(facts.get("requestBody", {}).get("content", {}).values(), 1):
            body = follow(self.contract, media["schema"])
            if "properties" not in body:
                name = collection(path) if "items" in body else "body"
                return [*arguments, Argument(name, "body", "body", True, media["schema"])]
            required = set(body.get("required", ()))
            for wire, schema in sorted(body["properties"].items(), key=lambda item: item[0] not in required):
                name = argument_name(wire, "body", taken)
                # A name that the path or query also has is a separate argument with its own name.
                key = wire if all(wire != one.wire for one in arguments) else name
                arguments.append(Argument(name, key, "body", wire in required, schema))
        return arguments

    def _result(self, responses: Node) -> Node | None:
        """Return the schema of the first successful response with a body."""
        successes = [follow(self.contract, responses[status]) for status in sorted(responses) if status.startswith("2")]
        bodies = [media["schema"] for response in successes for media in response.get("content", {}).values()]
        return next(iter(bodies), None)

    def _list_and_page(self, result: Node) -> tuple[Node, Node | None]:
        branches = follow(self.contract, result).get("anyOf", [])
        lists = [branch for branch in branches if LIST in shape(self.contract, branch).kinds]
        pages = [branch for branch in branches if branch not in lists]
        return (lists[0], pages[0]) if len(lists) == len(pages) == 1 else (result, None)

    def _has_rows(self, result: Node) -> bool:
        if set(shape(self.contract, result).kinds) == {LIST}:
            return True
        name = class_in(self.contract, result)
        members: Node = self.contract["components"]["schemas"][name]["properties"] if name else {}
        return sum(set(shape(self.contract, member).kinds) == {LIST} for member in members.values()) == 1

    # -- classes -------------------------------------------------------------------------------------------------

    @cached_property
    def models(self) -> dict[str, ModelClass]:
        """The classes that operations and events use, by schema."""
        sent: dict[str, list[Operation]] = {}
        back: dict[str, list[Operation | Event]] = {}
        for operation in self.operations:
            for name in self._reached(argument.schema for argument in operation.arguments.values()):
                sent.setdefault(name, []).append(operation)
            for name in self._reached(operation.schemas()):
                back.setdefault(name, []).append(operation)
        for event in self.events.values():
            for name in self._reached([event.schema]):
                back.setdefault(name, []).append(event)
        return {
            name: self._model(name, [*sent.get(name, ()), *back.get(name, ())], name in sent, name in back)
            for name in sorted(sent.keys() | back.keys())
        }

    def _model(self, name: str, holders: list[Operation | Event], sent: bool, received: bool) -> ModelClass:
        facts: Node = self.contract["components"]["schemas"][name]
        required = set(facts.get("required", ()))
        places = [holder.place() for holder in holders]
        resources = {place.resource for place in places}
        return ModelClass(
            schema=name,
            name=name,
            attributes={
                key: Attribute(attribute_name(key), key, key in required, schema)
                for key, schema in facts["properties"].items()
            },
            sent=sent,
            received=received,
            resource=resources.pop() if len(resources) == 1 else SHARED,
            where=sorted({place.http for place in places}),
        )

    def _reached(self, schemas: Iterable[Node]) -> set[str]:
        found: set[str] = set()
        todo = [name for schema in schemas for name in classes_in(self.contract, schema)]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self._neighbours(name)
        return found

    def _neighbours(self, name: str) -> Iterator[str]:
        if name not in self._named:
            members: Node = self.contract["components"]["schemas"][name]["properties"]
            self._named[name] = [cls for member in members.values() for cls in classes_in(self.contract, member)]
        return iter(self._named[name])

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        return {}


def _with_flag(schema: Node, parameter: Node) -> Node:
    return {**schema, "deprecated": True} if parameter.get("deprecated") else schema
