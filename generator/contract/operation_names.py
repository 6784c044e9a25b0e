"""Give each operation its Python names, by `spec/names.yaml` or else by `naming_rules.py`.

Each operation of the contract gets an object `x-python` with its `resource`, `method` and `function`, the `arguments`
whose names differ from those on the wire, and, if it is deprecated, what to use `instead`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs

from clerk_core import AsyncClient, Client
from clerk_core.guards import is_object
from generator.contract import additions, spelling
from generator.contract.inline_objects import base_of
from generator.contract.name_clashes import Claim, keep_apart
from generator.contract.naming_rules import function_name, has_pages, method_name, returns_list
from generator.contract.nodes import Node, blanked, located_operations
from generator.problems import GeneratorProblem
from generator.yaml_files import read_yaml

KEY = "x-python"

_SECTIONS = ("models", "operations", "words")
METHOD = re.compile(r"`clerk\.(\w+)\.(\w+)`")


@attrs.frozen
class OperationNames:
    """The names of one operation in `names.yaml`; None where the rules decide."""

    resource: str | None = None
    method: str | None = None
    function: str | None = None
    instead: str | None = None


@attrs.frozen
class Names:
    """The content of `names.yaml`."""

    operations: Mapping[str, OperationNames]
    """By operation id."""
    models: Mapping[str, str]
    """The class of each schema."""
    words: Mapping[str, str]
    """Words in schema names, and their replacements in class names."""


@attrs.frozen
class Applied:
    """The result of naming the operations of a contract."""

    notes: list[str]
    """Operations that claim the name of another one, and the name they got."""
    misfits: list[str]
    """Entries that do not fit the contract."""


def load(path: Path) -> Names:
    """Read `names.yaml`.

    Raises:
        GeneratorProblem: the file or an entry is malformed.
    """
    loaded = read_yaml(path)
    if not is_object(loaded) or sorted(loaded) != [*_SECTIONS] or not all(map(is_object, loaded.values())):
        raise GeneratorProblem(f"{path.name}: expected the objects {', '.join(_SECTIONS)}, and nothing else")
    models, words = (
        {name: _identifier(f"{path.name}: {name}", instead) for name, instead in loaded[section].items()}
        for section in ("models", "words")
    )
    operations = {name: _entry(f"{path.name}: {name}", entry) for name, entry in loaded["operations"].items()}
    return Names(operations, models, words)


def _entry(place: str, entry: Any) -> OperationNames:
    known = [field.name for field in attrs.fields(OperationNames)]
    if not is_object(entry) or not entry or not set(entry) <= {*known}:
        raise GeneratorProblem(f"{place}: expected an object with one or more of {', '.join(known)}, found {entry!r}")
    for key in entry.keys() - {"instead"}:
        _identifier(f"{place}, {key}", entry[key])
    return OperationNames(**entry)


def _identifier(place: str, name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise GeneratorProblem(f"{place}: {name!r} is not a public Python name")
    return name


class NamesBefore:
    """The names of the operations in the contract before, if there is one."""

    def __init__(self, contract: Node | None = None) -> None:
        self.bases: dict[str, str] = {}
        """The start of the names of each operation's objects, by operation id."""
        self._by_path: dict[tuple[str, str], Mapping[str, str]] = {}
        self._by_id: dict[str, Mapping[str, str]] = {}
        for path, http, facts in located_operations(contract) if contract else ():
            self.bases[facts["operationId"]] = base_of(facts)
            self._by_path[blanked(path), http] = self._by_id[facts["operationId"]] = facts.get(KEY, {})

    def knows(self, path: str, http: str) -> bool:
        """Return whether there was an operation at this path."""
        return (blanked(path), http) in self._by_path

    def of(self, path: str, http: str, operation_id: str) -> Mapping[str, str]:
        """Return the names of an operation, which is known by its path or else by its id; empty for a new one."""
        return self._by_path.get((blanked(path), http)) or self._by_id.get(operation_id) or {}


def apply(chosen: Names, contract: Node, before: NamesBefore) -> Applied:
    """Name each operation of the contract, in place. The same document always gets the same names.

    `before` decides only who gets a name that several operations claim.
    """
    operations = list(located_operations(contract))
    for path, _, facts in operations:
        facts[KEY] = _named(contract, path, facts, chosen.operations.get(facts["operationId"], OperationNames()))
        # Not needed any more.
        facts.pop("x-speakeasy-group", None)
        facts.pop("x-speakeasy-name-override", None)
    notes = keep_apart(_claims(chosen, contract, before))
    gone = chosen.operations.keys() - {facts["operationId"] for _, _, facts in operations}
    misfits = [f"{name}: there is no such operation" for name in sorted(gone)]
    return Applied(notes, [*misfits, *_without_replacement([facts for _, _, facts in operations])])


def name_added(chosen: Names, contract: Node, before: NamesBefore) -> None:
    """Name the operations that were added to a contract whose other operations have names.

    Raises:
        GeneratorProblem: an operation that is not in the contract before would get the name of another one.
    """
    named = [facts for _, _, facts in located_operations(contract) if KEY in facts]
    methods = {(facts[KEY]["resource"], facts[KEY]["method"]): facts["operationId"] for facts in named}
    functions = {facts[KEY]["function"]: facts["operationId"] for facts in named}
    for path, http, facts in located_operations(contract):
        if KEY in facts:
            continue
        name = facts["operationId"]
        facts[KEY] = found = _named(contract, path, facts, chosen.operations.get(name, OperationNames()))
        other = methods.get((found["resource"], found["method"])) or functions.get(found["function"])
        if other and not before.knows(path, http):
            raise GeneratorProblem(f"{additions.FILE}: {name} would be named like {other}: set a name in names.yaml")
        methods[found["resource"], found["method"]] = functions[found["function"]] = name
    keep_apart(_claims(chosen, contract, before))


def _claims(chosen: Names, contract: Node, before: NamesBefore) -> list[Claim]:
    claims: list[Claim] = []
    for path, http, facts in located_operations(contract):
        entry = chosen.operations.get(facts["operationId"], OperationNames())
        claims.append(
            Claim(
                path=path,
                http=http,
                names=facts[KEY],
                decided=[key for key in ("method", "function") if getattr(entry, key)],
                before=before.of(path, http, facts["operationId"]),
                is_list=returns_list(contract, facts),
                has_pages=has_pages(contract, facts),
            )
        )
    return claims


def _named(contract: Node, path: str, facts: Node, entry: OperationNames) -> Node:
    is_list = returns_list(contract, facts)
    function = function_name(facts["operationId"], is_list=is_list)
    resource = entry.resource or _resource(facts)
    known = facts.get("x-speakeasy-name-override")
    owners = [resource] if known else [resource, spelling.snake(path.split("/")[1])]
    found: Node = {
        "resource": resource,
        "method": entry.method or method_name(known or function, owners, is_list=is_list),
        "function": entry.function or function,
    }
    for owner, segment in pairwise(path.split("/")):
        if segment == "{id}":
            found["arguments"] = {"id": f"{spelling.singular(spelling.snake(owner))}_id"}
    if entry.instead and facts.get("deprecated"):
        found["instead"] = entry.instead
    return found


def _resource(facts: Node) -> str:
    """Return the resource of an operation: Clerk's group, or else its tag."""
    group = spelling.snake(facts.get("x-speakeasy-group") or facts["tags"][0])
    return f"{group}_" if hasattr(Client, group) or hasattr(AsyncClient, group) else group


def _without_replacement(operations: list[Node]) -> Iterator[str]:
    """Remove each `instead` that names a missing method, and yield a message for it."""
    there = {(facts[KEY]["resource"], facts[KEY]["method"]) for facts in operations}
    for facts in operations:
        for method in METHOD.findall(facts[KEY].get("instead", "")):
            if method not in there:
                del facts[KEY]["instead"]
                yield f"{facts['operationId']}: there is no clerk.{'.'.join(method)} to use instead"
                break
