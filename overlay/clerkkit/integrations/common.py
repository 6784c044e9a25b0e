"""What the integrations share: what a route requires, how it refuses, and which paths are skipped."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import attrs

from clerk_core import UNSET, InvalidArgument, Unset
from clerkkit.auth import MachineToken, RequestState, SessionClaims, SignedInState, TokenType
from clerkkit.auth.tokens.kinds import ALL, SESSION_TOKEN
from clerkkit.auth.tokens.reasons import NOT_LOADED, SECRET_KEY, TYPE_MISMATCH, UNEXPECTED

Accepted = TokenType | Literal["any"] | Sequence[TokenType]

MachineTokenType = Literal["m2m_token", "oauth_token", "api_key"]

SESSION_PENDING = "session-pending"
"""The reason where a user has yet to finish something, such as choosing an organization."""

NO_STATE = "this request was not authenticated: is Clerk's middleware installed, and the path not one that it skips?"
"""The text of the RuntimeError where a route asks for what no middleware has put there."""

SCHEME_NAME = "Clerk"
SCHEME_DESCRIPTION = "A token of Clerk's: of a session or a machine. Browsers send that of a session in a cookie, too."
"""The security scheme of OpenAPI documents."""

RETRY_AFTER = 5
"""Seconds after which a client may try again when tokens cannot be verified."""

_SESSIONS = frozenset[str]({SESSION_TOKEN})

_OUTAGES = frozenset({UNEXPECTED, NOT_LOADED, SECRET_KEY})
"""Reasons that are no fault of the caller: Clerk cannot be reached, or refuses this server's key."""

_TITLES = {401: "Not authenticated", 403: "Not allowed", 503: "Temporarily unavailable"}

log = logging.getLogger("clerkkit")


@attrs.frozen
class Denial:
    """The response of a guard that lets nobody in."""

    status: Literal[401, 403, 503]
    reason: str
    """Clerk's own code for 401 and 503; what is missing for 403."""

    @property
    def challenge(self) -> str | None:
        """The header `WWW-Authenticate`; None for 503."""
        return {401: "Bearer", 403: 'Bearer error="insufficient_scope"'}.get(self.status)

    @property
    def retry_after(self) -> int | None:
        """Seconds, for the header `Retry-After` of 503; else None."""
        return RETRY_AFTER if self.status == 503 else None

    @property
    def detail(self) -> str:
        """One line for the body."""
        return f"{_TITLES[self.status]}: {self.reason}"

    @property
    def headers(self) -> dict[str, str]:
        """Response headers."""
        return {"WWW-Authenticate": self.challenge} if self.challenge else {"Retry-After": str(RETRY_AFTER)}


def _name(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is UNSET:
        return
    if not isinstance(value, str) or not value:
        raise InvalidArgument(field.name, "expected a name; leave it out to ask for none")


def _permission(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, str) and value.removeprefix("org:").startswith("sys_"):
        raise InvalidArgument(
            field.name, "is a system permission, which no session token carries: use a role, or a custom permission"
        )


def token_types(given: Any) -> frozenset[str]:
    """Return the kinds of token in an argument `token_type`.

    Raises:
        InvalidArgument: it names none, or one that there is not.
    """
    listed: Any = ALL if given == "any" else [given] if isinstance(given, str) else given
    try:
        kinds = frozenset[str](listed)
    except TypeError:
        kinds = frozenset[str]()
    if not kinds or not kinds <= set(ALL):
        raise InvalidArgument("token_type", f"expected 'any', or some of {', '.join(ALL)}")
    return kinds


@attrs.frozen(slots=False, kw_only=True)
class Required:
    """What a route requires. Equal requirements are equal, and have the same hash.

    Raises:
        InvalidArgument: a requirement is invalid, or None, which would require nothing.
    """

    role: str | Unset = attrs.field(default=UNSET, validator=_name)
    """A role in the active organization, such as `admin` or `org:admin`."""
    permission: str | Unset = attrs.field(default=UNSET, validator=[_name, _permission])
    """A custom permission there, such as `reports:read`."""
    feature: str | Unset = attrs.field(default=UNSET, validator=_name)
    """A feature of the organization or user."""
    plan: str | Unset = attrs.field(default=UNSET, validator=_name)
    """A plan of the organization or user."""
    token_type: frozenset[str] = attrs.field(default=_SESSIONS, converter=token_types)
    """Kinds of token, of those that the middleware accepts. Machines have no roles, permissions, features, plans."""

    def __attrs_post_init__(self) -> None:
        if self._asked and self.token_type != _SESSIONS:
            raise InvalidArgument(next(iter(self._asked)), "can only be required of session tokens")

    @cached_property
    def _asked(self) -> dict[str, str]:
        given: dict[str, Any] = {name: getattr(self, name) for name in ("role", "permission", "feature", "plan")}
        return {name: value for name, value in given.items() if value is not UNSET}

    def judge(self, state: RequestState) -> SessionClaims | MachineToken | Denial:
        """Return who is calling, or a denial.

        Its status is 401 for nobody or the wrong kind of token, 403 where something is missing, and 503 where the token
        cannot be verified at the moment. Denials are logged: 503 as a warning, others at debug level.
        """
        who = self._caller(state)
        if isinstance(who, Denial):
            log.log(
                logging.WARNING if who.status == 503 else logging.DEBUG,
                "a guard answers %s: %s",
                who.status,
                who.reason,
            )
        return who

    def _caller(self, state: RequestState) -> SessionClaims | MachineToken | Denial:
        if not isinstance(state, SignedInState):
            return Denial(503 if state.reason in _OUTAGES else 401, state.reason)
        if state.token_type not in self.token_type:
            return Denial(401, TYPE_MISMATCH)
        who = state.to_auth()
        if who is None:
            return Denial(401, SESSION_PENDING)
        if self._asked and not (isinstance(who, SessionClaims) and who.has(**self._asked)):
            missing = ", ".join(f"{name} {value}" for name, value in self._asked.items())
            return Denial(403, f"this needs {missing}")
        return who


def caller_of(state: RequestState, token_type: Accepted) -> SessionClaims | MachineToken | None:
    """Return who is calling; None for nobody, for a token of another kind, and for a session that is pending.

    Raises:
        InvalidArgument: `token_type` is invalid.
    """
    return state.to_auth() if state.token_type in token_types(token_type) else None


def checked_paths(skip: Sequence[str]) -> tuple[str, ...]:
    """Return the paths that a middleware skips, without slashes at their ends.

    Raises:
        InvalidArgument: one does not begin with a slash, or it is one text instead of a list.
    """
    if isinstance(skip, str) or not all(path.startswith("/") for path in skip):
        raise InvalidArgument("skip", "expected a list of paths such as /health")
    return tuple(path.rstrip("/") for path in skip)


def is_skipped(path: str, skip: tuple[str, ...]) -> bool:
    """Return whether a path of the application is one of these, or below one.

    The path has no prefix under which the application is mounted (`root_path`, `SCRIPT_NAME`).
    """
    return any(path == one or path.startswith(f"{one}/") for one in skip)
