"""Any ASGI application: a middleware that authenticates requests, and `get_auth`, which returns the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, overload

import attrs

from clerkkit import AsyncClerk
from clerkkit.auth import AuthOptions, MachineToken, RequestState, SessionClaims
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.shared.asgi_protocol import App, Message, Receive, Scope, Send, run_before_shutdown
from clerkkit.integrations.shared.callers import MachineTokenType, get_caller, require_state
from clerkkit.integrations.shared.response_headers import response_headers
from clerkkit.integrations.shared.skipped_paths import add_proxy_path, is_skipped, parse_skipped_paths

__all__ = ["App", "ClerkMiddleware", "Message", "Receive", "Scope", "Send", "get_auth"]

BODY_HEADER = "x-clerkkit-body"
"""A header of the application's response whose value, which is JSON, the middleware sends as the body instead."""

_OF_BODY = (BODY_HEADER, "content-type", "content-length")
_START_MESSAGES = ("http.response.start", "websocket.accept", "websocket.http.response.start")


class ClerkMiddleware:
    """Authenticates HTTP requests and websockets. Never rejects a request: that is up to the application.

    The state is stored as `scope["clerk"]`, and as `request.state.clerk` in Starlette. Browsers that need a handshake
    with Clerk are redirected (307), and the state's cookies and headers are added to the response. Websockets are never
    redirected. Responses have `Vary: Cookie, Authorization`; those that set Clerk's cookies also have
    `Cache-Control: private, no-store`.
    """

    def __init__(
        self,
        app: App,
        *,
        clerk: AsyncClerk | None = None,
        options: AuthOptions | None = None,
        skip: Sequence[str] = (),
    ) -> None:
        """Wrap an application. Only `app` is required if Clerk's environment variables are set.

        Args:
            app: The application.
            clerk: Your client, which you close. Default: a client with the environment's key, closed when the server
                shuts down.
            options: Which tokens are accepted. Default: `AuthOptions.from_environment()`.
            skip: Paths that are not authenticated and have no state, such as `/docs`, with all paths below them. They
                are relative to the path where the application is mounted (`root_path`).

        Raises:
            InvalidArgument: an argument is invalid, or a variable is missing.
        """
        self._app = app
        self._owns_client = clerk is None
        self._clerk = AsyncClerk() if clerk is None else clerk
        self._options = AuthOptions.from_environment() if options is None else options
        self._skip = add_proxy_path(parse_skipped_paths(skip), self._options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one websocket, or the lifespan of the application."""
        kind = scope["type"]
        if kind == "lifespan" and self._owns_client:
            send = run_before_shutdown(send, self._close_client)
        elif kind in ("http", "websocket") and not is_skipped(_get_path(scope), self._skip):
            state = await self._clerk.auth.authenticate_request(scope, self._options)
            scope["clerk"] = state
            scope.setdefault("state", {})["clerk"] = state
            if kind == "http" and state.location is not None:
                await send({"type": "http.response.start", "status": 307, "headers": _encode(response_headers(state))})
                await send({"type": "http.response.body", "body": b""})
                return
            send = _add_headers(send, state if kind == "http" else _without_redirect(state))
        await self._app(scope, receive, send)

    async def _close_client(self) -> None:
        client, self._clerk = self._clerk, AsyncClerk()  # in case the application is started again
        await client.aclose()


def get_state(scope: Scope) -> RequestState:
    """Return the state that the middleware has stored in a scope.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
    """
    return require_state(scope.get("clerk"))


@overload
def get_auth(scope: Scope, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(scope: Scope, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(scope: Scope, *, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None: ...
def get_auth(scope: Scope, *, token_type: AcceptedTypes = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return the caller, or None if nobody is signed in. `scope["clerk"]` has the reason.

    Args:
        scope: The scope of the request or websocket.
        token_type: Accepted types of token, among those that the middleware accepts: one, a list, or `any`. For a token
            of another type, the result is None. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
        InvalidArgument: `token_type` is invalid.
    """
    return get_caller(get_state(scope), token_type)


def _get_path(scope: Scope) -> str:
    """Return the path without `root_path`, which servers may or may not include."""
    path: str = scope["path"]
    relative = path.removeprefix(scope.get("root_path", ""))
    return relative if not relative or relative.startswith("/") else path


def _add_headers(send: Send, state: RequestState) -> Send:
    body: str | None = None
    """The body to send instead of the application's, of which nothing has been sent yet."""
    is_replaced = False

    # All responses have `Vary`, since a streaming application may use the state after its headers are sent.
    async def add_and_send(message: Message) -> None:
        nonlocal body, is_replaced
        if message["type"] in _START_MESSAGES:
            own = [(_decode(name), _decode(value)) for name, value in message.get("headers", ())]
            body = next((value for name, value in own if name.lower() == BODY_HEADER), None)
            if body is not None:
                own = [pair for pair in own if pair[0].lower() not in _OF_BODY]
                own += [("content-type", "application/json"), ("content-length", str(len(body)))]
            message = {**message, "headers": _encode(response_headers(state, own))}
        elif body is not None:
            message = {**message, "body": body.encode("latin-1"), "more_body": False}
            body, is_replaced = None, True
        elif is_replaced:
            return
        await send(message)

    return add_and_send


def _without_redirect(state: RequestState) -> RequestState:
    return attrs.evolve(state, headers=tuple(pair for pair in state.headers if pair[0] != "location"))


def _decode(header: Any) -> str:
    return bytes(header).decode("latin-1")


def _encode(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
