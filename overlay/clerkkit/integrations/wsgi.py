"""Any WSGI application: a middleware that authenticates requests, `get_auth`, and `require_auth`.

Needs the extra `auth` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from clerk_core import UNSET, Unset
from clerk_core.deprecation import deprecated
from clerkkit import Clerk
from clerkkit.auth import AuthOptions, MachineToken, RequestState, SessionClaims
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.reverification import Reverification
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.shared.callers import MachineTokenType, get_caller, require_session, require_state
from clerkkit.integrations.shared.requirements import Denial, Requirements
from clerkkit.integrations.shared.response_headers import response_headers
from clerkkit.integrations.shared.skipped_paths import add_proxy_path, is_skipped, parse_skipped_paths

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ClerkMiddleware", "get_auth", "require_auth"]

STATE_KEY = "clerkkit.state"
"""The key of the environ that holds the state of the request."""
_PLAIN_TEXT = ("content-type", "text/plain; charset=utf-8")
_STATUS_LINES = {
    307: "307 Temporary Redirect",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    503: "503 Service Unavailable",
}


class ClerkMiddleware:
    """Authenticates requests. Never rejects a request: that is up to the application.

    Browsers that need a handshake with Clerk are redirected (307), and the state's cookies and headers are added to the
    response. Responses have `Vary: Cookie, Authorization`; those that set Clerk's cookies also have
    `Cache-Control: private, no-store`.

    Args:
        app: The application.
        clerk: Your client, which you close. Default: a client with the environment's key.
        options: Which tokens are accepted. Default: `AuthOptions.from_environment()`.
        skip: Paths that are not authenticated and have no state, such as `/health`, with all paths below them.

    Raises:
        InvalidArgument: an argument is invalid, or a variable is missing.
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
        self._skip = add_proxy_path(parse_skipped_paths(skip), self._options)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Return the application's response, or a redirect."""
        path: str = environ.get("PATH_INFO", "")
        if is_skipped(path.encode("latin-1").decode("utf-8", "replace"), self._skip):
            return self._app(environ, start_response)
        state = self._clerk.auth.authenticate_request(environ, self._options)
        environ[STATE_KEY] = state
        if state.location is not None:
            headers = [*response_headers(state), _PLAIN_TEXT, ("content-length", "0")]
            start_response("307 Temporary Redirect", headers)
            return []

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], object]:
            return start_response(status, response_headers(state, headers), *exc_info)

        return self._app(environ, start)


def get_state(environ: WSGIEnvironment) -> RequestState:
    """Return the state that the middleware has stored in an environ.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
    """
    return require_state(environ.get(STATE_KEY))


@overload
def get_auth(environ: WSGIEnvironment, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(environ: WSGIEnvironment, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(environ: WSGIEnvironment, *, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None: ...
def get_auth(
    environ: WSGIEnvironment, *, token_type: AcceptedTypes = SESSION_TOKEN
) -> SessionClaims | MachineToken | None:
    """Return the caller, or None if nobody is signed in. `environ["clerkkit.state"]` has the reason.

    Args:
        environ: The environ of the request.
        token_type: Accepted types of token, among those that the middleware accepts: one, a list, or `any`. For a token
            of another type, the result is None. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
        InvalidArgument: `token_type` is invalid.
    """
    return get_caller(get_state(environ), token_type)


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    reverification: Reverification | Unset = UNSET,
    redirect: bool = False,
    token_type: AcceptedTypes = SESSION_TOKEN,
) -> Callable[[WSGIApplication], WSGIApplication]:
    """Guard an application.

    The status is 401 if the caller is signed out, 403 if the caller lacks a requirement, and 503 if the token cannot be
    verified at the moment.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A custom permission in the active organization, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        reverification: How recently the user must have verified a factor: `strict_mfa`, `strict`, `moderate`, `lax`, or
            level and minutes (see `SessionClaims.has`). The 403 asks clerk-js's `useReverification` to verify again.
        redirect: Whether a page load of somebody who is signed out is redirected (307) to the sign-in page, and comes
            back from there. Other requests still get 401.
        token_type: Accepted types of token, among those that the middleware accepts.

    Raises:
        InvalidArgument: an argument is invalid.
    """
    requirements = Requirements(
        role=role,
        permission=permission,
        feature=feature,
        plan=plan,
        reverification=reverification,
        redirect=redirect,
        token_type=token_type,
    )

    def guard(app: WSGIApplication) -> WSGIApplication:
        def guarded_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            caller = requirements.check(get_state(environ))
            if not isinstance(caller, Denial):
                return app(environ, start_response)
            headers = [("content-type", caller.media_type), *caller.headers.items()]
            start_response(_STATUS_LINES[caller.status], headers)
            return [caller.body.encode()]

        return guarded_app

    return guard


_STATE_OF = '`state_of` is deprecated: use `get_auth` for the caller, `environ["clerkkit.state"]` for the state'
_SESSION_CLAIMS = "`session_claims(environ)` is `get_auth(environ)`"


@deprecated(_STATE_OF)
def state_of(environ: WSGIEnvironment) -> RequestState:
    """Return `environ["clerkkit.state"]`."""
    return get_state(environ)


@deprecated(_SESSION_CLAIMS)
def session_claims(environ: WSGIEnvironment) -> SessionClaims:
    """Return the session's claims in an application that `require_auth` guards."""
    return require_session(get_state(environ))
