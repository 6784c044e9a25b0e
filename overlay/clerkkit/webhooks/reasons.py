"""Why a webhook is refused."""

from __future__ import annotations

from typing import Literal, TypeAlias

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
