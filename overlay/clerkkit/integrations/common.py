"""What the integrations share: what a route asks of who is calling, and how it says no."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import attrs

from clerk_core import UNSET, InvalidArgument, Unset
from clerkkit.auth import MachineToken, RequestState, SessionClaims, SignedIn, TokenType
from clerkkit.auth.kinds import ALL, SESSION_TOKEN
from clerkkit.auth.reasons import TYPE_MISMATCH

Accepted = TokenType | Literal["any"] | Sequence[TokenType]

SESSION_PENDING = "session-pending"
"""The reason where a user has yet to finish something, such as choosing an organization."""

NO_STATE = "this request was not authenticated: is Clerk's middleware installed, and the path not one that it skips?"
"""The text of the RuntimeError where a route asks for what no middleware has put there."""


@attrs.frozen
class Denial:
    """What to answer instead of the route's answer."""

    status: Literal[401, 403]
    reason: str
    """Clerk's own code for 401; what is missing for 403."""
    challenge: str
    """The header `WWW-Authenticate`."""

    @property
    def detail(self) -> str:
        """One line for the body."""
        return f"{'Not authenticated' if self.status == 401 else 'Not allowed'}: {self.reason}"

    @property
    def headers(self) -> dict[str, str]:
        """To be sent with it."""
        return {"WWW-Authenticate": self.challenge}


@attrs.frozen(slots=False, kw_only=True)
class Required:
    """What a route asks for.

    Raises:
        InvalidArgument: one makes no sense, or is None: that would ask for nothing.
    """

    role: str | Unset = UNSET
    """A role in the active organization, such as `admin` or `org:admin`."""
    permission: str | Unset = UNSET
    """A permission there, such as `reports:read`."""
    feature: str | Unset = UNSET
    """A feature of the organization or user."""
    plan: str | Unset = UNSET
    """A plan of the organization or user."""
    token_type: Accepted = SESSION_TOKEN
    """Kinds of token, of those that the middleware accepts. Machines have no roles, permissions, features, plans."""

    def __attrs_post_init__(self) -> None:
        _ = self._asked, self._kinds

    @cached_property
    def _asked(self) -> dict[str, str]:
        given: dict[str, Any] = {name: getattr(self, name) for name in ("role", "permission", "feature", "plan")}
        asked = {name: value for name, value in given.items() if value is not UNSET}
        for name, value in asked.items():
            if not isinstance(value, str) or not value:
                raise InvalidArgument(name, "expected a name; leave it out to ask for none")
            if self.token_type != SESSION_TOKEN:
                raise InvalidArgument(name, "goes with session tokens alone")
        return asked

    @cached_property
    def _kinds(self) -> frozenset[str]:
        one = self.token_type
        kinds = frozenset[str](ALL if one == "any" else [one] if isinstance(one, str) else one)
        if not kinds or not kinds <= set(ALL):
            raise InvalidArgument("token_type", f"expected 'any', or some of {', '.join(ALL)}")
        return kinds

    def judge(self, state: RequestState) -> SessionClaims | MachineToken | Denial:
        """Who is calling, or why not: 401 for nobody or the wrong kind of token, 403 where something is missing."""
        if not isinstance(state, SignedIn):
            return _unauthenticated(state.reason)
        if state.token_type not in self._kinds:
            return _unauthenticated(TYPE_MISMATCH)
        who = state.to_auth()
        if who is None:
            return _unauthenticated(SESSION_PENDING)
        if self._asked and not (isinstance(who, SessionClaims) and who.has(**self._asked)):
            missing = ", ".join(f"{name} {value}" for name, value in self._asked.items())
            return Denial(403, f"this needs {missing}", 'Bearer error="insufficient_scope"')
        return who


def _unauthenticated(reason: str) -> Denial:
    return Denial(401, reason, "Bearer")


def checked_paths(skip: Sequence[str]) -> tuple[str, ...]:
    """Paths that a middleware is to leave alone.

    Raises:
        InvalidArgument: one does not begin with a slash, or it is one text instead of a list.
    """
    if isinstance(skip, str) or not all(path.startswith("/") for path in skip):
        raise InvalidArgument("skip", "expected a list of paths such as /health")
    return tuple(path.rstrip("/") for path in skip)


def is_skipped(path: str, skip: tuple[str, ...]) -> bool:
    """Whether it is one of these paths, or below one."""
    return any(path == one or path.startswith(f"{one}/") for one in skip)
