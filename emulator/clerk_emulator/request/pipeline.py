"""Process one request to the Backend API: find the operation, authenticate, validate, run the handler."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from clerk_emulator.call import Body, Call, Response, Upload
from clerk_emulator.contract import specification, versions
from clerk_emulator.contract.specification import Operation
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_list, is_object
from clerk_emulator.operations.registry import HANDLERS
from clerk_emulator.request import answering, authentication, validation
from clerk_emulator.request.execution import execute
from clerk_emulator.request.generic import handlers as generic_handlers
from clerk_emulator.request.generic.resources import generic_operations, not_emulated
from clerk_emulator.request.incoming import JSON_LIMIT, IncomingRequest
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
        response = answering.error_response(state, None, answering.no_such_operation(request, candidates))
    else:
        response = await answering.answer(
            state, request, operation, lambda: _run(state, request, operation, path_values)
        )
    answering.record(state, request, operation, response, started)
    return response


async def _run(state: State, request: IncomingRequest, operation: Operation, path_values: Sequence[str]) -> Response:
    """Authenticate and validate a request, and run its handler. Raises ClerkAPIError."""
    query = request.query
    caller = authentication.authenticate(operation, request.single_header("authorization"), state.keys, state.store)
    version = versions.requested(request.headers, query)
    state.limits.count(operation, path_values)
    handler = HANDLERS.get(operation.id)
    if handler is None and operation.id not in generic_operations():
        raise not_emulated(operation)
    try:
        parsed_query, body, files = await _parse(request, query, operation, version)
    except ClerkAPIError as error:
        if handler is None:
            error.headers[generic_handlers.HEADER] = "generic"
        raise
    call = Call(
        operation=operation,
        path=dict(zip(operation.path_names, path_values, strict=True)),
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
        return await execute(state, call, handler.handle)
    state.generic.add(operation.id)
    return await execute(state, call, generic_handlers.handle)


async def _parse(
    request: IncomingRequest, pairs: list[tuple[str, str]], operation: Operation, version: str
) -> tuple[Json, Any, dict[str, Upload]]:
    """Return the query, the body and the files of a request. Raises ClerkAPIError."""
    query = validation.parse_query(operation, pairs)
    if operation.body_type == "multipart/form-data":
        return query, *await request.form(operation)
    raw = await request.read(JSON_LIMIT)
    removed = versions.removed_parameters(operation.id, version)
    return query, validation.parse_body(operation, request.headers.get("content-type", ""), raw, removed), {}
