"""Build a contract from a document: normalise, name inline objects, correct, name operations, check references."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import attrs

from generator.contract import additions, corrections, operation_names
from generator.contract.inline_objects import name_inline_objects
from generator.contract.nodes import Node, target, walk
from generator.contract.normalise import DocumentNormaliser
from generator.contract.null_references import move_null_to_references
from generator.contract.pages import add_page_responses
from generator.fetch.document import Document
from generator.problems import DocumentProblem, GeneratorProblem

_TITLES = {"contract": "Clerk Backend API", "frontend_api": "Clerk Frontend API"}


@attrs.frozen
class Contract:
    """The facts of one document, with the corrections and names that did not apply to it."""

    kind: str
    """`contract` for the Backend API, `events` for webhooks, `frontend_api` for the Frontend API."""
    facts: Node
    stale: list[corrections.Correction]
    """Corrections whose target does not exist."""
    settled: list[corrections.Correction]
    """Corrections that changed nothing: the document is right without them."""
    misfits: list[str]
    """Entries of `names.yaml` that do not fit."""
    notes: list[str]
    """Decisions that a maintainer should see, such as operations that do not get the name they claim."""

    @property
    def version(self) -> str:
        """The API version of the document."""
        return str(self.facts["info"]["version"])

    def text(self) -> str:
        """Return the contract as JSON: the same facts give the same text on any machine."""
        return to_text(self.facts)


def to_text(facts: Node) -> str:
    """Return facts as JSON: the same facts give the same text on any machine."""
    return json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def build_contract(document: Document, spec: Path) -> Contract:
    """Build the contract of a document. Corrections and names that do not fit are reported in the result.

    Args:
        document: A document of the Backend API, of the webhook events or of the Frontend API.
        spec: The folder of `corrections.yaml`, `names.yaml` and the contract before, whose operations keep their names
            if new ones claim them.

    Raises:
        DocumentProblem: the document is malformed.
        GeneratorProblem: `corrections.yaml`, `names.yaml` or the contract before is malformed.
    """
    normaliser = DocumentNormaliser(document.data)
    kind = kind_of(document)
    # The round trip through JSON copies nodes that YAML aliases share, and fails on values that JSON does not have.
    read = normaliser.events() if kind == "events" else normaliser.contract(_TITLES[kind])
    facts: Node = json.loads(json.dumps(read))
    move_null_to_references(facts)
    before = _names_before(spec) if kind == "contract" else operation_names.NamesBefore()
    if kind != "frontend_api":  # no classes are generated from it
        name_inline_objects(facts, before.bases)
        add_page_responses(facts)
    applied = corrections.apply(corrections.load(spec / "corrections.yaml"), facts, kind)
    _check_references(facts)
    named = operation_names.Applied([], [])
    if kind == "contract":
        additions.add(facts, spec)
        named = operation_names.apply(operation_names.load(spec / "names.yaml"), facts, before)
    return Contract(
        kind=kind,
        facts=facts,
        stale=applied.stale,
        settled=applied.settled,
        misfits=named.misfits,
        notes=named.notes,
    )


def _names_before(spec: Path) -> operation_names.NamesBefore:
    path = spec / "contract.json"
    try:
        return operation_names.NamesBefore(json.loads(path.read_text(encoding="utf-8")) if path.exists() else None)
    except json.JSONDecodeError as error:
        problem = f"is not valid JSON ({error.msg}): restore it, because operations keep the names that they have in it"
        raise GeneratorProblem(f"{path}, line {error.lineno}: {problem}") from error


def kind_of(document: Document) -> str:
    """Return `events` for the webhook document, `frontend_api` for that of the Frontend API, else `contract`."""
    if "x-webhooks" in document.data:
        return "events"
    return "frontend_api" if "/v1/client" in document.data.get("paths", ()) else "contract"


def check_contract(contract: Contract) -> None:
    """Raise `GeneratorProblem` if a correction or a name does not fit the contract."""
    if contract.stale:
        gone = "; ".join(map(str, contract.stale))
        raise GeneratorProblem(f"the target of {gone} no longer exists: remove or fix it in corrections.yaml")
    if contract.misfits:
        raise GeneratorProblem(f"names.yaml does not fit the contract: {'; '.join(contract.misfits)}")


def _check_references(facts: Node) -> None:
    """Raise `DocumentProblem` for a reference to something that a correction removed."""
    for node in walk(facts):
        ref = node.get("$ref")
        if not isinstance(ref, str):
            continue
        with suppress(KeyError):
            if target(facts, ref) is not None:
                continue
        raise DocumentProblem(ref, "is referred to, but a correction removed it")
