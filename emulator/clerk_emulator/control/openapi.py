"""Describe the control API as an OpenAPI document."""

from __future__ import annotations

from clerk_emulator.control.routes import PREFIX, ROUTES, Route
from clerk_emulator.control.schemas import ERRORS
from clerk_emulator.json_types import Json

_ERROR: Json = {
    "description": "The request was refused; nothing has changed.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}},
}
_TIMEOUT: Json = {**_ERROR, "description": "It has not happened within `timeout`."}


def document(origin: str) -> Json:
    """Return the OpenAPI 3.1 document of the control API that is served at an origin."""
    paths: Json = {}
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of the local Clerk",
            "version": "1",
            "description": "Controls for tests: time, faults, state, and what users do in a browser.",
        },
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {"schemas": {"Errors": ERRORS}},
    }


def _operation(route: Route) -> Json:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.path_parameters
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in route.query.items()]
    operation: Json = {"operationId": route.name, "description": route.description}
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": route.body}}
        operation["requestBody"] = {"required": route.body_is_required, "content": content}
    operation["responses"] = {"4XX": _ERROR, **_success(route)}
    if route.waits:
        operation["responses"]["504"] = _TIMEOUT
    return operation


def _success(route: Route) -> Json:
    if route.result is None:
        return {"204": {"description": "Done."}}
    return {"200": {"description": "Done.", "content": {"application/json": {"schema": route.result}}}}
