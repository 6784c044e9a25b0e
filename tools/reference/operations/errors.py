"""The errors of an operation: those of Clerk's document, and those that the emulator's tests observed."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clerk_core import Response
from clerk_core.errors import api_error
from clerk_core.request import RequestInfo
from tools.reference import markdown
from tools.reference.operations.catalog import Operation

_OBSERVED = Path(__file__).with_name("observed_errors.json")
_EXCEPTIONS = "exceptions.md"
_NAMED = 6
"""The most parameters that are named for a code."""
_REQUEST = RequestInfo("", "", "")


def render(operation: Operation) -> str:
    """Return the table of errors."""
    seen: Mapping[str, Mapping[str, list[str]]] = _observed().get(operation.id, {})
    statuses = sorted({*(status for status in operation.statuses if status >= 400), *map(int, seen)})
    rows = [
        (
            str(status),
            _exception(status, operation),
            ", ".join(_describe(code, parameters) for code, parameters in seen.get(str(status), {}).items()),
            "yes" if status in operation.statuses else "no",
        )
        for status in statuses
    ]
    table = markdown.table(("status", "exception", "codes", "in Clerk's document"), rows) if rows else ""
    common = markdown.link("what any call can raise", f"{_EXCEPTIONS}#what-any-call-can-raise", source=operation.page)
    intro = (
        "The codes are those that the tests of the local Clerk have seen, with the parameters that the errors name. "
        f"See also {common}."
    )
    return f"{intro}\n\n{table}".rstrip()


def _describe(code: str, parameters: list[str]) -> str:
    named = ", ".join(map(markdown.code, parameters)) if len(parameters) <= _NAMED else f"{len(parameters)} parameters"
    return f"`{code}`" + (f" ({named})" if named else "")


def _exception(status: int, operation: Operation) -> str:
    """Return a link to the class that is raised for a status."""
    name = type(api_error(_REQUEST, Response(status, {}, b""))).__name__
    return markdown.link(markdown.code(name), f"{_EXCEPTIONS}#{name.lower()}", source=operation.page)


@functools.cache
def _observed() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_OBSERVED.read_text(encoding="utf-8"))
    return data
