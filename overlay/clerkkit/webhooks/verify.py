"""One webhook: signature, age, and then the event."""

from __future__ import annotations

import contextlib
import json
import math
import re
import time
from collections.abc import Collection
from typing import Any

from clerk_bapi.events import WebhookEvent, read_event
from clerk_core.guards import is_object
from clerkkit.errors import WebhookVerificationError
from clerkkit.webhooks.headers import Headers, signed_headers
from clerkkit.webhooks.signing import is_signed, keys, signature

TOLERANCE = 300
"""Seconds, Svix's own choice."""

_NEVER = 10**15
_SECONDS = re.compile(r"[+-]?[0-9]{1,15}(?![0-9])")
"""The whole seconds that a timestamp begins with; Clerk's own helper reads no more of it, and signs no more."""


def verify_webhook(
    body: bytes | bytearray,
    headers: Headers,
    secret: str | Collection[str] | None = None,
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> WebhookEvent:
    """The event of a webhook that Clerk has signed. An event of an unknown type is a plain `Model` with all its keys.

    Clerk may deliver a message more than once: the header `svix-id` is the same each time.

    Args:
        body: The request's body as it came, before anything has parsed it.
        headers: The request's headers, in any of the forms that frameworks give them.
        secret: The endpoint's signing secret, `whsec_...`; several while it is rotated. By default
            `CLERK_WEBHOOK_SIGNING_SECRET` of the environment.
        tolerance: Seconds that the message's timestamp may lie before or after now; `math.inf` for any.
        now: Unix time in seconds; by default this machine's clock.

    Raises:
        WebhookVerificationError: the request is not from Clerk, is too old, or cannot be read; `reason` says which.
    """
    signing_keys = keys(secret)
    seconds = _whole_now(now)
    if not _is_number(tolerance) or not tolerance >= 0:
        raise WebhookVerificationError("option-invalid", "tolerance: expected seconds, 0 or more")
    content = _raw(body)
    signed = signed_headers(headers)
    timestamp = _timestamp(signed.timestamp)
    if seconds - timestamp > tolerance:
        problem = "the message was sent too long ago: a replay, or this machine's clock is fast"
        raise WebhookVerificationError("timestamp-too-old", problem)
    if timestamp - seconds > tolerance:
        problem = "the message is of the future: this machine's clock is slow"
        raise WebhookVerificationError("timestamp-too-new", problem)
    expected = [signature(key, signed.message_id, timestamp, content) for key in signing_keys]
    if not is_signed(signed.signature, expected):
        raise WebhookVerificationError(
            "signature-mismatch", "the secret is that of another endpoint, or the body is not what came, byte for byte"
        )
    return read_event(_parsed(content))


def _whole_now(now: float | None) -> int:
    seconds = time.time() if now is None else now
    if not _is_number(seconds) or not abs(seconds) < _NEVER:
        raise WebhookVerificationError("option-invalid", "now: expected a Unix time in seconds")
    return math.floor(seconds)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _raw(body: object) -> bytes:
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    raise WebhookVerificationError(
        "body-not-raw",
        f"expected the bytes as they came, not {type(body).__name__}: `await request.body()` in FastAPI and Starlette, "
        "`request.body` in Django, `request.get_data()` in Flask; what was parsed and written anew was not signed",
    )


def _timestamp(text: str) -> int:
    found = _SECONDS.match(text)
    if not found:
        raise WebhookVerificationError("timestamp-invalid", "the timestamp is no Unix time in seconds")
    return int(found[0])


def _parsed(content: bytes) -> dict[str, Any]:
    value: object = None
    with contextlib.suppress(ValueError, RecursionError):  # those quote the body
        value = json.loads(content.decode())
    if not is_object(value):
        raise WebhookVerificationError("body-invalid", "the body is signed, and is no JSON object in UTF-8")
    return value
