"""Why a webhook was refused."""

from __future__ import annotations

from typing import Literal, TypeAlias

from clerk_core import ClerkError

Reason: TypeAlias = Literal[
    "secret-missing",
    "secret-invalid",
    "option-invalid",
    "body-not-raw",
    "headers-invalid",
    "headers-missing",
    "timestamp-invalid",
    "timestamp-too-old",
    "timestamp-too-new",
    "signature-mismatch",
    "body-invalid",
]
"""`secret-...` and `option-invalid` are mistakes of the receiver's settings, `body-not-raw` and `headers-invalid` of
its code; the others are about the request."""


class WebhookVerificationError(ClerkError):
    """A webhook that must not be acted on; answer it with 400. `reason` is stable, the text is for people.

    Neither holds a secret, a signature or a part of the body.
    """

    def __init__(self, reason: Reason, problem: str) -> None:
        super().__init__(reason, problem)
        self.reason: Reason = reason
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.reason}: {self.problem}"
