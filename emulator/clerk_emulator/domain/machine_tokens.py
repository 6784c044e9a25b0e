"""What API keys, tokens of machines and OAuth access tokens have in common: secrets that end, and can be revoked.

Each is kept with its `_secret`, and with `revoked`, `revocation_reason` and `expiration` (milliseconds, null
for never).
"""

from __future__ import annotations

from typing import Any, cast

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, shown
from clerk_emulator.storage.store import Kind, Store, Where

COLUMNS = {"secret": str, "revoked": bool, "expiration": int}
NEW: Json = {"revoked": False, "revocation_reason": None, "last_used_at": None}
LONGEST = 315_360_000
"""Seconds that anything may live here, ten years: Clerk's bound for other tokens, and the choice of this emulator."""


def expiration(store: Store, name: str, seconds: float | None) -> int | None:
    """When what lives for `seconds` from now on ends. Raises for too many; `name` is the parameter's."""
    if seconds is None:
        return None
    if seconds > LONGEST:
        raise errors.invalid(name, f"must be at most {LONGEST}")
    return store.clock.now() + round(seconds * 1000)


def unexpired(store: Store, kind: Kind) -> Where:
    """The condition for those that have not ended."""
    return sa.or_(kind.c.expiration.is_(None), kind.c.expiration > store.clock.now())


def show(call: Call, row: Json) -> Json:
    """One as the API answers it, without its secret."""
    end = row["expiration"]
    return {**shown(row), "expired": end is not None and end <= call.clock.now()}


def revoke(call: Call, kind: Kind, row: Json) -> Json:
    """Revoke one, for the reason in the body. It is final: of one that is revoked already nothing changes."""
    if not row["revoked"]:
        row = call.store.update(kind, row, revoked=True, revocation_reason=call.body.get("revocation_reason"))
    return row


def verified(call: Call, kind: Kind, secret: str) -> Json:
    """The one that has this secret, and is valid. Raises where there is none.

    Clerk's SDKs take any answer of 200 for a proof, and 404 alone for a bad secret; so it is 404 for revoked and
    expired ones, too.
    """
    row = call.store.find(kind, kind.c.secret == secret, ~kind.c.revoked, unexpired(call.store, kind))
    if row is None:
        raise unverified(kind.name)
    return row


def used(call: Call, kind: Kind, row: Json) -> Json:
    """One that was used just now."""
    return call.store.update(kind, row, last_used_at=call.clock.now(), updated_at=row["updated_at"])


def unverified(name: str) -> Refusal:
    """No valid one of this kind has the secret that was shown, which the error does not repeat."""
    message = f"There is no valid {name.replace('_', ' ')} with this secret."
    return Refusal(404, "resource_not_found", "not found", message)


def claims(body: Json) -> Json | None:
    """The claims in a body: an object, or null. The contract would let anything pass."""
    value: Any = body.get("claims")
    if value is not None and not isinstance(value, dict):
        raise errors.wrong_type("claims", "an object")
    return cast(Json | None, value)
