"""Flask: an extension that authenticates requests, and `get_auth` and `require_auth` for views.

Needs the extra `flask`: `pip install "clerkkit[flask]"`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NoReturn, ParamSpec, cast, overload

try:
    from flask import Flask, Request, Response, abort, current_app, g, request
    from werkzeug.datastructures import Headers, WWWAuthenticate
    from werkzeug.local import LocalProxy
except ImportError as missing:
    raise ImportError('clerkkit.integrations.flask needs Flask: pip install "clerkkit[flask]"') from missing

from clerk_core import UNSET, Unset
from clerk_core.deprecation import deprecated, superseded
from clerkkit import Clerk
from clerkkit.auth import AuthOptions, MachineToken, RequestState, SessionClaims
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.reverification import Reverification
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.shared.callers import MachineTokenType, get_caller, require_session
from clerkkit.integrations.shared.requirements import Denial, Requirements
from clerkkit.integrations.shared.response_headers import response_headers
from clerkkit.integrations.shared.settings import (
    find_unknown_settings,
    read_auth_options,
    read_client_arguments,
    read_skipped_paths,
)
from clerkkit.integrations.shared.skipped_paths import add_proxy_path, is_skipped, parse_skipped_paths
from clerkkit.integrations.wsgi import STATE_KEY, get_state

__all__ = ["ClerkExtension", "get_auth", "require_auth"]

P = ParamSpec("P")

_NAME = "clerkkit"


class ClerkExtension:
    """Authenticates each request before views and other extensions see it. The state is `g.clerk`.

    Browsers that need a handshake with Clerk are redirected (307), and the state's cookies and headers are added to the
    response. Responses have `Vary: Cookie, Authorization`; those that set Clerk's cookies also have
    `Cache-Control: private, no-store`.

    Settings come from the application's configuration (`CLERK_...`), and from Clerk's environment variables for those
    that it lacks.

    Args:
        app: The application. Leave it out to call `init_app` later.
        clerk: Your client, which you close. Default: a client with the key of the configuration.
        options: Which tokens are accepted. Default: the options of the configuration.
        skip: Paths that are not authenticated and have no state, such as `/health`, with all paths below them. Default:
            `CLERK_SKIP` of the configuration.

    Raises:
        InvalidArgument: an argument or setting is invalid, or a key is missing.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        clerk: Clerk | None = None,
        options: AuthOptions | None = None,
        skip: Sequence[str] | None = None,
    ) -> None:
        self._clerk = clerk
        self._skip = None if skip is None else parse_skipped_paths(skip)
        self._options = options
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Authenticate the requests of an application.

        Raises:
            InvalidArgument: a key is missing, or a setting is invalid or unknown.
        """
        config = cast("dict[str, Any]", app.config)
        for error in find_unknown_settings(config):
            raise error
        clerk = self._clerk or Clerk(**read_client_arguments(config.get))
        options = self._options or read_auth_options(config.get)
        skip = add_proxy_path(read_skipped_paths(config.get) if self._skip is None else self._skip, options)
        app.extensions[_NAME] = clerk

        def authenticate() -> Response | None:
            if is_skipped(request.path, skip):
                return None
            g.clerk = request.environ[STATE_KEY] = clerk.auth.authenticate_request(request.environ, options)
            return None if g.clerk.location is None else Response(status=307)

        app.before_request(authenticate)
        app.after_request(_add_headers)

    @property
    def client(self) -> Clerk:
        """The client of the current application."""
        client: Clerk = current_app.extensions[_NAME]
        return client


def _add_headers(response: Response) -> Response:
    state: RequestState | None = g.get("clerk")
    if state is not None:  # None if an earlier `before_request` function returned a response
        response.headers = Headers(response_headers(state, response.headers))
    return response


@overload
def get_auth(request: Request, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: Request, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: Request, *, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None: ...
def get_auth(request: Request, *, token_type: AcceptedTypes = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return the caller, or None if nobody is signed in. `g.clerk` has the reason.

    Args:
        request: `flask.request`.
        token_type: Accepted types of token, among those that the extension accepts: one, a list, or `any`. For a token
            of another type, the result is None. Default: session tokens.

    Raises:
        RuntimeError: the extension has not authenticated the request.
        InvalidArgument: `token_type` is invalid.
    """
    return get_caller(get_state(request.environ), token_type)


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    reverification: Reverification | Unset = UNSET,
    redirect: bool = False,
    token_type: AcceptedTypes = SESSION_TOKEN,
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Guard a view, sync or async. Put it below the route: `@app.get("/")`, then `@require_auth()`.

    It aborts with 401 if the caller is signed out, 403 if the caller lacks a requirement, and 503 if the token cannot
    be verified at the moment.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A custom permission in the active organization, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        reverification: How recently the user must have verified a factor: `strict_mfa`, `strict`, `moderate`, `lax`, or
            level and minutes (see `SessionClaims.has`). The 403 asks clerk-js's `useReverification` to verify again.
        redirect: Whether a page load of somebody who is signed out is redirected (307) to the sign-in page, and comes
            back from there. Other requests still get 401.
        token_type: Accepted types of token, among those that the extension accepts.

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

    def guard(view: Callable[P, Any]) -> Callable[P, Any]:
        @functools.wraps(view)
        def guarded_view(*args: P.args, **kwargs: P.kwargs) -> Any:
            caller = requirements.check(get_state(request.environ))
            if isinstance(caller, Denial):
                _abort(caller)
            return current_app.ensure_sync(view)(*args, **kwargs)

        return guarded_view

    return guard


def _abort(denial: Denial) -> NoReturn:
    if denial.status == 401:
        abort(401, denial.detail, www_authenticate=WWWAuthenticate.from_header(denial.challenge))
    if denial.status == 503:
        abort(503, denial.detail, retry_after=denial.retry_after)
    if denial.status == 307 or denial.reverification is not None:
        abort(Response(denial.body, denial.status, denial.headers, content_type=denial.media_type))
    abort(403, denial.detail)


_STATE_OF = "`state_of()` is `get_auth(request)`, which returns the caller; the state is `g.clerk`"


@deprecated(_STATE_OF)
def state_of() -> RequestState:
    """Return `g.clerk`."""
    return get_state(request.environ)


if TYPE_CHECKING:
    current_session: SessionClaims
    """The session's claims in a view that `require_auth` guards. Use `get_auth(request)` instead."""
else:

    def __getattr__(name: str) -> Any:
        if name != "current_session":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        superseded("`current_session` is deprecated: use `get_auth(request)`")
        return LocalProxy(lambda: require_session(get_state(request.environ)))
