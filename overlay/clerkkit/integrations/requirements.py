"""What a route requires of its caller, and how it denies access."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any, Literal

import attrs

from clerk_core import UNSET, InvalidArgument, Unset
from clerkkit.auth import MachineToken, RequestState, SessionClaims, SignedInState
from clerkkit.auth.tokens.token_types import SESSION_TOKEN, TOKEN_TYPES
from clerkkit.reasons import KEYS_NOT_LOADED, SECRET_KEY_INVALID, TYPE_MISMATCH, UNEXPECTED

SESSION_PENDING = "session-pending"
"""The reason if the user must finish a task first, such as choosing an organization."""

RETRY_AFTER = 5
"""Seconds after which a client may try again if tokens cannot be verified."""

_SESSION_ONLY = frozenset[str]({SESSION_TOKEN})

_OUTAGES = frozenset({UNEXPECTED, KEYS_NOT_LOADED, SECRET_KEY_INVALID})
"""Reasons that the caller cannot help: Clerk cannot be reached, or refuses this server's key."""

_TITLES = {401: "Not authenticated", 403: "Not allowed", 503: "Temporarily unavailable"}

log = logging.getLogger("clerkkit")


@attrs.frozen
class Denial:
    """The response of a guard that denies access."""

    status: Literal[401, 403, 503]
    reason: str
    """For 401 and 503, one of Clerk's reason codes; for 403, what the caller lacks."""

    @property
    def challenge(self) -> str | None:
        """The header `WWW-Authenticate`; None for 503."""
        return {401: "Bearer", 403: 'Bearer error="insufficient_scope"'}.get(self.status)

    @property
    def retry_after(self) -> int | None:
        """The header `Retry-After` of a 503, in seconds; None for others."""
        return RETRY_AFTER if self.status == 503 else None

    @property
    def detail(self) -> str:
        """One line for the body."""
        return f"{_TITLES[self.status]}: {self.reason}"

    @property
    def headers(self) -> dict[str, str]:
        """Response headers."""
        return {"WWW-Authenticate": self.challenge} if self.challenge else {"Retry-After": str(RETRY_AFTER)}


def _check_name(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is UNSET:
        return
    if not isinstance(value, str) or not value:
        raise InvalidArgument(field.name, "expected a name; leave it out to require none")


def _check_permission(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, str) and value.removeprefix("org:").startswith("sys_"):
        raise InvalidArgument(
            field.name, "is a system permission, which no session token carries: use a role, or a custom permission"
        )


def parse_token_types(given: Any) -> frozenset[str]:
    """Return the types of token in an argument `token_type`.

    Raises:
        InvalidArgument: the argument is empty, or names an unknown type.
    """
    listed: Any = TOKEN_TYPES if given == "any" else [given] if isinstance(given, str) else given
    try:
        types = frozenset[str](listed)
    except TypeError:
        types = frozenset[str]()
    if not types or not types <= set(TOKEN_TYPES):
        raise InvalidArgument("token_type", f"expected 'any', or some of {', '.join(TOKEN_TYPES)}")
    return types


@attrs.frozen(slots=False, kw_only=True)
class Requirements:
    """What a route requires. Equal requirements compare and hash equal.

    Raises:
        InvalidArgument: a requirement is invalid, or None, which would require nothing.
    """

    role: str | Unset = attrs.field(default=UNSET, validator=_check_name)
    """A role in the active organization, such as `admin` or `org:admin`."""
    permission: str | Unset = attrs.field(default=UNSET, validator=[_check_name, _check_permission])
    """A custom permission in the active organization, such as `reports:read`."""
    feature: str | Unset = attrs.field(default=UNSET, validator=_check_name)
    """A feature of the organization or user."""
    plan: str | Unset = attrs.field(default=UNSET, validator=_check_name)
    """A plan of the organization or user."""
    token_type: frozenset[str] = attrs.field(default=_SESSION_ONLY, converter=parse_token_types)
    """Accepted types of token. Machines have neither roles, permissions, features nor plans."""

    def __attrs_post_init__(self) -> None:
        if self._required and self.token_type != _SESSION_ONLY:
            raise InvalidArgument(next(iter(self._required)), "can only be required of session tokens")

    @cached_property
    def _required(self) -> dict[str, str]:
        values: dict[str, Any] = {name: getattr(self, name) for name in ("role", "permission", "feature", "plan")}
        return {name: value for name, value in values.items() if value is not UNSET}

    def check(self, state: RequestState) -> SessionClaims | MachineToken | Denial:
        """Return the caller, or a denial.

        Its status is 401 if the caller is signed out or has the wrong type of token, 403 if the caller lacks something,
        and 503 if the token cannot be verified at the moment. Denials are logged: 503 as a warning, others at debug
        level.
        """
        caller = self._find_caller(state)
        if isinstance(caller, Denial):
            level = logging.WARNING if caller.status == 503 else logging.DEBUG
            log.log(level, "access denied with status %s: %s", caller.status, caller.reason)
        return caller

    def _find_caller(self, state: RequestState) -> SessionClaims | MachineToken | Denial:
        if not isinstance(state, SignedInState):
            return Denial(503 if state.reason in _OUTAGES else 401, state.reason)
        if state.token_type not in self.token_type:
            return Denial(401, TYPE_MISMATCH)
        caller = state.to_auth()
        if caller is None:
            return Denial(401, SESSION_PENDING)
        if self._required and not (isinstance(caller, SessionClaims) and caller.has(**self._required)):
            missing = ", ".join(f"{name} {value}" for name, value in self._required.items())
            return Denial(403, f"this needs {missing}")
        return caller
