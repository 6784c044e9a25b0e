"""Handle requests to the control API."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from clerk_emulator import errors
from clerk_emulator.call import Response
from clerk_emulator.contract.schemas import schema_violations
from clerk_emulator.contract.violation import Violation
from clerk_emulator.control import access, endpoints
from clerk_emulator.control.control_error import ControlError, from_clerk_error
from clerk_emulator.control.controls import Controls
from clerk_emulator.control.routes import PREFIX, ControlCall, Route, find
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.request.incoming import ClientDisconnectedError, IncomingRequest
from clerk_emulator.request.state import State
from clerk_emulator.request.validation import parse_json
from clerk_emulator.seeding.format import SeedError

BODY_LIMIT = 64 * 1024 * 1024
"""Largest body in bytes, such as a seed."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}

endpoints.load()


async def respond(state: State, request: IncomingRequest) -> Response:
    """Return the response to a request below `/_emulator`.

    Every failure becomes an error response. Raises ClientDisconnectedError.
    """
    try:
        _require_access(state, request)
        route, path = _route(request)
        call = ControlCall(
            controls=Controls(state),
            path=path,
            query=_parse_query(route, request.query),
            body=await _parse_body(route, request),
            origin=request.origin,
        )
        return await _run(route, call)
    except ControlError as error:
        return Response(error.body, error.status, error.headers)
    except ClientDisconnectedError:
        raise
    except Exception as error:  # a client never sees a traceback
        state.record_crash(f"{request.method} {request.path}", error)
        return Response(ControlError(500, ("internal_error", "The emulator has failed; see its log.", None)).body, 500)


def _require_access(state: State, request: IncomingRequest) -> None:
    if reason := access.refusal(request.headers, request.client_ip, state.control_hosts):
        raise ControlError(403, ("forbidden", reason, None))


def _route(request: IncomingRequest) -> tuple[Route, dict[str, str]]:
    path = request.path.removeprefix(PREFIX)
    routes, values = find(path)
    if not routes:
        message = f"The control API has no {request.path}; GET {PREFIX}/openapi.json describes it."
        raise ControlError(404, ("not_found", message, None))
    if request.method not in routes:
        message = f"{request.path} does not support {request.method}."
        raise ControlError(405, ("method_not_allowed", message, None), headers={"Allow": ", ".join(routes)})
    return routes[request.method], {name: unquote(value) for name, value in values.items()}


def _parse_query(route: Route, pairs: Iterable[tuple[str, str]]) -> Json:
    query: Json = {}
    for name, value in pairs:
        if name not in route.query:
            raise ControlError(422, ("unknown_parameter", f"{name} is not a parameter of this request.", name))
        query[name] = _parse_scalar(route.query[name], value)
    schema = {"type": "object", "properties": route.query}
    _require_valid(schema, query)
    return query


def _parse_scalar(schema: Json, value: str) -> Any:
    """Return a query parameter with its type; as text if it cannot be parsed, which its schema then rejects."""
    if schema["type"] == "integer" and _INTEGER.fullmatch(value):
        return int(value)
    return _BOOLEANS.get(value, value) if schema["type"] == "boolean" else value


async def _parse_body(route: Route, request: IncomingRequest) -> Json:
    try:
        raw = await request.read(BODY_LIMIT)
        if not raw and not route.body_is_required:
            return {}
        if route.body is None:
            raise ControlError(422, ("unexpected_body", "This request has no body.", None))
        # Pages of other sites cannot send this type without asking first.
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise errors.unsupported_content_type("application/json")
        body: Json = parse_json(raw)
    except ClerkAPIError as error:
        raise from_clerk_error(error) from None
    _require_valid(route.body, body)
    return body


def _require_valid(schema: Json, value: Any) -> None:
    found = [entry for violation in schema_violations(schema, value) for entry in _entries(violation)]
    if found:
        raise ControlError(422, *found)


def _entries(violation: Violation) -> Iterable[tuple[str, str, str | None]]:
    """Return the entries for a violation of a schema."""
    place = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in violation.path).lstrip(".")
    prefix = f"{place}." if place else ""
    if violation.keyword == "required":
        yield "missing", f"{prefix}{violation.expected} must be included.", f"{prefix}{violation.expected}"
    elif violation.keyword == "additionalProperties":
        for name in violation.value:
            if name not in violation.properties:
                yield "unknown_parameter", f"{prefix}{name} is not a parameter of this request.", f"{prefix}{name}"
    else:
        yield "invalid", f"{place or 'The body'}: {violation.message}.", place or None


async def _run(route: Route, call: ControlCall) -> Response:
    try:
        result = route.handle(call)
        body = await result if inspect.isawaitable(result) else result
    except ClerkAPIError as error:
        raise from_clerk_error(error, {**call.path, **call.body}) from None
    except SeedError as error:
        place, _, reason = str(error).partition(": ")
        raise ControlError(422, ("invalid", str(error), place if reason else None)) from None
    except ValueError as error:
        # The messages begin with the name of the argument.
        name = str(error).partition(": ")[0]
        known = name in route.query or (route.body is not None and name in route.body["properties"])
        raise ControlError(422, ("invalid", str(error), name if known else None)) from None
    return Response(body, 200 if route.result else 204)
