"""Signed webhooks."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from clerkkit.webhooks.signing import SECRET_PREFIX, decode_secrets, sign


@dataclass(frozen=True)
class SignedWebhook:
    """A webhook for the application under test, and the secret to verify it with."""

    body: bytes
    headers: dict[str, str]
    secret: str | Collection[str] = field(repr=False)


def webhook_secret() -> str:
    """Return a new signing secret in the form that the Clerk Dashboard shows."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signed_webhook(
    event: Mapping[str, object] | bytes,
    secret: str | Collection[str] | None = None,
    *,
    message_id: str | None = None,
    now: float | None = None,
) -> SignedWebhook:
    """Return a signed delivery of an event, such as `{"type": "user.created", "data": {"id": "user_1"}}`.

    Args:
        event: The event. The other keys of Clerk's events are added if they are missing; bytes are sent unchanged.
        secret: The signing secret. Several secrets create several signatures. Default: a new secret.
        message_id: The id of the message. Repeat that of an earlier message to test a redelivery.
        now: The time of the delivery as Unix time in seconds. Default: the machine's clock.

    Raises:
        WebhookVerificationError: the secret is malformed.
    """
    seconds = time.time() if now is None else now
    body = event if isinstance(event, bytes) else _body(event, seconds)
    used = webhook_secret() if secret is None else secret
    name = message_id or f"msg_{secrets.token_hex(14)}"
    headers = {
        "content-type": "application/json",
        "svix-id": name,
        "svix-timestamp": str(int(seconds)),
        "svix-signature": " ".join(sign(key, name, int(seconds), body) for key in decode_secrets(used)),
    }
    return SignedWebhook(body, headers, used)


def _body(event: Mapping[str, object], seconds: float) -> bytes:
    added = {"object": "event", "instance_id": "ins_test", "timestamp": int(seconds * 1000)}
    return json.dumps({**added, **event}, ensure_ascii=False, separators=(",", ":")).encode()
