"""Process one API request: find the operation, apply faults, authenticate, validate, run the handler."""

from __future__ import annotations

import asyncio
import time

from clerk_emulator import errors
from clerk_emulator.call import Body, Call, Response, Upload
from clerk_emulator.contract import specification, versions
from clerk_emulator.contract.specification import Operation
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import is_list, is_object
from clerk_emulator.operations.registry import HANDLERS
from clerk_emulator.request import authentication, faults, validation
from clerk_emulator.request.execution import execute
from clerk_emulator.request.generic import handlers as generic_handlers
from clerk_emulator.request.generic.resources import generic_operations, not_emulated
from clerk_emulator.request.incoming import JSON_LIMIT, ClientDisconnectedError, IncomingRequest
from clerk_emulator.request.state import State
from clerk_emulator.storage.cause import Cause

PREFIX = "/v1"


async def respond(state: State, request: IncomingRequest) -> Response | None:
    """Return the response to a request; None if a fault closes the connection without a response.

    Every failure becomes an error response in Clerk's format. The request is recorded. Raises ClientDisconnectedError.
    """
    started = time.perf_counter()
    # Clerk's SDKs send some operations, such as POST /api_keys/verify, without /v1.
    path = request.path.removeprefix(PREFIX) if request.path.startswith(PREFIX + "/") else request.path
    candidates, path_values = specification.route(path)
    operation = candidates.get(request.method)
    response: Response | None
    if operation is None:
        response = _error_response(state, None, _no_such_operation(request, candidates))
    else:
        response = await _respond(state, request, operation, path_values)
    state.requests.record(
        time=state.clock.now(),
        method=request.method,
        path=request.path,
        operation=operation.id if operation else None,
        status=response.status if response else None,
        duration=round((time.perf_counter() - started) * 1000, 3),
        query_string=request.query_string,
        content=request.content,
    )
    return response


async def _respond(
    state: State, request: IncomingRequest, operation: Operation, path_values: list[str]
) -> Response | None:
    fault = None
    try:
        _require_unambiguous(request)
        fault = state.faults.next_for(operation.id, request.headers.get(faults.HEADER))
        if fault:
            await asyncio.sleep(fault.delay / 1000)
            fault.raise_error()
        response = await _run(state, request, operation, path_values)
    except ClerkAPIError as error:
        return _error_response(state, operation, error)
    except ClientDisconnectedError:
        raise
    except Exception as error:  # a client never sees a traceback
        state.record_crash(f"{operation.id} ({request.method} {request.path})", error)
        return _error_response(state, operation, ClerkAPIError(500, "internal_clerk_error", "internal error"))
    state.record_response(operation, response.status, response.body)
    return fault.alter(response) if fault else response


async def _run(state: State, request: IncomingRequest, operation: Operation, path_values: list[str]) -> Response:
    """Authenticate and validate a request, and run its handler. Raises ClerkAPIError."""
    query = request.query
    caller = authentication.authenticate(operation, request.single_header("authorization"), state.keys, state.store)
    version = versions.requested(request.headers, query)
    state.limits.count(operation, path_values)
    handler = HANDLERS.get(operation.id)
    if handler is None and operation.id not in generic_operations():
        raise not_emulated(operation)
    parsed_query = validation.parse_query(operation, query)
    files: dict[str, Upload] = {}
    if operation.body_type == "multipart/form-data":
        body, files = await request.form(operation)
    else:
        raw = await request.read(JSON_LIMIT)
        removed = versions.removed_parameters(operation.id, version)
        body = validation.parse_body(operation, request.headers.get("content-type", ""), raw, removed)
    call = Call(
        operation=operation,
        path=dict(zip(specification.parameter_names(operation), path_values, strict=True)),
        query=parsed_query,
        body=Body(body) if is_object(body) else Body(),
        items=body if is_list(body) else [],
        files=files,
        caller=caller,
        store=state.store,
        clock=state.clock,
        ids=state.ids,
        keys=state.keys,
        cause=Cause(request.origin, request.client_ip, request.headers.get("user-agent", "")),
        version=version,
    )
    if handler:
        return execute(state, call, handler.handle)
    state.generic.add(operation.id)
    return execute(state, call, generic_handlers.handle)


def _error_response(state: State, operation: Operation | None, error: ClerkAPIError) -> Response:
    body = error.body(state.ids.hex())
    if operation:
        state.record_response(operation, error.status, body)
    return Response(body, error.status, error.headers)


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


def _no_such_operation(request: IncomingRequest, candidates: dict[str, Operation]) -> ClerkAPIError:
    if candidates:
        error = ClerkAPIError(
            405, "method_not_allowed", "not allowed", f"{request.path} does not support {request.method}."
        )
        error.headers["Allow"] = ", ".join(candidates)
        return error
    message = f"The API has no {request.method} {request.path}."
    return ClerkAPIError(404, "resource_not_found", "not found", message)
