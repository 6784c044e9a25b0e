"""Plain WSGI: a middleware that authenticates requests, `get_auth`, and a guard. Needs the extra `auth` alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from clerk_core import UNSET, Unset
from clerk_core.deprecation import deprecated
from clerkkit import Clerk
from clerkkit.auth import AuthOptions, MachineToken, RequestState, SessionClaims
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.common import (
    NO_STATE,
    Accepted,
    Denial,
    MachineTokenType,
    Required,
    caller_of,
    checked_paths,
    is_skipped,
)
from clerkkit.integrations.headers import response_headers
from clerkkit.integrations.states import session_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ClerkMiddleware", "get_auth", "require_auth"]

STATE = "clerkkit.state"
"""The key of the environ under which the state of the request is."""
_PLAIN = ("content-type", "text/plain; charset=utf-8")
_STATUS = {401: "401 Unauthorized", 403: "403 Forbidden", 503: "503 Service Unavailable"}


class ClerkMiddleware:
    """Authenticates each request, and does what the handshake asks for. Whom to let in is for the application to say.

    Responses say `Vary: Cookie, Authorization`; those that set Clerk's cookies are `Cache-Control: private, no-store`.

    Args:
        app: The application.
        clerk: The client to verify with, which stays yours to close. Default: one of the environment.
        options: What is accepted, and from whom. Default: those of the environment.
        skip: Paths of the application that are left alone, with all below them, such as `/health`: they have no state.

    Raises:
        InvalidArgument: the environment lacks a key, or one makes no sense.
    """

    def __init__(
        self,
        app: WSGIApplication,
        clerk: Clerk | None = None,
        options: AuthOptions | None = None,
        skip: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._clerk = clerk or Clerk()
        self._options = options or AuthOptions.from_environment()
        self._skip = checked_paths(skip)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer: of the application, or the redirect of a handshake."""
        path: str = environ.get("PATH_INFO", "")
        if is_skipped(path.encode("latin-1").decode("utf-8", "replace"), self._skip):
            return self._app(environ, start_response)
        state = self._clerk.auth.authenticate_request(environ, self._options)
        environ[STATE] = state
        if state.location is not None:
            start_response("307 Temporary Redirect", [*response_headers(state), _PLAIN, ("content-length", "0")])
            return []

        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Callable[[bytes], object]:
            return start_response(status, response_headers(state, headers), *failure)

        return self._app(environ, start)


def state_in(environ: WSGIEnvironment) -> RequestState:
    """Return the state that the middleware has put into an environ.

    Raises:
        RuntimeError: no middleware has seen it.
    """
    state: RequestState | None = environ.get(STATE)
    if state is None:
        raise RuntimeError(NO_STATE)
    return state


@overload
def get_auth(environ: WSGIEnvironment, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(environ: WSGIEnvironment, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(environ: WSGIEnvironment, *, token_type: Accepted) -> SessionClaims | MachineToken | None: ...
def get_auth(environ: WSGIEnvironment, *, token_type: Accepted = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return who is calling, or None for nobody. `environ["clerkkit.state"]` tells why.

    Args:
        environ: That of the request.
        token_type: Kinds of token, of those that the middleware accepts: one, a list, or `any`. Who calls with another
            one is nobody here. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not seen the request.
        InvalidArgument: `token_type` is invalid.
    """
    return caller_of(state_in(environ), token_type)


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Accepted = SESSION_TOKEN,
) -> Callable[[WSGIApplication], WSGIApplication]:
    """Guard an application: 401 for who is not signed in, 403 for who lacks what is asked for, as plain text.

    It answers 503 where the token cannot be verified at the moment.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A custom permission there, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        token_type: Kinds of token, of those that the middleware accepts.

    Raises:
        InvalidArgument: one makes no sense.
    """
    required = Required(role=role, permission=permission, feature=feature, plan=plan, token_type=token_type)

    def guarded(app: WSGIApplication) -> WSGIApplication:
        def guard(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            judged = required.judge(state_in(environ))
            if not isinstance(judged, Denial):
                return app(environ, start_response)
            start_response(_STATUS[judged.status], [_PLAIN, *judged.headers.items()])
            return [judged.detail.encode()]

        return guard

    return guarded


_STATE_OF = '`state_of` is `get_auth`, which returns who is calling; the state is `environ["clerkkit.state"]`'
_SESSION_CLAIMS = "`session_claims(environ)` is `get_auth(environ)`"


@deprecated(_STATE_OF)
def state_of(environ: WSGIEnvironment) -> RequestState:
    """The old way to `environ["clerkkit.state"]`."""
    return state_in(environ)


@deprecated(_SESSION_CLAIMS)
def session_claims(environ: WSGIEnvironment) -> SessionClaims:
    """The old name of `get_auth` in an application that `require_auth` guards."""
    return session_of(state_in(environ))
