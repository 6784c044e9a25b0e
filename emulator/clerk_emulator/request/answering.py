"""Answer a request to either API: apply faults, turn failures into Clerk's errors, and record the request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from clerk_emulator import errors
from clerk_emulator.call import Response
from clerk_emulator.contract.specification import Operation
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import is_list, is_object
from clerk_emulator.request import faults
from clerk_emulator.request.incoming import ClientDisconnectedError, IncomingRequest
from clerk_emulator.request.state import State


async def answer(
    state: State, request: IncomingRequest, operation: Operation, run: Callable[[], Awaitable[Response]]
) -> Response | None:
    """Return the response of `run`, with the fault that applies; None if it closes the connection without a response.

    Every failure of `run` becomes an error response in Clerk's format. Raises ClientDisconnectedError.
    """
    fault = None
    try:
        _require_unambiguous(request)
        fault = state.faults.next_for(operation.id, request.headers.get(faults.HEADER))
        if fault:
            await asyncio.sleep(fault.delay / 1000)
            fault.raise_error()
        response = await run()
    except ClerkAPIError as error:
        return error_response(state, operation, error)
    except ClientDisconnectedError:
        raise
    except Exception as error:  # a client never sees a traceback
        state.record_crash(f"{operation.qualified_id} ({request.method} {request.path})", error)
        return error_response(state, operation, ClerkAPIError(500, "internal_clerk_error", "internal error"))
    state.record_response(operation, response.status, response.body)
    return fault.alter(response) if fault else response


def record(
    state: State, request: IncomingRequest, operation: Operation | None, response: Response | None, started: float
) -> None:
    """Add a request to the ledger. `started` is when it came, as `time.perf_counter` returns it."""
    state.requests.record(
        {
            "time": state.clock.now(),
            "method": request.method,
            "path": request.path,
            "operation": operation.id if operation else None,
            "status": response.status if response else None,
            "duration": (time.perf_counter() - started) * 1000,
            "query_string": request.query_string,
            "content": request.content,
            "error_codes": _error_codes(response.body) if response and response.status >= 400 else (),
            "is_form": request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"),
        }
    )


def _error_codes(body: Any) -> tuple[str, ...]:
    errors = body.get("errors") if is_object(body) else None
    return tuple(str(one.get("code")) for one in errors) if is_list(errors) else ()


def error_response(state: State, operation: Operation | None, error: ClerkAPIError) -> Response:
    """Return the response for an error. `operation` is None if the API has no such operation."""
    body = error.body(state.ids.hex())
    if operation:
        state.record_response(operation, error.status, body)
    return Response(body, error.status, error.headers, cookies=error.cookies)


def no_such_operation(request: IncomingRequest, allowed: Collection[str]) -> ClerkAPIError:
    """Return the error for a path that no operation has, or that has only operations with the `allowed` methods."""
    if allowed:
        error = ClerkAPIError(
            405, "method_not_allowed", "not allowed", f"{request.path} does not support {request.method}."
        )
        error.headers["Allow"] = ", ".join(allowed)
        return error
    message = f"The API has no {request.method} {request.path}."
    return ClerkAPIError(404, "resource_not_found", "not found", message)


def _require_unambiguous(request: IncomingRequest) -> None:
    """Raise Clerk's 400 for headers that servers understand in different ways, which allows request smuggling."""
    headers = request.headers
    if "host" in headers.repeated:
        error = errors.unreadable_body("the request has more than one Host")
    elif "transfer-encoding" in headers and "content-length" in headers:
        error = errors.unreadable_body("it has a Transfer-Encoding and a Content-Length")
    elif headers.get("transfer-encoding", "chunked").lower() != "chunked":
        error = errors.unreadable_body("its Transfer-Encoding is not chunked")
    else:
        return
    error.headers["Connection"] = "close"
    raise error
