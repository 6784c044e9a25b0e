"""Flask: an extension that tells who is calling, and a decorator for views. Needs the extra `flask`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from flask import Flask, Response, abort, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.local import LocalProxy

from clerk_core import UNSET, Unset
from clerkkit import Clerk
from clerkkit.auth import AuthOptions, RequestState, SessionClaims
from clerkkit.auth.kinds import SESSION_TOKEN
from clerkkit.integrations.common import NO_STATE, Accepted, Denial, Required
from clerkkit.integrations.configured import auth_options, client_arguments
from clerkkit.integrations.states import added_headers, session_of

__all__ = ["ClerkExtension", "current_session", "require_auth"]

P = ParamSpec("P")

_NAME = "clerkkit"


class ClerkExtension:
    """Authenticates each request of an application before others see it: its state is `g.clerk`.

    The application's `CLERK_...` configuration is read, and Clerk's environment variables where it has none.

    Args:
        app: The application; or give it to `init_app` later.
        clerk: The client to verify with, which stays yours to close. Default: one of the configuration.
        options: What is accepted, and from whom. Default: those of the configuration.
    """

    def __init__(
        self, app: Flask | None = None, *, clerk: Clerk | None = None, options: AuthOptions | None = None
    ) -> None:
        self._given_clerk = clerk
        self._given_options = options
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Look at the requests of this application from now on.

        Raises:
            InvalidArgument: the configuration lacks a key, or one makes no sense.
        """
        clerk = self._given_clerk or Clerk(**client_arguments(app.config.get))
        options = self._given_options or auth_options(app.config.get)
        app.extensions[_NAME] = clerk

        def authenticate() -> Response | None:
            g.clerk = state = clerk.auth.authenticate_request(request, options)
            if state.location is None:
                return None
            return Response(status=307)

        app.before_request(authenticate)
        app.after_request(_added)

    @property
    def client(self) -> Clerk:
        """The client of the current application."""
        client: Clerk = current_app.extensions[_NAME]
        return client


def _added(response: Response) -> Response:
    # Where something before `authenticate` has answered, there is no state.
    if "clerk" in g:
        for name, value in added_headers(g.clerk, response.headers.__contains__):
            response.headers.add(name, value)
    return response
