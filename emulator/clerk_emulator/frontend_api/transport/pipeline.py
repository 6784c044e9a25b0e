"""Process one request to the Frontend API: find the operation, identify the browser, validate, run the handler."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Sequence

from clerk_emulator.call import Body, Response, Upload
from clerk_emulator.contract import specification
from clerk_emulator.contract.specification import Operation, frontend_operations
from clerk_emulator.domain.sessions import browsers
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api import operations
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import HANDLERS
from clerk_emulator.frontend_api.transport import forms, origins
from clerk_emulator.frontend_api.transport.envelopes import run
from clerk_emulator.frontend_api.transport.routing import meant_method, normalize
from clerk_emulator.json_types import Json
from clerk_emulator.request import answering, validation
from clerk_emulator.request.incoming import IncomingRequest
from clerk_emulator.request.state import State
from clerk_emulator.storage.cause import Cause

operations.load()


async def respond(state: State, request: IncomingRequest) -> Response | None:
    """Return the response to a request; None if a fault closes the connection without a response.

    Every failure becomes an error response in Clerk's format. The request is recorded. Raises ClientDisconnectedError.
    """
    started = time.perf_counter()
    candidates, path_values = specification.route(normalize(request.path), "frontend")
    handlers = [HANDLERS[one.id] for one in candidates.values() if one.id in HANDLERS]
    headers = origins.cors_headers(state, request, public=any(one.public for one in handlers))
    if request.method == "OPTIONS":
        return Response(None, 204, headers)
    query = dict(request.query)
    method = meant_method(request)
    operation = candidates.get(method)
    response: Response | None
    if operation is None:
        response = answering.error_response(state, None, _no_such_operation(request, method, candidates))
    else:
        response = await answering.answer(
            state, request, operation, lambda: _run(state, request, operation, path_values, query)
        )
    answering.record(state, request, operation, response, started)
    if response is None:
        return None
    return dataclasses.replace(response, headers={"Cache-Control": "no-store", **response.headers, **headers})


async def _run(
    state: State, request: IncomingRequest, operation: Operation, path_values: Sequence[str], query: dict[str, str]
) -> Response:
    """Validate a request, and run its handler. Raises ClerkAPIError."""
    handler = HANDLERS.get(operation.id)
    if handler is None or not handler.public:
        origins.require_allowed(state, request, operation.method)
    with state.store.transaction():
        browser = browsers.identify(state.store, state.keys, query, request.cookies)
    anonymous = operation.public if handler is None else handler.anonymous
    if state.keys.uses_dev_browsers and browser.dev_browser_id is None and not anonymous:
        raise browsers.unauthenticated()
    if handler is None:
        raise _not_emulated(operation)
    state.limits.count_browser(operation, request.client_ip)
    parsed_query: Json = dict(query) if handler.plain else validation.parse_query(operation, request.query)
    files: dict[str, Upload] = {}
    if operation.method == "GET":
        body: Json = {}
    elif handler.plain:
        body = await forms.read_plain(request)
    else:
        body, files = await forms.read_body(request, operation)
    call = BrowserCall(
        operation=operation,
        path=dict(zip(operation.path_names, path_values, strict=True)),
        query=parsed_query,
        body=Body(body),
        files=files,
        browser=browser,
        session_id=query.get("_clerk_session_id"),
        origin=request.headers.get("origin"),
        headers=request.headers,
        store=state.store,
        clock=state.clock,
        ids=state.ids,
        keys=state.keys,
        cause=Cause(request.origin, request.client_ip, request.headers.get("user-agent", "")),
        version=query.get("__clerk_api_version", ""),
    )
    return run(call, handler.handle)


def _no_such_operation(request: IncomingRequest, method: str, allowed: Collection[str]) -> ClerkAPIError:
    """Return the error for what Clerk's document does not have, such as a request of a newer clerk-js."""
    if allowed:
        return answering.no_such_operation(request, allowed)
    message = f"clerk_emulator knows no {method} {request.path} of the Frontend API; use Clerk for it."
    error = ClerkAPIError(405, "not_emulated", "not emulated", message)
    error.headers["Allow"] = ""
    return error


def _not_emulated(operation: Operation) -> ClerkAPIError:
    """Return a 405, as the Backend API does for operations without a handler."""
    message = f"clerk_emulator does not emulate {operation.id} ({operation.method} {operation.path}); use Clerk for it."
    error = ClerkAPIError(405, "not_emulated", "not emulated", message)
    same_path = [one for one in frontend_operations().values() if one.path == operation.path]
    error.headers["Allow"] = ", ".join(one.method for one in same_path if one.id in HANDLERS)
    return error
