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
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.common import (
    Accepted,
    Denial,
    MachineTokenType,
    Required,
    caller_of,
    checked_paths,
    is_skipped,
)
from clerkkit.integrations.configured import auth_options, client_arguments, skipped_paths, unknown_settings
from clerkkit.integrations.headers import response_headers
from clerkkit.integrations.states import session_of
from clerkkit.integrations.wsgi import STATE, state_in

__all__ = ["ClerkExtension", "get_auth", "require_auth"]

P = ParamSpec("P")

_NAME = "clerkkit"


class ClerkExtension:
    """Authenticates each request of an application before others see it; its state is `g.clerk`.

    Responses say `Vary: Cookie, Authorization`; those that set Clerk's cookies are `Cache-Control: private, no-store`.
    The application's configuration (`CLERK_...`) is read, and Clerk's environment variables where it has none.

    Args:
        app: The application; or give it to `init_app` later.
        clerk: The client to verify with, which stays yours to close. Default: one of the configuration.
        options: What is accepted, and from whom. Default: those of the configuration.
        skip: Paths of the application that are left alone, with all below them, such as `/health`: they have no state.
            Default: `CLERK_SKIP` of the configuration.

    Raises:
        InvalidArgument: the configuration lacks a key, or one makes no sense.
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
        self._skip = None if skip is None else checked_paths(skip)
        self._options = options
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Look at the requests of this application from now on.

        Raises:
            InvalidArgument: the configuration lacks a key, or a setting is invalid or unknown.
        """
        config = cast("dict[str, Any]", app.config)
        for error in unknown_settings(config):
            raise error
        clerk = self._clerk or Clerk(**client_arguments(config.get))
        options = self._options or auth_options(config.get)
        skip = skipped_paths(config.get) if self._skip is None else self._skip
        app.extensions[_NAME] = clerk

        def authenticate() -> Response | None:
            if is_skipped(request.path, skip):
                return None
            g.clerk = request.environ[STATE] = clerk.auth.authenticate_request(request.environ, options)
            return None if g.clerk.location is None else Response(status=307)

        app.before_request(authenticate)
        app.after_request(_added)

    @property
    def client(self) -> Clerk:
        """The client of the current application."""
        client: Clerk = current_app.extensions[_NAME]
        return client


def _added(response: Response) -> Response:
    state: RequestState | None = g.get("clerk")
    if state is not None:  # as it is where something before `authenticate` has answered
        response.headers = Headers(response_headers(state, response.headers))
    return response


@overload
def get_auth(request: Request, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: Request, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: Request, *, token_type: Accepted) -> SessionClaims | MachineToken | None: ...
def get_auth(request: Request, *, token_type: Accepted = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return who is calling, or None for nobody. `g.clerk` tells why.

    Args:
        request: `flask.request`.
        token_type: Kinds of token, of those that the middleware accepts: one, a list, or `any`. Who calls with another
            one is nobody here. Default: session tokens.

    Raises:
        RuntimeError: the extension has not seen the request.
        InvalidArgument: `token_type` is invalid.
    """
    return caller_of(state_in(request.environ), token_type)


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Accepted = SESSION_TOKEN,
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Guard a view, `async` or not: abort with 401 for who is not signed in, with 403 for who lacks what is asked for.

    It aborts with 503 where the token cannot be verified at the moment.

    It stands below the route: `@app.get("/")`, then `@require_auth()`.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A custom permission there, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        token_type: Kinds of token, of those that the extension accepts.

    Raises:
        InvalidArgument: one makes no sense.
    """
    required = Required(role=role, permission=permission, feature=feature, plan=plan, token_type=token_type)

    def guarded(view: Callable[P, Any]) -> Callable[P, Any]:
        @functools.wraps(view)
        def guard(*args: P.args, **kwargs: P.kwargs) -> Any:
            judged = required.judge(state_in(request.environ))
            if isinstance(judged, Denial):
                _refuse(judged)
            return current_app.ensure_sync(view)(*args, **kwargs)

        return guard

    return guarded


def _refuse(denial: Denial) -> NoReturn:
    if denial.status == 401:
        abort(401, denial.detail, www_authenticate=WWWAuthenticate.from_header(denial.challenge))
    if denial.status == 503:
        abort(503, denial.detail, retry_after=denial.retry_after)
    abort(403, denial.detail)


_STATE_OF = "`state_of()` is `get_auth(request)`, which returns who is calling; the state is `g.clerk`"


@deprecated(_STATE_OF)
def state_of() -> RequestState:
    """The old way to `g.clerk`."""
    return state_in(request.environ)


if TYPE_CHECKING:
    current_session: SessionClaims
    """The old name of `get_auth(request)` in a view that `require_auth` guards."""
else:

    def __getattr__(name: str) -> Any:
        if name != "current_session":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        superseded("`current_session` is `get_auth(request)`")
        return LocalProxy(lambda: session_of(state_in(request.environ)))
