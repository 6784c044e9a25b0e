"""Any ASGI application: a middleware that authenticates requests, and `get_auth`, which tells who is calling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any, Literal, overload

import attrs

from clerkkit import AsyncClerk
from clerkkit.auth import AuthOptions, MachineToken, RequestState, SessionClaims
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.common import NO_STATE, Accepted, MachineTokenType, caller_of, checked_paths, is_skipped
from clerkkit.integrations.headers import response_headers

__all__ = ["App", "ClerkMiddleware", "Message", "Receive", "Scope", "Send", "get_auth"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_BEGINNINGS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
_ENDS = ("lifespan.shutdown.complete", "lifespan.shutdown.failed")


class ClerkMiddleware:
    """Authenticates requests and websockets; the state is in `scope["clerk"]`, and `request.state.clerk` of Starlette.

    Nobody is kept out: that is for the application to decide. A browser that has to ask Clerk is sent there (307), and
    the state's cookies and headers are added to the response. Websockets are told who is calling, and sent nowhere.
    Responses say `Vary: Cookie, Authorization`; those that set Clerk's cookies are `Cache-Control: private, no-store`.
    """

    def __init__(
        self,
        app: App,
        *,
        clerk: AsyncClerk | None = None,
        options: AuthOptions | None = None,
        skip: Sequence[str] = (),
    ) -> None:
        """Needs nothing but the application where Clerk's variables are set.

        Args:
            app: The application.
            clerk: A client of yours, which stays yours to close. Default: one with the key of the environment, closed
                when the server shuts down.
            options: What is accepted, and from whom. Default: `AuthOptions.from_environment()`.
            skip: Paths that are left alone, with all below them, such as `/docs`: they have no state. They begin where
                the application is mounted (`root_path`).

        Raises:
            InvalidArgument: an argument makes no sense, or a variable is missing.
        """
        self._app = app
        self._is_ours = clerk is None
        self._clerk = AsyncClerk() if clerk is None else clerk
        self._options = AuthOptions.from_environment() if options is None else options
        self._skip = checked_paths(skip)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, websocket or life of the application."""
        kind = scope["type"]
        if kind == "lifespan" and self._is_ours:
            send = self._closing(send)
        elif kind in ("http", "websocket") and not is_skipped(_path(scope), self._skip):
            state = await self._clerk.auth.authenticate_request(scope, self._options)
            scope["clerk"] = state
            scope.setdefault("state", {})["clerk"] = state
            if kind == "http" and state.location is not None:
                await send({"type": "http.response.start", "status": 307, "headers": _encoded(response_headers(state))})
                await send({"type": "http.response.body", "body": b""})
                return
            send = _adding(send, state if kind == "http" else _staying(state))
        await self._app(scope, receive, send)

    def _closing(self, send: Send) -> Send:
        """Close the client before the server hears that all is over; it ends the loop then."""

        async def sending(message: Message) -> None:
            if message["type"] in _ENDS:
                client, self._clerk = self._clerk, AsyncClerk()  # should the application be started again
                await client.aclose()
            await send(message)

        return sending


def state_in(scope: Scope) -> RequestState:
    """Return the state that the middleware has put into a scope.

    Raises:
        RuntimeError: no middleware has seen it.
    """
    state: RequestState | None = scope.get("clerk")
    if state is None:
        raise RuntimeError(NO_STATE)
    return state


@overload
def get_auth(scope: Scope, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(scope: Scope, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(scope: Scope, *, token_type: Accepted) -> SessionClaims | MachineToken | None: ...
def get_auth(scope: Scope, *, token_type: Accepted = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return who is calling, or None for nobody. `scope["clerk"]` tells why.

    Args:
        scope: That of the request or websocket.
        token_type: Kinds of token, of those that the middleware accepts: one, a list, or `any`. Who calls with another
            one is nobody here. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not seen the request.
        InvalidArgument: `token_type` is invalid.
    """
    return caller_of(state_in(scope), token_type)


def _path(scope: Scope) -> str:
    """Return the path within the application. Servers put `root_path` before it, if it is not there already."""
    path: str = scope["path"]
    inner = path.removeprefix(scope.get("root_path", ""))
    return inner if not inner or inner.startswith("/") else path


def _adding(send: Send, state: RequestState) -> Send:
    # An application that streams may look at the state after its headers are sent, so all responses say `Vary`.
    async def sending(message: Message) -> None:
        if message["type"] in _BEGINNINGS:
            own = [(_text(name), _text(value)) for name, value in message.get("headers", ())]
            message = {**message, "headers": _encoded(response_headers(state, own))}
        await send(message)

    return sending


def _staying(state: RequestState) -> RequestState:
    """Return the state without its redirect: a websocket cannot be sent elsewhere."""
    return attrs.evolve(state, headers=tuple(pair for pair in state.headers if pair[0] != "location"))


def _text(header: Any) -> str:
    return bytes(header).decode("latin-1")


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
