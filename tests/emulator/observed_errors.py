"""The error codes of each operation of the Backend API in the tests, which the pages of docs/reference list."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).resolve().parents[2] / "tools" / "reference" / "operations" / "observed_errors.json"
_OF_ANY_REQUEST = {415, 429}
"""Statuses that any request can have: unsupported content types and rate limits."""
_NAME = re.compile(r"[a-z]\w*(\.\w+)*", re.ASCII)


class ObservedError(NamedTuple):
    """An error that an operation responded with."""

    operation_id: str
    status: int
    code: str
    parameter: str
    """The parameter that caused it; empty if the error names none."""


def in_response(operation_id: str, status: int, body: Any) -> Iterator[ObservedError]:
    """Yield the errors in a response, without those that any request can have and those of the Frontend API."""
    if 400 <= status < 500 and status not in _OF_ANY_REQUEST and "/" not in operation_id and isinstance(body, dict):
        for error in body.get("errors", ()):
            named = error["meta"].get("param_name", "")
            # An unknown parameter has any name.
            parameter = named if error["code"] != "form_param_unknown" and _NAME.fullmatch(named) else ""
            yield ObservedError(operation_id, status, error["code"], parameter)


def render(errors: Collection[ObservedError]) -> str:
    """Return the errors as JSON: the parameters by operation, status and code."""
    tree: dict[str, dict[str, dict[str, list[str]]]] = {}
    for error in sorted(errors):
        codes = tree.setdefault(error.operation_id, {}).setdefault(str(error.status), {})
        parameters = codes.setdefault(error.code, [])
        if error.parameter:
            parameters.append(error.parameter)
    return json.dumps(tree, indent=1) + "\n"


def update(errors: Collection[ObservedError]) -> tuple[str, ...]:
    """Write the file, and return its name if it has changed."""
    text = render(errors)
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
        return ()
    FILE.write_text(text, encoding="utf-8")
    return (FILE.name,)
