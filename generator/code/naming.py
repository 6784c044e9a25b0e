"""`spec/names.yaml`: names in Python where neither Clerk's document nor the rule of `methods.py` gives good ones.

Each operation of a contract gets an object `x-python`: its `resource`, `method` and `function`, the `arguments` that
have another name than on the wire, and what to use `instead` where Clerk has deprecated it.
"""

from __future__ import annotations

import keyword
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs

from clerk_core import AsyncClient, Client
from clerk_core.guards import is_object
from generator.code.methods import answers_list, function_name, method_name
from generator.contract import names
from generator.contract.normalise import METHODS, Node
from generator.files import read_yaml
from generator.problems import GeneratorProblem

KEY = "x-python"

_SECTIONS = ("models", "operations", "words")
METHOD = re.compile(r"`clerk\.(\w+)\.(\w+)`")


@attrs.frozen
class OperationNames:
    """What the file says of one operation; None where the rule decides."""

    resource: str | None = None
    method: str | None = None
    function: str | None = None
    instead: str | None = None


@attrs.frozen
class Names:
    """What the file says."""

    operations: Mapping[str, OperationNames]
    """By operation id."""
    models: Mapping[str, str]
    """Classes by schema."""
    words: Mapping[str, str]
    """Words of schemas, and what stands for them in classes."""


@attrs.frozen
class Applied:
    """What came of it."""

    notes: list[str]
    """Operations that lost the method name that they claim."""
    misfits: list[str]
    """Entries that do not fit the contract."""


def load(path: Path) -> Names:
    """Read the file.

    Raises:
        GeneratorProblem: it or an entry of it is not what it should be.
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
        raise GeneratorProblem(f"{place}: {name!r} is no public name in Python")
    return name


def apply(chosen: Names, contract: Node) -> Applied:
    """Name each operation of the contract, in place: the same document always gets the same names."""
    operations = [
        (path, http, item[http]) for path, item in sorted(contract["paths"].items()) for http in METHODS if http in item
    ]
    for path, _, facts in operations:
        facts[KEY] = _named(contract, path, facts, chosen.operations.get(facts["operationId"], OperationNames()))
        # Clerk's names have done their work.
        facts.pop("x-speakeasy-group", None)
        facts.pop("x-speakeasy-name-override", None)
    notes = _keep_apart(operations, chosen)
    gone = chosen.operations.keys() - {facts["operationId"] for _, _, facts in operations}
    misfits = [f"{name}: there is no such operation" for name in sorted(gone)]
    return Applied(notes, [*misfits, *_without_replacement([facts for _, _, facts in operations])])


def _named(contract: Node, path: str, facts: Node, entry: OperationNames) -> Node:
    is_list = answers_list(contract, facts)
    function = function_name(facts["operationId"], is_list=is_list)
    resource = entry.resource or _resource(facts)
    known = facts.get("x-speakeasy-name-override")
    owners = [resource] if known else [resource, names.snake(path.split("/")[1])]
    found: Node = {
        "resource": resource,
        "method": entry.method or method_name(known or function, owners, is_list=is_list),
        "function": entry.function or function,
    }
    for owner, segment in pairwise(path.split("/")):
        if segment == "{id}":
            found["arguments"] = {"id": f"{names.singular(names.snake(owner))}_id"}
    if entry.instead and facts.get("deprecated"):
        found["instead"] = entry.instead
    return found


def _resource(facts: Node) -> str:
    """Clerk's group, or its tag where there is none."""
    group = names.snake(facts.get("x-speakeasy-group") or facts["tags"][0])
    return f"{group}_" if hasattr(Client, group) or hasattr(AsyncClient, group) else group


def _keep_apart(operations: list[tuple[str, str, Node]], chosen: Names) -> list[str]:
    """Let operations that claim one method have methods of their own; tells of those that lost the one they claim.

    The name stays with the operation that `names.yaml` gives it to, else with the path below the resource's own, such
    as `/users/...` in `users`, else with the first in order. The others are called as their endpoint functions.
    """
    claims: dict[tuple[str, str], list[tuple[bool, bool, str, str, Node]]] = defaultdict(list)
    for path, http, facts in operations:
        resource, method = facts[KEY]["resource"], facts[KEY]["method"]
        entry = chosen.operations.get(facts["operationId"])
        elsewhere = names.snake(path.split("/")[1]) != resource
        claims[resource, method].append((entry is None or entry.method is None, elsewhere, path, http, facts))
    notes: list[str] = []
    for (resource, method), claimed in sorted(claims.items()):
        for *_, path, http, facts in sorted(claimed, key=lambda claim: claim[:-1])[1:]:
            facts[KEY]["method"] = own = facts[KEY]["function"]
            claimants = f"{len(claimed)} operations claim {resource}.{method}"
            notes.append(f"{claimants}: {http.upper()} {path} is {resource}.{own}")
    return notes


def _without_replacement(operations: list[Node]) -> Iterator[str]:
    """Drop each `instead` that names a method which is not there, and tell of it."""
    there = {(facts[KEY]["resource"], facts[KEY]["method"]) for facts in operations}
    for facts in operations:
        for method in METHOD.findall(facts[KEY].get("instead", "")):
            if method not in there:
                del facts[KEY]["instead"]
                yield f"{facts['operationId']}: there is no clerk.{'.'.join(method)} to use instead"
                break
