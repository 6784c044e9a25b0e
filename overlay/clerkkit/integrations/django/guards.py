"""`require_auth` for views."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from clerk_core import UNSET, ClerkError, Unset
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.common import Accepted, Denial, Required
from clerkkit.integrations.django.requests import state_in

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=HttpRequest)


class NotAuthenticatedError(ClerkError):
    """A view was asked for by nobody, or with a token that is refused or cannot be verified at the moment.

    The middleware makes a 401 of it, or a 503.
    """

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial)
        self.denial = denial


def is_async(function: Callable[..., Any]) -> bool:
    """Return whether calling it gives a coroutine."""
    return iscoroutinefunction(function)  # pyright: ignore[reportDeprecated]  # asyncio's, before Python 3.12


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Accepted = SESSION_TOKEN,
) -> Callable[[Callable[Concatenate[R, P], T]], Callable[Concatenate[R, P], T]]:
    """Guard a view, sync or async: 401 for who is not signed in, `PermissionDenied` for who lacks what is asked for.

    It answers 503 where the token cannot be verified at the moment.

    For a class: `@method_decorator(require_auth(), name="dispatch")`.

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

    def guarded(view: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
        @functools.wraps(view)
        def guard(request: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
            judged = required.judge(state_in(request))
            if isinstance(judged, Denial):
                raise PermissionDenied(judged.detail) if judged.status == 403 else NotAuthenticatedError(judged)
            return view(request, *args, **kwargs)

        # What needs no waiting is done before the view's coroutine is made.
        return markcoroutinefunction(guard) if is_async(view) else guard

    return guarded
