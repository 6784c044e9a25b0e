"""Tickets that sign a user in once: sign-in tokens, actor tokens and agent tasks.

No operation of the Backend API redeems a ticket. `Emulator.redeem` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from clerk_emulator import errors
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.tokens import jwts, opaque_tokens
from clerk_emulator.domain.tokens.ticket_urls import accept_url
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import ResourceTable, Store

SIGN_IN_TOKENS = ResourceTable("sign_in_token", "sit", {"status": str}, owners={"user_id": "user"})
ACTOR_TOKENS = ResourceTable("actor_token", "act", {"status": str}, owners={"user_id": "user"})
AGENT_TASKS = ResourceTable("agent_task", "agent_task", {"status": str, "agent_name": str}, owners={"user_id": "user"})


@dataclass(frozen=True)
class _Codes:
    """Clerk's error codes for a type of ticket."""

    revoked: str
    used: str
    not_revocable: str


_KINDS = {
    SIGN_IN_TOKENS.name: (
        SIGN_IN_TOKENS,
        _Codes("sign_in_token_revoked_code", "sign_in_token_already_used_code", "sign_in_token_cannot_be_revoked_code"),
    ),
    ACTOR_TOKENS.name: (
        ACTOR_TOKENS,
        _Codes("actor_token_revoked_code", "actor_token_already_used_code", "actor_token_cannot_be_revoked_code"),
    ),
    AGENT_TASKS.name: (
        AGENT_TASKS,
        _Codes("agent_task_revoked", "agent_task_already_used", "agent_task_cannot_be_revoked"),
    ),
}


def parse_duration(body: Json, name: str, default: int) -> int:
    """Return a number of seconds in a body, or the default. Raises ClerkAPIError unless it is from 1 to ten years."""
    value: int = default if body.get(name) is None else body[name]
    if not 1 <= value <= opaque_tokens.MAX_SECONDS:
        raise errors.invalid(name, f"must be from 1 to {opaque_tokens.MAX_SECONDS}")
    return value


def issue(store: Store, keys: Keys, table: ResourceTable, row: Json, lifetime: int) -> Json:
    """Create a token that lasts `lifetime` seconds. Return it with its ticket, and the URL that redeems the ticket."""
    token = store.create(table, row)
    ticket = sign(keys, token, token["created_at"] // 1000 + lifetime)
    return {**public_fields(token), "token": ticket, "url": accept_url(store, keys, ticket)}


def sign(keys: Keys, row: Json, expires_at: int) -> str:
    """Return the ticket of a token or task. It expires at `expires_at`, in seconds since 1970."""
    claims = {"st": row["object"], "sid": row["id"], "iid": keys.instance_id, "exp": expires_at}
    return jwts.sign(keys, claims)


def revoke(store: Store, row: Json) -> Json:
    """Revoke a token or task. Raises ClerkAPIError if it is not pending."""
    kind, codes = _KINDS[row["object"]]
    if row["status"] != "pending":
        message = f"{row['id']} cannot be revoked, because its status is {row['status']}."
        raise ClerkAPIError(400, codes.not_revocable, "cannot be revoked", message)
    return store.update(kind, row, status="revoked")


def redeem(store: Store, keys: Keys, ticket: str, *, origin: str | None = None) -> Json:
    """Return the session of the user whom a ticket signs in.

    Raises ClerkAPIError for a ticket that is invalid, used, revoked or expired, and for a user who may not sign in.
    """
    row = use(store, keys, ticket)
    return session_lifecycle.start(store, row["user_id"], origin=origin, **session_arguments(row))


def use(store: Store, keys: Keys, ticket: str) -> Json:
    """Mark the token or task of a ticket as used, and return it. Raises ClerkAPIError as `require_usable` does."""
    row = require_usable(store, keys, ticket)
    kind, _ = _KINDS[row["object"]]
    return store.update(kind, row, status="accepted")


def require_usable(store: Store, keys: Keys, ticket: str) -> Json:
    """Return the token or task of a ticket.

    Raises ClerkAPIError for a ticket that is invalid, used, revoked or expired.
    """
    claims = jwts.read(keys, ticket) or {}
    kind, codes = _KINDS.get(str(claims.get("st")), (None, None))
    row = store.get(kind, claims["sid"]) if kind else None
    if kind is None or codes is None or row is None:
        raise invalid()
    if row["status"] != "pending":
        code = codes.revoked if row["status"] == "revoked" else codes.used
        raise ClerkAPIError(400, code, "cannot be used", f"{row['id']} cannot be used, because it is {row['status']}.")
    if claims["exp"] * 1000 <= store.clock.now():
        raise ClerkAPIError(400, "ticket_expired_code", "is expired", f"{row['id']} has expired.")
    return row


def invalid() -> ClerkAPIError:
    """Return the error for a ticket that the instance did not make, or not for this purpose."""
    return ClerkAPIError(400, "ticket_invalid_code", "is invalid", "The ticket is invalid.")


def session_arguments(row: Json) -> Json:
    """Return what a token or task says about the session that it starts, as arguments of `session_lifecycle.start`."""
    return {
        "organization_id": row.get("_org_id"),
        "actor": row.get("_actor"),
        "seconds": row.get("_session_seconds"),
    }
