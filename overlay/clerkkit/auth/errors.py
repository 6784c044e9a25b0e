"""`TokenRefused`: the one error of this package that tells of a token."""

from __future__ import annotations

from typing import Any

from clerk_core import ClerkError
from clerkkit.auth.reasons import HINTS


class TokenRefused(ClerkError):
    """A token is not accepted. `reason` is stable, and Clerk's own; `str()` says what to do.

    Neither holds the token.
    """

    def __init__(
        self,
        reason: str,
        problem: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(reason, problem)
        self.reason = reason
        """One of Clerk's reason codes, such as `token-expired`."""
        self.problem = problem
        """What is wrong, in one sentence."""
        self.detail = detail
        """A finer code where one reason has several causes: `azp-missing`, `azp-not-allowed`, `iss-not-allowed`, ..."""
        self.hint = HINTS.get(reason, "") if hint is None else hint
        """What to do about it."""
        self.status = status
        """The HTTP status with which Clerk refused a machine token."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.problem), vars(self)

    def message(self, carrier: str | None = None) -> str:
        """One line of printable ASCII, with the reason, and the place (`header` or `cookie`) where the token was."""
        where = f", token-carrier={carrier}" if carrier else ""
        return f"{self.problem}{' ' if self.hint else ''}{self.hint} (reason={self.reason}{where})"

    def __str__(self) -> str:
        return self.message()


def shown(value: object) -> str:
    """A value from a token as a message may quote it: short, in printable ASCII, for headers and logs."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
