"""Every exception of clerkkit, and nothing else: `from clerkkit.errors import NotFound`.

The tree is drawn in `clerk_core.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clerk_core.errors import (
    ApiError,
    BadRequest,
    ClerkError,
    ClientClosed,
    Conflict,
    ConnectionFailed,
    Forbidden,
    InvalidArgument,
    InvalidResponse,
    Locked,
    NotFound,
    PayloadTooLarge,
    PaymentRequired,
    ServerError,
    TimedOut,
    TooManyRequests,
    TransportError,
    Unauthorized,
    UnprocessableEntity,
)
from clerkkit.drift.kinds import DriftDetected

if TYPE_CHECKING:
    from clerkkit.reasons import WebhookReason

__all__ = [
    "ApiError",
    "BadRequest",
    "ClerkError",
    "ClientClosed",
    "Conflict",
    "ConnectionFailed",
    "DriftDetected",
    "Forbidden",
    "InvalidArgument",
    "InvalidResponse",
    "Locked",
    "NotFound",
    "PayloadTooLarge",
    "PaymentRequired",
    "ServerError",
    "TimedOut",
    "TokenRefused",
    "TooManyRequests",
    "TransportError",
    "Unauthorized",
    "UnprocessableEntity",
    "WebhookVerificationError",
]


class TokenRefused(ClerkError):
    """A token is not accepted. `reason` is stable, and Clerk's own; `str()` says what to do.

    Neither holds the token.
    """

    # Here, and not in `clerkkit.auth`, so that the extra `auth` is not needed to name it.

    def __init__(
        self,
        reason: str,
        problem: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        status: int | None = None,
    ) -> None:
        from clerkkit.reasons import HINTS  # not needed before a token is refused

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

    def message_for(self, carrier: str | None = None) -> str:
        """One line of printable ASCII, with the reason, and the place (`header` or `cookie`) where the token was."""
        where = f", token-carrier={carrier}" if carrier else ""
        return f"{self.problem}{' ' if self.hint else ''}{self.hint} (reason={self.reason}{where})"

    @property
    def message(self) -> str:
        """What `str()` returns."""
        return self.message_for()

    def __str__(self) -> str:
        return self.message_for()


class WebhookVerificationError(ClerkError):
    """A webhook that must not be acted on; answer it with 400. `reason` is stable, the text is for people.

    Neither holds a secret, a signature or a part of the body.
    """

    def __init__(self, reason: WebhookReason, problem: str) -> None:
        super().__init__(reason, problem)
        self.reason: WebhookReason = reason
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.reason}: {self.problem}"


def __dir__() -> list[str]:
    return __all__
