"""The signature of a webhook: HMAC-SHA256 over id, timestamp and body, as Svix and Standard Webhooks have it.

The package `standardwebhooks` would be the natural choice, and does not serve: its verification has neither clock nor
tolerance to set, knows only `webhook-...` headers and one secret, raises ValueError for a malformed entry even where a
good one follows, and decodes the body before it is known to be Clerk's. What is left is the one line below.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
from collections.abc import Collection, Iterable

from clerk_core.guards import is_items
from clerkkit.errors import WebhookVerificationError

SECRET_VARIABLE = "CLERK_WEBHOOK_SIGNING_SECRET"  # noqa: S105  # the variable's name
SECRET_PREFIX = "whsec_"  # noqa: S105  # what secrets begin with
VERSION = "v1,"


def keys(secret: str | Collection[str] | None) -> list[bytes]:
    """The keys in the secrets that were given, or in that of the environment.

    Raises:
        WebhookVerificationError: `secret-missing` or `secret-invalid`.
    """
    given = os.environ.get(SECRET_VARIABLE) if secret is None else secret
    secrets: list[object] = [*given] if is_items(given) else [given]
    if not secrets or None in secrets or "" in secrets:
        problem = f"pass the signing secret of the endpoint (Clerk Dashboard, Webhooks), or set {SECRET_VARIABLE}"
        raise WebhookVerificationError("secret-missing", problem)
    return [_key(one) for one in secrets]


def _key(secret: object) -> bytes:
    key = b""
    if isinstance(secret, str):
        encoded = secret.removeprefix(SECRET_PREFIX)
        with contextlib.suppress(ValueError):
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    if not key:  # an empty key is one that everybody has
        raise WebhookVerificationError(
            "secret-invalid", f"expected {SECRET_PREFIX}... as the Clerk Dashboard shows it, in base64 without blanks"
        )
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The entry of the signature header for one key."""
    # Headers may hold what UTF-8 cannot: it is signed by nobody, and must not raise.
    content = f"{message_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    return VERSION + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def is_signed(entries: str, expected: Iterable[str]) -> bool:
    """Whether an entry of a signature header is one of those expected. Entries of other versions match none."""
    # A comparison takes the same time wherever the first difference is: it must not help to guess.
    given = [entry.encode("utf-8", "surrogatepass") for entry in entries.split(" ")]
    return any(hmac.compare_digest(good.encode(), entry) for good in expected for entry in given)
