"""What a route requires of its caller, and how it denies access."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from typing import Any, Literal, TypedDict

import attrs

from clerk_core import UNSET, InvalidArgument, Unset
from clerkkit.auth import MachineToken, RequestState, SessionClaims, SignedInState
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.reverification import Reverification, ReverificationRequirement, parse_reverification
from clerkkit.auth.tokens.token_types import SESSION_TOKEN, TOKEN_TYPES
from clerkkit.integrations.shared.response_headers import NO_STORE
from clerkkit.reasons import KEYS_NOT_LOADED, SECRET_KEY_INVALID, TYPE_MISMATCH, UNEXPECTED

SESSION_PENDING = "session-pending"
"""The reason if the user must finish a task first, such as choosing an organization."""

RETRY_AFTER = 5
"""Seconds after which a client may try again if tokens cannot be verified."""

_SESSION_ONLY = frozenset[str]({SESSION_TOKEN})

_OUTAGES = frozenset({UNEXPECTED, KEYS_NOT_LOADED, SECRET_KEY_INVALID})
"""Reasons that the caller cannot help: Clerk cannot be reached, or refuses this server's key."""

_TITLES = {307: "Redirected to sign in", 401: "Not authenticated", 403: "Not allowed", 503: "Temporarily unavailable"}

log = logging.getLogger("clerkkit")


@attrs.frozen
class Denial:
    """The response of a guard that denies access."""

    status: Literal[307, 401, 403, 503]
    reason: str
    """One of Clerk's reason codes; for 403, what the caller lacks."""
    location: str | None = None
    """The sign-in page that a 307 redirects to."""
    reverification: ReverificationRequirement | None = None
    """What the user must verify again; None if that would not help."""

    @property
    def challenge(self) -> str | None:
        """The header `WWW-Authenticate`; None for 307 and 503."""
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
        if self.location is not None:
            return {"Location": self.location, "Cache-Control": NO_STORE}
        return {"WWW-Authenticate": self.challenge} if self.challenge else {"Retry-After": str(RETRY_AFTER)}

    @property
    def media_type(self) -> str:
        """The media type of `body`."""
        return "text/plain; charset=utf-8" if self.reverification is None else "application/json"

    @property
    def body(self) -> str:
        """The body: `detail`, or the JSON with which clerk-js asks the user to verify again."""
        return self.detail if self.reverification is None else json.dumps(self.reverification.error_body)


class RequirementArguments(TypedDict, total=False):
    """The arguments of `require_auth`."""

    role: str | Unset
    """A role in the active organization, such as `admin` or `org:admin`."""
    permission: str | Unset
    """A custom permission in the active organization, such as `reports:read`."""
    feature: str | Unset
    """A feature of the organization or user."""
    plan: str | Unset
    """A plan of the organization or user."""
    reverification: Reverification | Unset
    """How recently the user must have verified a factor."""
    redirect: bool
    """Whether a page load of somebody who is signed out is redirected to the sign-in page."""
    token_type: AcceptedTypes
    """Accepted types of token: one, a list, or `any`. Default: session tokens."""


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


def _parse_reverification(given: object) -> ReverificationRequirement | Unset:
    return UNSET if isinstance(given, Unset) else parse_reverification(given)


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
    reverification: ReverificationRequirement | Unset = attrs.field(default=UNSET, converter=_parse_reverification)
    """How recently the user must have verified a factor."""
    token_type: frozenset[str] = attrs.field(default=_SESSION_ONLY, converter=parse_token_types)
    """Accepted types of token. Machines have neither roles, permissions, features, plans nor factors."""

    redirect: bool = False
    """Whether a page load of somebody who is signed out is redirected to the sign-in page."""

    def __attrs_post_init__(self) -> None:
        if self.reverification is not UNSET and self.token_type != _SESSION_ONLY:
            raise InvalidArgument("reverification", "can only be required of session tokens")
        if self._required and self.token_type != _SESSION_ONLY:
            raise InvalidArgument(next(iter(self._required)), "can only be required of session tokens")

    @cached_property
    def _required(self) -> dict[str, Any]:
        values: dict[str, Any] = {name: getattr(self, name) for name in ("role", "permission", "feature", "plan")}
        return {name: value for name, value in values.items() if value is not UNSET}

    def check(self, state: RequestState) -> SessionClaims | MachineToken | Denial:
        """Return the caller, or a denial.

        Its status is 307 if the browser is redirected to sign in, 401 if the caller is signed out or has the wrong type
        of token, 403 if the caller lacks something, and 503 if the token cannot be verified at the moment. Denials are
        logged: 503 as a warning, others at debug level.
        """
        caller = self._find_caller(state)
        if self.redirect and isinstance(caller, Denial) and caller.status == 401:
            caller = _redirect(state, caller)
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
        wanted = self.reverification
        if isinstance(wanted, ReverificationRequirement) and not (
            isinstance(caller, SessionClaims) and wanted.is_met(caller.factor_ages)
        ):
            return Denial(403, f"this needs reverification {wanted.as_json}", reverification=wanted)
        return caller


def _redirect(state: RequestState, denial: Denial) -> Denial:
    """Return a redirect to the sign-in page instead of a 401, if the request loads another page."""
    pages = state.pages
    if pages is None or not pages.loads_page or pages.is_sign_in_page():
        return denial
    return Denial(307, denial.reason, location=state.redirect_to_sign_in())
