"""Find what `spec/docs.yaml` does not describe, and descriptions of things that no longer exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import yaml

from clerk_core.guards import is_object
from generator.contract.nodes import Node, follow
from generator.contract.spec_folder import load

_SELF_EXPLANATORY = re.compile("Paginated.*|.*Request|Error|ErrorResponse")
"""Schemas that need no description: pages, request bodies, errors."""

_STATUS = re.compile(r"\b[45]\d\d\b")


@attrs.frozen
class MissingDocs:
    """What to change in `docs.yaml`: operations and schemas by name, `operation.parameter`, `schema.attribute`.

    `obsolete` also has error statuses that a text mentions and the contract does not have, as in `GetUser 404`.
    """

    missing: list[str]
    obsolete: list[str]

    def __str__(self) -> str:
        said = [f"does not describe {', '.join(self.missing)}"] if self.missing else []
        said += [f"describes what does not exist: {', '.join(self.obsolete)}"] if self.obsolete else []
        return f"spec/docs.yaml {'; '.join(said)}" if said else ""


def check(spec: Path) -> MissingDocs:
    """Compare `docs.yaml` with `contract.json` and `events.json`."""
    contract, events = load(spec / "contract.json"), load(spec / "events.json")
    docs: Node = yaml.safe_load((spec / "docs.yaml").read_text(encoding="utf-8")) or {}
    operations = {facts["operationId"]: facts for item in contract["paths"].values() for facts in item.values()}
    schemas: Node = {**events["components"]["schemas"], **contract["components"]["schemas"]}
    parameters = {(name, each) for name, facts in operations.items() for each in _parameters(contract, facts)}
    attributes = {(name, key) for name, schema in schemas.items() for key in schema.get("properties", ())}
    statuses = {(name, status) for name, facts in operations.items() for status in facts["responses"]}
    there = {*operations, *schemas, *map(".".join, parameters | attributes), *map(" ".join, statuses)}
    wanted = {name for name in {*operations, *schemas} if not _SELF_EXPLANATORY.fullmatch(name)}
    described = set(_described(docs))
    general = docs.get("parameters", {})
    wanted |= {f"{name}.{each}" for name, each in parameters if name in described and each not in general}
    return MissingDocs(missing=sorted(wanted - described), obsolete=sorted(described - there))


def _parameters(contract: Node, operation: Node) -> Iterator[str]:
    """Yield the arguments of an operation on the wire; `items` for a body that is a list."""
    yield from (follow(contract, parameter)["name"] for parameter in operation.get("parameters", ()))
    for media in follow(contract, operation.get("requestBody", {})).get("content", {}).values():
        body = follow(contract, media["schema"])
        yield from ["items"] if body.get("type") == "array" else body.get("properties", ())


def _described(docs: Node) -> Iterator[str]:
    for section, part in (("operations", "parameters"), ("schemas", "attributes")):
        for name, said in docs.get(section, {}).items():
            yield name
            if is_object(said):
                yield from (f"{name}.{each}" for each in said.get(part, ()))
                yield from (f"{name} {status}" for status in _STATUS.findall(str(said)))
    yield from docs.get("units", ())
