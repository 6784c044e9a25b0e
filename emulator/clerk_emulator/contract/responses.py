"""Every answer, held against the contract. It is how the emulator's own tests know that it answers as Clerk does."""

from __future__ import annotations

from typing import Any

from clerk_emulator.contract import schemas
from clerk_emulator.contract.specification import Operation

_ERRORS = "#/components/schemas/ClerkErrors"


def departures(operation: Operation, status: int, body: Any) -> list[str]:
    """Where an answer departs from the contract; nothing where it does not. `body` is None where there is none.

    Errors can come with statuses that the contract does not tell for an operation, such as 401, 422 or 429 for any;
    then they have Clerk's shape all the same.
    """
    said = f"{operation.id} {status}"
    if status not in operation.responses and status < 400:
        return [f"{said}: the contract has no such status"]
    pointer = operation.responses.get(status) or (_ERRORS if status >= 400 else None)
    if pointer is None:
        return [] if body is None else [f"{said}: the contract has no body"]
    return [f"{said}: {'/'.join(map(str, one.path))}: {one.message[:300]}" for one in schemas.departures(pointer, body)]
