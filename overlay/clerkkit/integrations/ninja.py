"""Django Ninja: `require_auth` for `auth=`, and `get_auth`, which returns the caller.

Needs the extra `ninja`: `pip install "clerkkit[ninja]"`, and Django's middleware. `docs/frameworks.md` has an example.
"""

from __future__ import annotations

from typing import Any, Unpack

from django.http import HttpRequest

try:
    from ninja.errors import HttpError
    from ninja.security.base import AuthBase
    from ninja.utils import check_csrf  # pyright: ignore[reportUnknownVariableType]
except ImportError as missing:
    raise ImportError('clerkkit.integrations.ninja needs Django Ninja: pip install "clerkkit[ninja]"') from missing

from clerkkit.auth import MachineToken, SessionClaims
from clerkkit.auth.requests.cookies import read_bearer_token
from clerkkit.integrations.django import get_auth
from clerkkit.integrations.django.requests import get_state, store_denial
from clerkkit.integrations.shared.openapi import SCHEME_DESCRIPTION
from clerkkit.integrations.shared.requirements import Denial, RequirementArguments, Requirements

__all__ = ["get_auth", "require_auth"]


class _Guard(AuthBase):
    """Authenticates with the state that Django's middleware has stored. It is a security scheme of the document."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = SCHEME_DESCRIPTION

    def __init__(self, requirements: Requirements) -> None:
        super().__init__()
        self._requirements = requirements

    def __call__(self, request: HttpRequest) -> SessionClaims | MachineToken:
        caller = self._requirements.check(get_state(request))
        if isinstance(caller, Denial):
            store_denial(request, caller)
            raise HttpError(caller.status, caller.detail)
        # Ninja's views are exempt from Django's check, and other sites can make browsers send cookies.
        has_token = read_bearer_token(request.META.get("HTTP_AUTHORIZATION")) is not None
        if not has_token and check_csrf(request) is not None:
            raise HttpError(403, "Not allowed: the CSRF token is missing or wrong")
        return caller


def require_auth(**requirements: Unpack[RequirementArguments]) -> Any:
    """Return a value for `auth=` of an operation, a router or an API. The caller is `request.auth`.

    The response is 401 if the caller is signed out, 403 if the caller lacks a requirement, and 503 if the token cannot
    be verified at the moment. A session in a cookie must pass Django's CSRF check.

    Args:
        **requirements: `role`, `permission`, `feature` and `plan`, all of which the session must have;
            `reverification`, how recently the user must have verified a factor (see `SessionClaims.has`): its 403 asks
            clerk-js's `useReverification` to verify again. `redirect`: whether a page load of somebody who is signed
            out is redirected (307) to the sign-in page; other requests still get 401. `token_type`: the accepted types
            of token.

    Raises:
        InvalidArgument: an argument is invalid.
    """
    return _Guard(Requirements(**requirements))
