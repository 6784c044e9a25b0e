"""Report the changes between two contracts or documents (`python -m generator diff OLD NEW`)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clerk_core.guards import is_object
from generator.changes import report
from generator.changes.signatures import compare
from generator.checks import guard
from generator.code import compatibility
from generator.code.generate import write_package
from generator.contract import spec_folder
from generator.contract.build import build_contract
from generator.contract.nodes import Node
from generator.fetch import document
from generator.problems import GeneratorProblem


def run(root: Path, old: str, new: str, form: str, *, signatures: bool) -> str:
    """Return the report of the changes between two contracts or documents.

    Args:
        root: The checkout whose corrections and overlay apply.
        old: The older contract or document: a path or a URL.
        new: The newer one.
        form: `text`, `markdown` or `json`.
        signatures: Also generate both packages, compare their signatures, and check the overlay against the new one.

    Raises:
        GeneratorProblem: one of the two is neither a contract nor a document, or they are of different kinds.
    """
    one, other = load(root, old), load(root, new)
    shims = compatibility.load(root / "spec" / "compatibility.yaml", str(other["info"]["version"]))
    if not signatures:
        made = report(one, other, shims=shims)
    else:
        halves = [_with_counterpart(root / "spec", facts) for facts in (one, other)]
        with _packages(root, halves) as (before, after):
            findings = guard.check_overlay(root / "overlay" / "clerkkit", after)
            made = report(one, other, shims=shims, moved=compare(before, after), findings=findings)
    return {"text": made.text, "markdown": made.markdown, "json": made.json}[form]()


def load(root: Path, source: str) -> Node:
    """Return a contract as it is, or build one from a document with the corrections that apply to it."""
    found = _contract(source)
    return build_contract(document.read(source), root / "spec").facts if found is None else found


def _contract(source: str) -> Node | None:
    """Return the content of a contract, which is OpenAPI 3.1; None for a document, which is 3.0."""
    path = Path(source)
    if path.suffix != ".json" or not path.is_file():
        return None
    try:
        loaded: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise GeneratorProblem(f"{source}: is not valid JSON ({error})") from error
    return loaded if is_object(loaded) and loaded.get("openapi") == "3.1.0" else None


@contextmanager
def _packages(root: Path, halves: list[tuple[Node, Node]]) -> Generator[list[Path], None, None]:
    """Generate a package from each pair of Backend API and events, in a temporary folder."""
    with tempfile.TemporaryDirectory() as scratch:
        places = [Path(scratch, str(index), "clerk_bapi") for index in range(len(halves))]
        for place, (backend, events) in zip(places, halves, strict=True):
            place.parent.mkdir()
            write_package(backend, events, root / "spec", root / "generator_config.yaml", place)
        yield places


def _with_counterpart(spec: Path, facts: Node) -> tuple[Node, Node]:
    """Return the pair of Backend API and events; the one that was not given is read from spec/."""
    other = spec_folder.load(spec / spec_folder.FILES["contract" if "webhooks" in facts else "events"])
    return (other, facts) if "webhooks" in facts else (facts, other)
