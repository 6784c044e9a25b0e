"""A document becomes `spec/contract.json` or `spec/events.json`: all of it, or nothing."""

from __future__ import annotations

import json
import os
import tomllib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import attrs

from generator.code import naming
from generator.contract import corrections
from generator.contract.inline_objects import hoist
from generator.contract.normalise import Node, Normaliser, null_where_used, target, walk
from generator.contract.pages import page_where_asked
from generator.fetch.document import Document
from generator.problems import DocumentProblem, GeneratorProblem

FILES = {"contract": "contract.json", "events": "events.json"}


@attrs.frozen
class Contract:
    """The facts of one document, the corrections that changed nothing in it, and the names that do not fit it."""

    kind: str
    facts: Node
    stale: list[corrections.Correction]
    settled: list[corrections.Correction]
    misfits: list[str]
    """Entries of `names.yaml`."""
    notes: list[str]
    """What was done to it that a reader should know."""

    @property
    def version(self) -> str:
        """The API version that the document is for."""
        return str(self.facts["info"]["version"])

    def text(self) -> str:
        """The file's text: the same for the same facts, on any machine."""
        return json.dumps(self.facts, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def load(path: Path) -> Node:
    """A contract of `spec/`."""
    try:
        loaded: Node = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GeneratorProblem(f"{path} is missing: make it with `python -m generator contract`") from error
    except json.JSONDecodeError as error:
        raise GeneratorProblem(f"{path}, line {error.lineno}: is not whole JSON ({error.msg})") from error
    return loaded


def build(document: Document, spec: Path) -> Contract:
    """Normalise, hoist, correct, name and check; corrections and names that do not fit are the caller's to judge.

    `spec` is the folder of `corrections.yaml` and `names.yaml`.
    """
    normaliser = Normaliser(document.data)
    kind = kind_of(document)
    # Through JSON: what a YAML alias shares must not be shared any more, and only JSON values may remain.
    facts: Node = json.loads(json.dumps(normaliser.events() if kind == "events" else normaliser.contract()))
    null_where_used(facts)
    hoist(facts)
    page_where_asked(facts)
    applied = corrections.apply(corrections.load(spec / "corrections.yaml"), facts, kind)
    _check_references(facts)
    named = naming.apply(naming.load(spec / "names.yaml"), facts) if kind == "contract" else naming.Applied([], [])
    return Contract(
        kind=kind,
        facts=facts,
        stale=applied.stale,
        settled=applied.settled,
        misfits=named.misfits,
        notes=named.notes,
    )


def kind_of(document: Document) -> str:
    """`events` for the webhook document, `contract` for the Backend API's."""
    return "events" if "x-webhooks" in document.data else "contract"


def locked(spec: Path) -> dict[str, dict[str, str]]:
    """What the lock file says of each kind: `source`, `sha256`, `api_version`, `generator`."""
    lock = spec / "lock.toml"
    return tomllib.loads(lock.read_text(encoding="utf-8")) if lock.exists() else {}


def check(contract: Contract) -> None:
    """Refuse a contract that not all corrections and names fit."""
    if contract.stale:
        gone = "; ".join(map(str, contract.stale))
        raise GeneratorProblem(f"the target of {gone} no longer exists: remove or mend it in corrections.yaml")
    if contract.misfits:
        raise GeneratorProblem(f"names.yaml does not fit the contract: {'; '.join(contract.misfits)}")


def write(document: Document, contract: Contract, spec: Path) -> Path:
    """Write the contract and its entry in the lock file, each in one step."""
    check(contract)
    entries = locked(spec)
    entries[contract.kind] = {
        "source": document.source,
        "sha256": document.sha256,
        "api_version": contract.version,
        "generator": f"openapi-python-client {version('openapi-python-client')}",
    }
    path = spec / FILES[contract.kind]
    _replace(path, contract.text())
    _replace(spec / "lock.toml", _toml(entries))
    return path


def _toml(entries: dict[str, dict[str, str]]) -> str:
    lines = ["# Where the contracts come from. Written by `python -m generator contract`."]
    for name, entry in sorted(entries.items()):
        lines += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(text, encoding="utf-8", newline="\n")
    os.replace(new, path)


def _check_references(facts: Node) -> None:
    """A correction may have removed what something else still points to."""
    for node in walk(facts):
        ref = node.get("$ref")
        if not isinstance(ref, str):
            continue
        with suppress(KeyError):
            if target(facts, ref) is not None:
                continue
        raise DocumentProblem(ref, "is referred to, but a correction removed it")
