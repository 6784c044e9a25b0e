"""Webhooks, signed."""

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
    """What to send to the application under test, and the secret that it must know."""

    body: bytes
    headers: dict[str, str]
    secret: str | Collection[str] = field(repr=False)


def webhook_secret() -> str:
    """A new signing secret, as the Clerk Dashboard would show it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signed_webhook(
    event: Mapping[str, object] | bytes,
    secret: str | Collection[str] | None = None,
    *,
    message_id: str | None = None,
    now: float | None = None,
) -> SignedWebhook:
    """A delivery of `event`, such as `{"type": "user.created", "data": {"id": "user_1"}}`.

    Args:
        event: What else Clerk sends with each event is added, unless it is there; bytes are sent as they are.
        secret: What to sign with, a new one by default; with several, the message has a signature of each.
        message_id: That of an earlier message, to deliver it again.
        now: Unix time in seconds when it is sent; by default this machine's clock.

    Raises:
        WebhookVerificationError: the secret is none.
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
