"""Django REST framework: an authentication class, and permissions. Needs the extra `drf`, and Django's middleware."""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from clerk_core import UNSET, Unset
from clerkkit.auth import MachineToken, SessionClaims
from clerkkit.auth.cookies import bearer
from clerkkit.auth.kinds import SESSION_TOKEN
from clerkkit.integrations.common import Accepted, Denial, Required
from clerkkit.integrations.django import state_of

__all__ = ["ClerkAuthentication", "ClerkUser", "require_auth"]


@attrs.frozen
class ClerkUser:
    """What `request.user` is: as much of Django's user as the framework asks for. It is in no database."""

    id: str
    """Of the user; of the machine or organization, where a token is of one."""
    is_authenticated: ClassVar[Literal[True]] = True
    is_anonymous: ClassVar[Literal[False]] = False
    is_active: ClassVar[Literal[True]] = True
    is_staff: ClassVar[Literal[False]] = False

    @property
    def pk(self) -> str:
        """By which throttles count."""
        return self.id

    def __str__(self) -> str:
        return self.id


class ClerkAuthentication(BaseAuthentication):
    """`request.user` is a `ClerkUser`, `request.auth` the verified claims; 401 for a token that is not good.

    A session that comes in a cookie must pass the framework's CSRF check, as with its own `SessionAuthentication`.
    Sessions alone are accepted; a class of yours with another `token_type` accepts others.
    """

    token_type: ClassVar[Accepted] = SESSION_TOKEN

    def authenticate(self, request: Request) -> tuple[ClerkUser, SessionClaims | MachineToken] | None:
        """None where there is no token, so that other classes may try."""
        has_token = bearer(request.META.get("HTTP_AUTHORIZATION")) is not None
        caller = Required(token_type=self.token_type).judge(state_of(request._request))
        if isinstance(caller, Denial):
            if has_token:
                raise AuthenticationFailed(caller.detail, caller.reason)
            return None
        if not has_token:
            SessionAuthentication().enforce_csrf(request)
        return ClerkUser(caller.user_id if isinstance(caller, SessionClaims) else caller.subject), caller

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # the framework's signature
        """Makes the answer to who is not signed in a 401."""
        return "Bearer"


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Accepted = SESSION_TOKEN,
) -> type[BasePermission]:
    """A permission class for `permission_classes`: asks for a session, and for what else is given.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A permission there, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        token_type: Kinds of token, of those that the authentication class accepts.

    Raises:
        InvalidArgument: one makes no sense.
    """
    required = Required(role=role, permission=permission, feature=feature, plan=plan, token_type=token_type)

    class HasAuth(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
            return not isinstance(required.judge(state_of(request._request)), Denial)

    return HasAuth
