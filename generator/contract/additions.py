"""Add operations that Clerk's document lacks: `spec/additions.yaml`, an OpenAPI 3.0 document of one's own.

Its schemas may refer to those of the contract. What was added is recorded in the contract under `x-added`, so that
another run replaces it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.contract.inline_objects import name_inline_objects
from generator.contract.nodes import METHODS, Node, walk
from generator.contract.normalise import DocumentNormaliser
from generator.contract.null_references import move_null_to_references
from generator.contract.pages import add_page_responses
from generator.fetch import document
from generator.problems import GeneratorProblem

FILE = "additions.yaml"
KEY = "x-added"
_KINDS = ("parameters", "responses", "schemas")


def add(facts: Node, spec: Path) -> None:
    """Add the content of `additions.yaml` to a contract, in place of what was added before. Nothing without the file.

    Raises:
        DocumentProblem: the file is malformed, or refers to something that does not exist.
        GeneratorProblem: the contract has an operation or component of the same name.
    """
    remove(facts)
    path = spec / FILE
    if not path.exists():
        return
    added = _read(path, facts)
    record: Node = {"operations": [], **{kind: [] for kind in _KINDS}}
    for url, item in sorted(added["paths"].items()):
        for method in METHODS:
            if method not in item:
                continue
            if method in facts["paths"].get(url, {}):
                raise GeneratorProblem(f"{FILE}: Clerk's document has {method.upper()} {url}: remove it from the file")
            facts["paths"].setdefault(url, {})[method] = item[method]
            record["operations"].append(f"{method} {url}")
    for kind in _KINDS:
        for name, node in sorted(added["components"][kind].items()):
            if name in facts["components"][kind]:
                raise GeneratorProblem(f"{FILE}: Clerk's document has {kind} {name}: choose another name")
            facts["components"][kind][name] = node
            record[kind].append(name)
    facts[KEY] = record


def remove(facts: Node) -> None:
    """Remove what was added to a contract."""
    record = facts.pop(KEY, None)
    if record is None:
        return
    for method, url in (operation.split(" ", 1) for operation in record["operations"]):
        item = facts["paths"][url]
        del item[method]
        if not item:
            del facts["paths"][url]
    for kind in _KINDS:
        for name in record[kind]:
            del facts["components"][kind][name]


def _read(path: Path, facts: Node) -> Node:
    """Return the normalised content of the file, without what it refers to in the contract."""
    read = document.read(str(path)).data
    components = read.setdefault("components", {})
    stubs = _find_stubs(read, components, facts)
    for kind, nodes in stubs.items():
        components.setdefault(kind, {}).update(nodes)
    added = DocumentNormaliser({**read, "info": facts["info"]}).contract(facts["info"]["title"])
    move_null_to_references(added)
    name_inline_objects(added)
    add_page_responses(added)
    for kind, nodes in stubs.items():
        for name in nodes:
            del added["components"][kind][name]
    return added


def _find_stubs(read: Node, components: Node, facts: Node) -> dict[str, Node]:
    """Return stand-ins for the components of the contract that the file refers to."""
    stubs: dict[str, Node] = {}
    for node in walk(read):
        ref: Any = node.get("$ref")
        parts = ref.removeprefix("#/components/").split("/") if isinstance(ref, str) else []
        if len(parts) != 2 or parts[0] not in _KINDS:
            continue
        kind, name = parts
        if name in components.get(kind, {}) or name not in facts["components"][kind]:
            continue
        stubs.setdefault(kind, {})[name] = _build_stub(kind, name, facts["components"][kind][name])
    return stubs


def _build_stub(kind: str, name: str, own: Node) -> Node:
    """Return a stand-in that refers to nothing. No inline object of the file may equal the one of a schema."""
    if kind == "schemas":
        return {"type": "object", "properties": {f"stand-in for {name}": {"type": "string"}}}
    return {**own, "schema": {"type": "string"}} if kind == "parameters" else {"description": ""}
