"""`require_auth` for views."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from clerk_core import UNSET, ClerkError, Unset
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.reverification import Reverification
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.django.requests import get_state
from clerkkit.integrations.shared.requirements import Denial, Requirements

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=HttpRequest)


class NotAuthenticatedError(ClerkError):
    """The caller of a guarded view is signed out, must verify again, or has a token that cannot be verified now.

    The middleware converts it to a response with status 307, 401, 403 or 503.
    """

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial)
        self.denial = denial


def is_async(function: Callable[..., Any]) -> bool:
    """Return whether a call of the function returns a coroutine."""
    return iscoroutinefunction(function)  # pyright: ignore[reportDeprecated]  # asyncio's, before Python 3.12


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    reverification: Reverification | Unset = UNSET,
    redirect: bool = False,
    token_type: AcceptedTypes = SESSION_TOKEN,
) -> Callable[[Callable[Concatenate[R, P], T]], Callable[Concatenate[R, P], T]]:
    """Guard a view, sync or async. For a class: `@method_decorator(require_auth(), name="dispatch")`.

    The response is 401 if the caller is signed out, and 503 if the token cannot be verified at the moment. The view
    raises `PermissionDenied` if the caller lacks a requirement.

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

    def guard(view: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
        @functools.wraps(view)
        def guarded_view(request: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
            caller = requirements.check(get_state(request))
            if isinstance(caller, Denial):
                if caller.status == 403 and caller.reverification is None:
                    raise PermissionDenied(caller.detail)
                raise NotAuthenticatedError(caller)
            return view(request, *args, **kwargs)

        # The check needs no `await`, so a sync wrapper serves async views too: it returns the view's coroutine.
        return markcoroutinefunction(guarded_view) if is_async(view) else guarded_view

    return guard
