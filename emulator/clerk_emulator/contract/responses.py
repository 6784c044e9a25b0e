"""Validate responses against the contract."""

from __future__ import annotations

from typing import Any

from clerk_emulator.contract.specification import Operation


def violations(operation: Operation, status: int, body: Any) -> list[str]:
    """Return the violations of the contract in a response. `body` is None if there is none.

    Errors may have a status that the contract does not list for the operation, such as 401, 422 or 429. They must still
    have Clerk's error format.
    """
    # jsonschema judges responses, and is imported only where they are validated.
    from clerk_emulator.contract import validators

    response = f"{operation.qualified_id} {status}"
    if status not in operation.responses and status < 400:
        return [f"{response}: the contract does not have this status"]
    pointer = operation.responses.get(status)
    # The document of the Frontend API leaves out many bodies.
    is_left_out = pointer is None and operation.api == "frontend" and status in operation.responses
    if pointer is None and status >= 400 and not is_left_out:
        pointer = operation.errors_pointer
    if pointer is None:
        return [] if is_left_out or body is None else [f"{response}: the contract does not have a body"]
    return [
        f"{response}: {'/'.join(map(str, one.path))}: {one.message[:300]}"
        for one in validators.violations(pointer, body)
    ]
