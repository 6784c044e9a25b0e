"""Signs webhooks: HMAC-SHA256 over id, timestamp and body, as Svix and Standard Webhooks specify.

The package `standardwebhooks` does not fit: its verification takes neither a clock nor a tolerance, supports only
`webhook-...` headers and one secret, raises ValueError for a malformed entry even if a good one follows, and decodes
the body before its signature is verified.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
from collections.abc import Collection, Iterable

from clerk_core.guards import is_collection
from clerkkit.errors import WebhookVerificationError

SECRET_VARIABLE = "CLERK_WEBHOOK_SIGNING_SECRET"  # noqa: S105  # the name of the variable
SECRET_PREFIX = "whsec_"  # noqa: S105  # the prefix of secrets
_VERSION = "v1,"


def decode_secrets(secret: str | Collection[str] | None) -> list[bytes]:
    """Return the keys of one or several secrets, or of the one in the environment if `secret` is None.

    Raises:
        WebhookVerificationError: `secret-missing` or `secret-invalid`.
    """
    given = os.environ.get(SECRET_VARIABLE) if secret is None else secret
    secrets: list[object] = [*given] if is_collection(given) else [given]
    if not secrets or None in secrets or "" in secrets:
        problem = f"pass the signing secret of the endpoint (Clerk Dashboard, Webhooks), or set {SECRET_VARIABLE}"
        raise WebhookVerificationError("secret-missing", problem)
    return [_decode_secret(one) for one in secrets]


def _decode_secret(secret: object) -> bytes:
    key = b""
    if isinstance(secret, str):
        encoded = secret.removeprefix(SECRET_PREFIX)
        with contextlib.suppress(ValueError):
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    if not key:  # with an empty key, anybody could sign
        problem = f"expected {SECRET_PREFIX}... as the Clerk Dashboard shows it: base64 without whitespace"
        raise WebhookVerificationError("secret-invalid", problem)
    return key


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return an entry of the signature header."""
    # A header may contain text that UTF-8 cannot encode. No signature matches it, and it must not raise.
    content = f"{message_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    return _VERSION + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def has_valid_entry(signature_header: str, valid_entries: Iterable[str]) -> bool:
    """Return whether a signature header has a valid entry. Entries of other versions are ignored.

    Entries are compared in constant time.
    """
    entries = [entry.encode("utf-8", "surrogatepass") for entry in signature_header.split(" ")]
    return any(hmac.compare_digest(valid.encode(), entry) for valid in valid_entries for entry in entries)
