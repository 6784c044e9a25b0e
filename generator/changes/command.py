"""`python -m generator diff OLD NEW`: contracts or documents in, a report out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clerk_core.guards import is_object
from generator.changes import report
from generator.changes.surface import compare
from generator.checks import guard
from generator.code import compatibility
from generator.code.generate import write_package
from generator.contract import recording
from generator.contract.normalise import Node
from generator.fetch import document
from generator.problems import GeneratorProblem


def run(root: Path, old: str, new: str, form: str, *, signatures: bool) -> str:
    """The report in the form that is asked for; `root` is the checkout whose corrections and overlay count.

    With `signatures`, both become packages, with the events (or the Backend API) of `spec/` beside them: how the public
    names of these moved, and what the overlay misses, is part of the report.

    Raises:
        GeneratorProblem: one of the two is neither a contract nor a document, or they are of different kinds.
    """
    one, other = load(root, old), load(root, new)
    shims = compatibility.load(root / "spec" / "compatibility.yaml", str(other["info"]["version"]))
    if not signatures:
        made = report(one, other, shims=shims)
    else:
        halves = [_with_its_other_half(root / "spec", facts) for facts in (one, other)]
        with _packages(root, halves) as (before, after):
            findings = guard.check(root / "overlay" / "clerkkit", after)
            made = report(one, other, shims=shims, moved=compare(before, after), findings=findings)
    return {"text": made.text, "markdown": made.markdown, "json": made.json}[form]()


def load(root: Path, source: str) -> Node:
    """A contract as it is; a document of Clerk's normalised and corrected, as far as the corrections still fit."""
    found = _contract(source)
    return recording.build(document.read(source), root / "spec").facts if found is None else found


def _contract(source: str) -> Node | None:
    """The file's JSON where it is of OpenAPI 3.1, which contracts are and documents are not."""
    path = Path(source)
    if path.suffix != ".json" or not path.is_file():
        return None
    try:
        loaded: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise GeneratorProblem(f"{source}: is not whole JSON ({error})") from error
    return loaded if is_object(loaded) and loaded.get("openapi") == "3.1.0" else None


@contextmanager
def _packages(root: Path, halves: list[tuple[Node, Node]]) -> Generator[list[Path], None, None]:
    """Each pair of Backend API and events generated, in a place that is gone afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        places = [Path(scratch, str(index), "clerk_bapi") for index in range(len(halves))]
        for place, (backend, events) in zip(places, halves, strict=True):
            place.parent.mkdir()
            write_package(backend, events, root / "spec", root / "generator_config.yaml", place)
        yield places


def _with_its_other_half(spec: Path, facts: Node) -> tuple[Node, Node]:
    """Backend API and events: what was not given is the one in spec/."""
    other = recording.load(spec / recording.FILES["contract" if "webhooks" in facts else "events"])
    return (other, facts) if "webhooks" in facts else (facts, other)
