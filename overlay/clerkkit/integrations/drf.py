"""Django REST framework: an authentication class, permissions, and `get_auth`, which tells who is calling.

Needs the extra `drf`, and Django's middleware. If drf-spectacular is installed, its schemas show the authentication.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, overload

import attrs

try:
    from rest_framework.authentication import BaseAuthentication, SessionAuthentication
    from rest_framework.exceptions import APIException, AuthenticationFailed
    from rest_framework.permissions import BasePermission
    from rest_framework.request import Request
except ImportError as missing:
    raise ImportError('clerkkit.integrations.drf needs Django REST framework: pip install "clerkkit[drf]"') from missing

from clerk_core import UNSET, Unset
from clerk_core.deprecation import deprecated
from clerkkit.auth import MachineToken, SessionClaims
from clerkkit.auth.requests.cookies import bearer
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.common import RETRY_AFTER, Accepted, Denial, MachineTokenType, Required, token_types
from clerkkit.integrations.django.requests import mark_as_used, state_in

if TYPE_CHECKING:  # REST framework's views import this module where it is among the default classes
    from rest_framework.views import APIView

__all__ = ["ClerkAuthentication", "ClerkUser", "get_auth", "require_auth"]

T = TypeVar("T")


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


class _Unavailable(APIException):
    """Tokens cannot be verified at the moment: 503."""

    status_code = 503
    wait = RETRY_AFTER
    """Seconds, which the framework's exception handler puts into `Retry-After`."""


class ClerkAuthentication(BaseAuthentication):
    """`request.user` is a `ClerkUser`, `request.auth` the verified claims; 401 for a token that is not good.

    A session that comes in a cookie must pass the framework's CSRF check, as with its own `SessionAuthentication`.
    Sessions alone are accepted; a class of yours with another `token_type` accepts others.
    """

    token_type: ClassVar[Accepted] = SESSION_TOKEN

    def authenticate(self, request: Request) -> tuple[ClerkUser, SessionClaims | MachineToken] | None:
        """None where there is no token, so that other classes may try."""
        caller = Required(token_type=self.token_type).judge(state_in(request._request))
        if isinstance(caller, Denial):
            if _has_token(request):
                raise (
                    _Unavailable(caller.detail)
                    if caller.status == 503
                    else AuthenticationFailed(caller.detail, caller.reason)
                )
            return None
        _check_csrf(request)
        return ClerkUser(caller.user_id if isinstance(caller, SessionClaims) else caller.subject), caller

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # the framework's signature
        """Makes the answer to who is not signed in a 401."""
        return "Bearer"


def _has_token(request: Request) -> bool:
    return bearer(request.META.get("HTTP_AUTHORIZATION")) is not None


def _check_csrf(request: Request) -> None:
    """Refuse a session that comes in a cookie without a CSRF token: browsers send cookies for other sites, too."""
    if not _has_token(request):
        SessionAuthentication().enforce_csrf(request)


@overload
def get_auth(request: Request, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: Request, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: Request, *, token_type: Accepted) -> SessionClaims | MachineToken | None: ...
def get_auth(request: Request, *, token_type: Accepted = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return who is calling, or None for nobody. It is `request.auth`, typed.

    Unlike `get_auth` of `clerkkit.integrations.django`, it trusts no session in a cookie without a CSRF check.

    Args:
        request: The request of a view.
        token_type: Kinds of token, of those that the authentication class accepts: one, a list, or `any`. Who calls
            with another one is nobody here. Default: session tokens.

    Raises:
        RuntimeError: the view's authentication classes are none of Clerk's.
        InvalidArgument: `token_type` is invalid.
    """
    mark_as_used(request)  # so that `cache_page` around a method does not keep the response
    auth: Any = request.auth
    if isinstance(auth, SessionClaims | MachineToken):
        kind = SESSION_TOKEN if isinstance(auth, SessionClaims) else auth.token_type
        return auth if kind in token_types(token_type) else None
    # Where another class has authenticated somebody, it is nobody that Clerk knows.
    if request.successful_authenticator is None and not any(
        isinstance(one, ClerkAuthentication) for one in request.authenticators or ()
    ):
        raise RuntimeError("this view does not authenticate with Clerk: add ClerkAuthentication to its classes")
    return None


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Accepted = SESSION_TOKEN,
) -> type[BasePermission]:
    """Return a permission class for `permission_classes`: asks for a session, and for what else is given.

    A session in a cookie must pass the CSRF check with whatever authentication classes the view has. Equal requirements
    give the same class.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A custom permission there, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        token_type: Kinds of token, of those that the authentication class accepts.

    Raises:
        InvalidArgument: a requirement is invalid.
    """
    return _permission(Required(role=role, permission=permission, feature=feature, plan=plan, token_type=token_type))


@functools.cache
def _permission(required: Required) -> type[BasePermission]:
    class HasAuth(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
            caller = required.judge(state_in(request._request))
            if isinstance(caller, Denial):
                if caller.status == 503:
                    raise _Unavailable(caller.detail)
                return False
            _check_csrf(request)
            return True

    return HasAuth


_CLERK_USER = "`clerk_user(request)` is `get_auth(request)`, or `request.user`"
_SESSION_CLAIMS = "`session_claims(request)` is `get_auth(request)`"
_OF_MACHINES = '`machine_token(request)` is `get_auth(request, token_type="any")`, or another kind of token'


@deprecated(_CLERK_USER)
def clerk_user(request: Request) -> ClerkUser:
    """The old way to `request.user`, typed."""
    return _of_type(request, request.user, ClerkUser)


@deprecated(_SESSION_CLAIMS)
def session_claims(request: Request) -> SessionClaims:
    """The old name of `get_auth` in a view that `require_auth` guards."""
    return _of_type(request, request.auth, SessionClaims)


@deprecated(_OF_MACHINES)
def machine_token(request: Request) -> MachineToken:
    """The old name of `get_auth` in a view that `require_auth` guards, for machines."""
    return _of_type(request, request.auth, MachineToken)


def _of_type(request: Request, value: object, expected: type[T]) -> T:
    mark_as_used(request)  # so that `cache_page` around a method does not keep the response
    if not isinstance(value, expected):
        raise RuntimeError(f"the request has no {expected.__name__}: set permission_classes to [require_auth(...)]")  # noqa: TRY004
    return value


if find_spec("drf_spectacular"):
    import clerkkit.integrations.spectacular as _  # noqa: F401  # registers the security scheme
