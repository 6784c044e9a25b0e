"""Decide which API a request is for."""

from __future__ import annotations

import re

from clerk_emulator.contract import specification
from clerk_emulator.request.incoming import IncomingRequest
from clerk_emulator.request.pipeline import PREFIX

_KEY = re.compile(r"Bearer +(sk|ak|mch)_", re.IGNORECASE)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SESSION_TOKEN = re.compile(r"Bearer +eyJ", re.IGNORECASE)


def is_for_frontend_api(request: IncomingRequest) -> bool:
    """Return whether a request is for the Frontend API.

    With the secret key of the instance or of a machine, a request is for the Backend API. Operations that only one of
    the APIs has are for that one. Those that both have are for the Frontend API if the request has no `Authorization`,
    or a session token in it. What none has is for the API that has another operation with the same path. Of other
    paths, those are for the Frontend API that clerk-js asks for, so that its page can read the error.
    """
    authorization = request.headers.get("authorization")
    if authorization is not None and _KEY.match(authorization):
        return False
    frontend, _ = specification.route(normalize(request.path), "frontend")
    backend, _ = specification.route(request.path.removeprefix(PREFIX))
    if not frontend:
        return not backend and authorization is None and "_clerk_js_version=" in request.query_string
    method = meant_method(request)
    if (method in frontend) != (method in backend):
        return method in frontend
    return not backend or authorization is None or _SESSION_TOKEN.match(authorization) is not None


def meant_method(request: IncomingRequest) -> str:
    """Return the method that a request means: `clerk-js` sends all others as POST, with `_method` in the query."""
    if request.method == "POST" and "_method=" in request.query_string:
        named = dict(request.query).get("_method", "").upper()
        return named if named in _METHODS else "POST"
    return "GET" if request.method == "HEAD" else request.method


def normalize(path: str) -> str:
    """Return a path without doubled slashes and without one at its end, both of which `clerk-js` sends."""
    collapsed = re.sub("/{2,}", "/", path)
    return collapsed.rstrip("/") or "/"
