"""The rules that API keys, M2M tokens and OAuth access tokens share: secrets that expire and can be revoked.

Their rows have `_secret`, `revoked`, `revocation_reason` and `expiration` (milliseconds, or null for never).
"""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.storage import sql
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import ResourceTable, Store, Where

COLUMNS = {"secret": str, "revoked": bool, "expiration": int}
NEW_TOKEN: Json = {"revoked": False, "revocation_reason": None, "last_used_at": None}
MAX_SECONDS = 315_360_000
"""Maximum lifetime in seconds: ten years, which is Clerk's limit for other tokens. Our choice."""


def expiration(store: Store, name: str, seconds: float | None) -> int | None:
    """Return the expiration of a token with this lifetime. Raises ClerkAPIError if it is too long.

    `name` is the parameter's name in the error.
    """
    if seconds is None:
        return None
    if seconds > MAX_SECONDS:
        raise errors.invalid(name, f"must be at most {MAX_SECONDS}")
    return store.clock.now() + round(seconds * 1000)


def unexpired(store: Store, table: ResourceTable) -> Where:
    """Return the condition that a token has not expired."""
    return sql.or_(table.c.expiration.is_(None), table.c.expiration > store.clock.now())


def serialize(store: Store, row: Json) -> Json:
    """Return a token as the API returns it, without its secret."""
    end = row["expiration"]
    return {**public_fields(row), "expired": end is not None and end <= store.clock.now()}


def revoke(store: Store, table: ResourceTable, row: Json, reason: str | None) -> Json:
    """Revoke a token, and return it. A token that is already revoked does not change."""
    if not row["revoked"]:
        row = store.update(table, row, revoked=True, revocation_reason=reason)
    return row


def require_valid(store: Store, table: ResourceTable, secret: str) -> Json:
    """Return the valid token with this secret. Raises Clerk's 404 if there is none.

    Clerk's SDKs accept every response of 200, and take only 404 for an invalid secret. So revoked and expired tokens
    are 404 too.
    """
    row = store.find(table, table.c.secret == secret, ~table.c.revoked, unexpired(store, table))
    if row is None:
        raise invalid_secret(table.name)
    return row


def mark_used(store: Store, table: ResourceTable, row: Json) -> Json:
    """Set `last_used_at` to now, and return the token."""
    return store.update(table, row, last_used_at=store.clock.now(), updated_at=row["updated_at"])


def invalid_secret(name: str) -> ClerkAPIError:
    """Return the error for a secret of no valid token. It does not contain the secret."""
    message = f"There is no valid {name.replace('_', ' ')} with this secret."
    return ClerkAPIError(404, "resource_not_found", "not found", message)


def parse_claims(body: Json) -> Json | None:
    """Return the claims in a body: an object or None. The contract allows any value."""
    claims: Any = body.get("claims")
    if claims is None or is_object(claims):
        return claims
    raise errors.wrong_type("claims", "an object")
