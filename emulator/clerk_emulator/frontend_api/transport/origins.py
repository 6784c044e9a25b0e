"""Which pages may call the Frontend API, and the headers that tell their browsers."""

from __future__ import annotations

from clerk_emulator.domain.access import origins
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.request.incoming import IncomingRequest
from clerk_emulator.request.state import State

_EXPOSED = "Clerk-Db-Jwt, X-Country, Retry-After, Location"
_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
_READING = ("GET", "HEAD", "OPTIONS")


def require_allowed(state: State, request: IncomingRequest, method: str) -> None:
    """Raise Clerk's 400 for a request that changes something, and comes from a page of another origin.

    Browsers send the origin with every such request.
    """
    origin = request.headers.get("origin")
    if method in _READING or origin is None:
        return
    if "origin" in request.headers.repeated:
        message = "The request has more than one Origin."
        raise ClerkAPIError(400, "multiple_origin_header_values_forbidden", "is ambiguous", message)
    if not _is_allowed(state, origin):
        message = f"Pages of {origin[:200]} may not call this instance; --allow-origin allows an origin."
        raise ClerkAPIError(400, "origin_invalid", "Invalid HTTP Origin header", message)


def cors_headers(state: State, request: IncomingRequest, *, public: bool = False) -> dict[str, str]:
    """Return the headers that let the page of a request read the response, with cookies.

    Pages of other origins can only read what is `public`, without cookies.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return {"Vary": "Origin"}
    headers = {"Access-Control-Expose-Headers": _EXPOSED, "Vary": "Origin"}
    if _is_allowed(state, origin):
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    elif public:
        headers["Access-Control-Allow-Origin"] = "*"
    else:
        return {"Vary": "Origin"}
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = _METHODS
        headers["Access-Control-Allow-Headers"] = request.headers.get("access-control-request-headers", "*")
        headers["Access-Control-Max-Age"] = "600"
    return headers


def _is_allowed(state: State, origin: str) -> bool:
    with state.store.transaction():
        return origins.is_allowed(state.store, origin)
