"""Every exception of clerkkit: `from clerkkit.errors import NotFound`. `clerk_core.errors` shows the hierarchy."""

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
from clerkkit.drift.drift import DriftDetected

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
    """A token was rejected. `reason` is one of Clerk's stable codes; `str()` says what to do.

    Neither contains the token.
    """

    # Not in `clerkkit.auth`, so that it can be imported without the extra `auth`.

    def __init__(
        self,
        reason: str,
        problem: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        status: int | None = None,
    ) -> None:
        from clerkkit.reasons import HINTS  # only needed when a token is rejected

        super().__init__(reason, problem)
        self.reason = reason
        """One of Clerk's reason codes, such as `token-expired`."""
        self.problem = problem
        """What is wrong, in one sentence."""
        self.detail = detail
        """A more specific code if a reason has several causes: `azp-missing`, `azp-not-allowed`, ..."""
        self.hint = HINTS.get(reason, "") if hint is None else hint
        """What to do about it."""
        self.status = status
        """The HTTP status with which Clerk rejected a machine token."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.problem), vars(self)

    def message_for(self, carrier: str | None = None) -> str:
        """Return one line of printable ASCII with the reason and the token's carrier, `header` or `cookie`."""
        where = f", token-carrier={carrier}" if carrier else ""
        return f"{self.problem}{' ' if self.hint else ''}{self.hint} (reason={self.reason}{where})"

    @property
    def message(self) -> str:
        """The same as `str()`."""
        return self.message_for()

    def __str__(self) -> str:
        return self.message_for()


class WebhookVerificationError(ClerkError):
    """A webhook was rejected; respond with 400. `reason` is a stable code, `problem` is for people.

    Neither contains a secret, a signature or a part of the body.
    """

    def __init__(self, reason: WebhookReason, problem: str) -> None:
        super().__init__(reason, problem)
        self.reason: WebhookReason = reason
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.reason}: {self.problem}"


def __dir__() -> list[str]:
    return __all__
