"""Django REST framework: an authentication class, permissions, and `get_auth`, which returns the caller.

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
from clerkkit.auth.requests.cookies import read_bearer_token
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.reverification import Reverification, ReverificationRequirement
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.django.requests import get_state, mark_as_used
from clerkkit.integrations.shared.callers import MachineTokenType
from clerkkit.integrations.shared.requirements import RETRY_AFTER, Denial, Requirements, parse_token_types

if TYPE_CHECKING:  # REST framework's views import this module if it is among the default classes
    from rest_framework.views import APIView

__all__ = ["ClerkAuthentication", "ClerkUser", "get_auth", "require_auth"]

T = TypeVar("T")


@attrs.frozen
class ClerkUser:
    """The class of `request.user`: the part of Django's user that the framework needs. It is not in a database."""

    id: str
    """The id of the user, or the subject of a machine's token."""
    is_authenticated: ClassVar[Literal[True]] = True
    is_anonymous: ClassVar[Literal[False]] = False
    is_active: ClassVar[Literal[True]] = True
    is_staff: ClassVar[Literal[False]] = False

    @property
    def pk(self) -> str:
        """The id, by which throttles count."""
        return self.id

    def __str__(self) -> str:
        return self.id


class _Unavailable(APIException):
    """The token cannot be verified at the moment: 503."""

    status_code = 503
    wait = RETRY_AFTER
    """Seconds, which the framework's exception handler sends as `Retry-After`."""


class ClerkAuthentication(BaseAuthentication):
    """Sets `request.user` to a `ClerkUser` and `request.auth` to the verified claims; 401 for an invalid token.

    A session in a cookie must pass the framework's CSRF check, as with `SessionAuthentication`. Only session tokens are
    accepted; to accept others, derive a class with another `token_type`.
    """

    token_type: ClassVar[AcceptedTypes] = SESSION_TOKEN

    def authenticate(self, request: Request) -> tuple[ClerkUser, SessionClaims | MachineToken] | None:
        """Return user and claims, or None without a token, so that other classes may try."""
        caller = Requirements(token_type=self.token_type).check(get_state(request._request))
        if isinstance(caller, Denial):
            if not _has_token(request):
                return None
            if caller.status == 503:
                raise _Unavailable(caller.detail)
            raise AuthenticationFailed(caller.detail, caller.reason)
        _check_csrf(request)
        return ClerkUser(caller.user_id if isinstance(caller, SessionClaims) else caller.subject), caller

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # the framework's signature
        """Return the challenge, without which the framework would respond with 403 instead of 401."""
        return "Bearer"


class _ReverificationRequired(APIException):
    """The user must verify again: 403, with the body that clerk-js understands."""

    status_code = 403

    def __init__(self, denial: Denial, requirement: ReverificationRequirement) -> None:
        super().__init__(denial.detail)
        # Set afterwards, because the framework converts numbers to text. Its exception handler sends a dict as it is.
        self.detail = requirement.error_body


def _has_token(request: Request) -> bool:
    return read_bearer_token(request.META.get("HTTP_AUTHORIZATION")) is not None


def _check_csrf(request: Request) -> None:
    """Reject a session in a cookie without a CSRF token, since other sites can make browsers send cookies."""
    if not _has_token(request):
        SessionAuthentication().enforce_csrf(request)


@overload
def get_auth(request: Request, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: Request, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: Request, *, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None: ...
def get_auth(request: Request, *, token_type: AcceptedTypes = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return the caller, or None if nobody is signed in. It is `request.auth` with its type.

    Unlike `get_auth` of `clerkkit.integrations.django`, it trusts a session in a cookie only after a CSRF check.

    Args:
        request: The request of a view.
        token_type: Accepted types of token, among those that the authentication class accepts: one, a list, or `any`.
            For a token of another type, the result is None. Default: session tokens.

    Raises:
        RuntimeError: the view has no authentication class of Clerk.
        InvalidArgument: `token_type` is invalid.
    """
    mark_as_used(request)  # keeps `cache_page` around a method from storing the response
    auth: Any = request.auth
    if isinstance(auth, SessionClaims | MachineToken):
        kind = SESSION_TOKEN if isinstance(auth, SessionClaims) else auth.token_type
        return auth if kind in parse_token_types(token_type) else None
    # If another class has authenticated the request, the caller is not one of Clerk's.
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
    reverification: Reverification | Unset = UNSET,
    token_type: AcceptedTypes = SESSION_TOKEN,
) -> type[BasePermission]:
    """Return a permission class for `permission_classes` that requires a session that meets all requirements given.

    A session in a cookie must pass the CSRF check, whichever authentication classes the view has. Equal requirements
    return the same class.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A custom permission in the active organization, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        reverification: How recently the user must have verified a factor: `strict_mfa`, `strict`, `moderate`, `lax`, or
            level and minutes (see `SessionClaims.has`). The 403 asks clerk-js's `useReverification` to verify again.
        token_type: Accepted types of token, among those that the authentication class accepts.

    Raises:
        InvalidArgument: an argument is invalid.
    """
    return _create_permission(
        Requirements(
            role=role,
            permission=permission,
            feature=feature,
            plan=plan,
            reverification=reverification,
            token_type=token_type,
        )
    )


@functools.cache
def _create_permission(requirements: Requirements) -> type[BasePermission]:
    class HasAuth(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
            caller = requirements.check(get_state(request._request))
            if isinstance(caller, Denial):
                if caller.status == 503:
                    raise _Unavailable(caller.detail)
                if caller.reverification is not None:
                    raise _ReverificationRequired(caller, caller.reverification)
                return False
            _check_csrf(request)
            return True

    return HasAuth


_CLERK_USER = "`clerk_user(request)` is `get_auth(request)`, or `request.user`"
_SESSION_CLAIMS = "`session_claims(request)` is `get_auth(request)`"
_OF_MACHINES = '`machine_token(request)` is `get_auth(request, token_type="any")`, or with another type of token'


@deprecated(_CLERK_USER)
def clerk_user(request: Request) -> ClerkUser:
    """Return `request.user`."""
    return _require_type(request, request.user, ClerkUser)


@deprecated(_SESSION_CLAIMS)
def session_claims(request: Request) -> SessionClaims:
    """Return the session's claims in a view that `require_auth` guards."""
    return _require_type(request, request.auth, SessionClaims)


@deprecated(_OF_MACHINES)
def machine_token(request: Request) -> MachineToken:
    """Return the machine's token in a view that `require_auth` guards."""
    return _require_type(request, request.auth, MachineToken)


def _require_type(request: Request, value: object, expected: type[T]) -> T:
    mark_as_used(request)  # keeps `cache_page` around a method from storing the response
    if not isinstance(value, expected):
        raise RuntimeError(f"the request has no {expected.__name__}: set permission_classes to [require_auth(...)]")  # noqa: TRY004
    return value


if find_spec("drf_spectacular"):
    import clerkkit.integrations.spectacular as _  # noqa: F401  # registers the security scheme
