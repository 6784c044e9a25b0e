"""Sign webhooks as Svix does, which delivers them for Clerk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
_KEY_BYTES = 24


def new_secret() -> str:
    """Return a new signing secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def validate_secret(secret: object) -> str:
    """Return a signing secret. Raises ValueError unless it is `whsec_` and base64."""
    if not isinstance(secret, str) or not secret.startswith(PREFIX):
        raise ValueError(f"secret: must begin with {PREFIX}")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError(f"secret: must be base64 after {PREFIX}")
    return secret


def headers(signing_secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of a webhook: one signature for each secret. `timestamp` is in seconds."""
    signatures = [f"v1,{_signature(secret, message_id, timestamp, body)}" for secret in signing_secrets]
    return {
        "svix-id": message_id,
        "svix-timestamp": str(timestamp),
        "svix-signature": " ".join(signatures),
    }


def _signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()
