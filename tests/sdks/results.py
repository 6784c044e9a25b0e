"""The results of calling the methods of an SDK."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from clerk_emulator.contract.specification import HANDSHAKE_PAYLOAD, Operation, route

Json = dict[str, Any]
Outcome = Literal["ok", "refused as documented", "not in Clerk's document", "failed"]

_ID = re.compile(r"(?=.*[0-9A-Z])\w+")


@dataclass(frozen=True)
class Result:
    """The result of calling a method of an SDK."""

    method: str
    outcome: Outcome
    request: str
    """The HTTP method and the path template of its last request."""
    detail: str
    """The status, with the code of a documented refusal; or the failure."""
    operation_id: str | None
    """The operation of the last request; None if Clerk's document does not have it."""


def read_result(call: Json) -> Result:
    """Return the result of a call that a driver reports: its `name`, `requests`, `error` and `refusal`."""
    name, requests, error = call["name"], call["requests"], call["error"]
    if not requests:
        return Result(name, "failed", "", error or "it sent no request", None)
    last = requests[-1]
    path, status = last["path"].removeprefix("/v1"), str(last["status"])
    operation = _documented_operation(last["method"], path)
    if operation is None:
        outcome: Outcome = "not in Clerk's document" if error else "ok"
        return Result(name, outcome, f"{last['method']} {_template(path)}", status, None)
    request = f"{operation.method} {operation.path}"
    if error is None:
        return Result(name, "ok", request, status, operation.id)
    if call["refusal"] and last["status"] in operation.responses:
        return Result(name, "refused as documented", request, f"{status} {call['refusal']}", operation.id)
    return Result(name, "failed", request, error, operation.id)


def _documented_operation(method: str, path: str) -> Operation | None:
    operation = route(path)[0].get(method)
    # The emulator adds this operation, which Clerk's SDKs call, to those of Clerk's document.
    return None if operation is None or operation.id == HANDSHAKE_PAYLOAD else operation


def _template(path: str) -> str:
    """Return a path with its ids replaced, which have digits or capital letters."""
    return "/".join("{id}" if _ID.fullmatch(segment) else segment for segment in path.split("/"))


def problems(results: Collection[Result], methods: Collection[str], entries: Collection[str]) -> Iterator[str]:
    """Yield the failures, the methods without arguments, and the arguments of methods that do not exist."""
    for result in results:
        if result.outcome == "failed":
            yield f"{result.method}: {result.detail}"
    for method in methods:
        if method not in entries:
            yield f"{method}: no arguments for it"
    for entry in entries:
        if entry not in methods:
            yield f"{entry}: the SDK has no such method"
