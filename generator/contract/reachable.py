"""Find the schemas that operations and events use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clerk_core.pages import PAGE_KEY
from generator.contract.nodes import Node, follow, located_operations, walk

SCHEMA = "#/components/schemas/"


def of_operation(contract: Node, operation: Node) -> Iterator[Node]:
    """Yield the schemas of an operation's arguments and results."""
    yield from arguments(contract, operation)
    yield from results(contract, operation)


def arguments(contract: Node, operation: Node) -> Iterator[Node]:
    """Yield the schemas of an operation's arguments: parameters, and members of the body."""
    yield from (follow(contract, parameter)["schema"] for parameter in operation.get("parameters", ()))
    for media in follow(contract, operation.get("requestBody", {})).get("content", {}).values():
        body = follow(contract, media["schema"])
        yield from body.get("properties", {"": body}).values()


def results(contract: Node, operation: Node) -> Iterator[Node]:
    """Yield the schemas of an operation's successful responses."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield from (media["schema"] for media in follow(contract, response).get("content", {}).values())


def operations(contract: Node) -> Iterator[Node]:
    """Return all operations, ordered by path and method."""
    return (facts for _, _, facts in located_operations(contract))


def events(contract: Node) -> Iterator[tuple[str, Node]]:
    """Yield the type of each event, with the schema of its body."""
    for name, item in sorted(contract.get("webhooks", {}).items()):
        yield name, item["post"]["requestBody"]["content"]["application/json"]["schema"]


def objects(contract: Node, schemas: Iterable[Node]) -> set[str]:
    """Return the names of all objects with properties that the schemas refer to, directly or indirectly."""
    components: Node = contract["components"]["schemas"]
    found: set[str] = set()
    todo = list(schemas)
    while todo:
        for node in walk(todo.pop()):
            name = node.get("$ref", "")
            if isinstance(name, str) and name.startswith(SCHEMA):
                name = name.removeprefix(SCHEMA)
                if name not in found:
                    found.add(name)
                    todo.append(components[name])
    return {name for name in found if "properties" in components[name]}


def rows(contract: Node, schema: Node) -> tuple[str, str] | None:
    """Return the key of the rows of a page, and the schema of a row; None if the schema is not a page.

    A page is an object with `total_count`, whose rows are under `data` or in its only list.
    """
    members = {key: follow(contract, inner) for key, inner in schema["properties"].items()}
    lists = [key for key, inner in members.items() if inner.get("type") == "array"]
    key = PAGE_KEY if PAGE_KEY in lists else next(iter(lists), "") if len(lists) == 1 else ""
    if not key or "total_count" not in members:
        return None
    row = named(contract, members[key]["items"])
    return (key, row) if row else None


def named(contract: Node, schema: Node) -> str | None:
    """Return the name of the object with properties that a reference leads to."""
    name = ""
    while "$ref" in schema:
        name = schema["$ref"].removeprefix(SCHEMA)
        schema = contract["components"]["schemas"][name]
    return name if "properties" in schema else None
