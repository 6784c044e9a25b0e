"""Verifies a webhook: secret, headers, timestamp, signature, and finally the event."""

from __future__ import annotations

import contextlib
import json
import math
import re
import time
from collections.abc import Collection
from typing import Any

from clerk_bapi.events import WebhookEvent, read_event
from clerk_core.guards import is_number, is_object
from clerk_core.tracebacks import hides_locals
from clerkkit.errors import WebhookVerificationError
from clerkkit.webhooks.headers import Headers, read_signed_headers
from clerkkit.webhooks.signing import decode_secrets, has_valid_entry, sign

TOLERANCE = 300
"""Seconds; the same as Svix's."""

_MAX_TIME = 10**15
_SECONDS = re.compile(r"[+-]?[0-9]{1,15}(?![0-9])")
"""The whole seconds at the start of a timestamp. Clerk's own helper ignores, and does not sign, what follows."""


@hides_locals
def verify_webhook(
    body: bytes | bytearray,
    headers: Headers,
    secret: str | Collection[str] | None = None,
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> WebhookEvent:
    """Verify a webhook and return its event. An event of an unknown type is a plain `Model` with all its keys.

    Clerk may deliver a message more than once, each time with the same header `svix-id`.

    Args:
        body: The raw body of the request, before it is parsed.
        headers: The headers of the request, in the form of any framework.
        secret: The endpoint's signing secret, `whsec_...`, or several during a rotation. Default: the environment's
            `CLERK_WEBHOOK_SIGNING_SECRET`.
        tolerance: Seconds by which the timestamp may differ from `now`; `math.inf` for any time.
        now: Unix time in seconds. Default: this machine's clock.

    Raises:
        WebhookVerificationError: the request was not signed by Clerk, is too old, or is malformed; see its `reason`.
    """
    keys = decode_secrets(secret)
    seconds = _read_now(now)
    if not is_number(tolerance) or not tolerance >= 0:
        raise WebhookVerificationError("option-invalid", "tolerance: expected seconds, 0 or more")
    content = _read_body(body)
    signed = read_signed_headers(headers)
    timestamp = _read_timestamp(signed.timestamp)
    if seconds - timestamp > tolerance:
        problem = "the message was sent too long ago: it is a replay, or this machine's clock is fast"
        raise WebhookVerificationError("timestamp-too-old", problem)
    if timestamp - seconds > tolerance:
        problem = "the message's timestamp is in the future: this machine's clock is slow"
        raise WebhookVerificationError("timestamp-too-new", problem)
    if not has_valid_entry(signed.signature, [sign(key, signed.message_id, timestamp, content) for key in keys]):
        problem = "the secret belongs to another endpoint, or the body is not the one that was sent, byte for byte"
        raise WebhookVerificationError("signature-mismatch", problem)
    return read_event(_parse_body(content))


def _read_now(now: float | None) -> int:
    seconds = time.time() if now is None else now
    if not is_number(seconds) or not abs(seconds) < _MAX_TIME:
        raise WebhookVerificationError("option-invalid", "now: expected a Unix time in seconds")
    return math.floor(seconds)


def _read_body(body: object) -> bytes:
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    raise WebhookVerificationError(
        "body-not-raw",
        f"expected the raw bytes, not {type(body).__name__}: `await request.body()` in FastAPI and Starlette, "
        "`request.body` in Django, `request.get_data()` in Flask; the signature does not cover a re-serialized body",
    )


def _read_timestamp(text: str) -> int:
    match = _SECONDS.match(text)
    if not match:
        raise WebhookVerificationError("timestamp-invalid", "the timestamp is not a Unix time in seconds")
    return int(match[0])


def _parse_body(content: bytes) -> dict[str, Any]:
    value: object = None
    with contextlib.suppress(ValueError, RecursionError):  # their texts quote the body
        value = json.loads(content.decode())
    if not is_object(value):
        raise WebhookVerificationError("body-invalid", "the body is signed, but is not a JSON object in UTF-8")
    return value
