"""Run the code of an example, and return what happened."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import warnings
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tools.reference.operations.example_code import ExampleCode
from tools.reference.operations.example_data import PICTURE
from tools.reference.operations.masking import mask, mask_text
from tools.reference.operations.world import World
from tools.reference.section import SectionFailed
from tools.reference.stable_ids import StableIds


@dataclass(frozen=True)
class Outcome:
    """What an example printed and caused."""

    output: str
    status: int
    """The status of the last response of its operation."""
    body: Any
    events: tuple[str, ...]
    """The types of the events that it caused, in order."""


class ExampleFailed(SectionFailed):
    """An example does not work."""


def run(world: World, operation_id: str, code: ExampleCode) -> Outcome:
    """Run both forms of an example, and return their outcome.

    Raises ExampleFailed if the code raises an exception, does not call the operation, or violates the contract, and if
    the two forms do not do the same.
    """
    outcome = _run(world, operation_id, code.sync, code)
    other = _run(world, operation_id, code.asynchronous, code)
    if outcome != other:
        raise ExampleFailed(f"{operation_id}: AsyncClerk has another outcome:\n{other}\nthan Clerk:\n{outcome}")
    return outcome


def _run(world: World, operation_id: str, text: str, code: ExampleCode) -> Outcome:
    world.restart()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    namespace |= {name: world.variables[name][0] for name in code.variables}
    printed = io.StringIO()
    try:
        with (
            mock.patch.dict(os.environ, world.environment),
            _pictures(),
            contextlib.redirect_stdout(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore", DeprecationWarning)
            exec(compile(text, f"<example of {operation_id}>", "exec", dont_inherit=True), namespace)
    except Exception as error:
        raise ExampleFailed(f"{operation_id}: {type(error).__name__}: {error}\n{text}") from error
    if world.problems:
        raise ExampleFailed(f"{operation_id}: {world.problems}")
    answers = [(status, body) for called, status, body in world.responses if called == operation_id]
    if not answers:
        raise ExampleFailed(f"{operation_id}: its example does not call it\n{text}")
    status, body = answers[-1]
    ids = StableIds(kept=world.things)
    output = ids.in_text(mask_text(printed.getvalue(), world.origin))
    return Outcome(output, status, ids.in_value(mask(body, world.origin)), tuple(world.new_events))


@contextlib.contextmanager
def _pictures() -> Generator[None]:
    """Work in a folder with the pictures that examples upload."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name in ("ada.png", "acme.png"):
            Path(name).write_bytes(PICTURE)
        yield
