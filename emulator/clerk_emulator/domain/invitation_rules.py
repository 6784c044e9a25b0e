"""Invitations to the application: how they are made and expire. No mail is sent of any.

The operations are in `operations/invitations.py`.
"""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import identifications, signed_tokens, value_rules
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import INVITATIONS

DEFAULT_DAYS = 30
_DAY = 24 * 3600 * 1000

_REFUSALS = {
    "accepted": ("invitation_already_accepted", "already accepted"),
    "revoked": ("invitation_already_revoked", "already revoked"),
    "expired": ("ticket_expired_code", "expired"),
}


def invite(
    store: Store, keys: Keys, body: Json, *, despite_invitation: bool = False, despite_user: bool = False
) -> Json:
    """Invite an email address; `body` is what `POST /invitations` takes.

    Raises Refusal where the address has a user or is invited already, unless it is to be done despite that.
    """
    address = value_rules.email("email_address", body["email_address"])
    metadata = value_rules.metadata("public_metadata", body.get("public_metadata") or {})
    redirect_url = (
        value_rules.url("redirect_url", body["redirect_url"], schemes=()) if body.get("redirect_url") else None
    )
    if not despite_user and identifications.find(store, "email_address", address):
        raise errors.taken("email_address")
    if not despite_invitation and pending(store, address):
        raise duplicate(address)
    invitation_id = store.ids.new(INVITATIONS.prefix)
    now = store.clock.now()
    expires_at = now + (body.get("expires_in_days") or DEFAULT_DAYS) * _DAY
    return store.create(
        INVITATIONS,
        {
            "id": invitation_id,
            "email_address": address,
            "public_metadata": metadata,
            "status": "pending",
            "created_at": now,
            "expires_at": expires_at,
            "url": f"{keys.issuer}/v1/tickets/accept?ticket={_ticket(keys, invitation_id, expires_at, redirect_url)}",
        },
    )


def _ticket(keys: Keys, invitation_id: str, expires_at: int, redirect_url: str | None) -> str:
    claims = {
        "st": "invitation",
        "sid": invitation_id,
        "iid": keys.instance_id,
        "exp": expires_at // 1000,
        **({"rurl": redirect_url} if redirect_url else {}),
    }
    return signed_tokens.sign(keys, claims)


def expire(store: Store) -> None:
    """Let the invitations expire whose time is over. Whoever reads invitations does this first."""
    store.update_all(
        INVITATIONS,
        INVITATIONS.c.status == "pending",
        INVITATIONS.c.expires_at <= store.clock.now(),
        status="expired",
    )


def pending(store: Store, address: str) -> Json | None:
    """The invitation of an address that waits to be accepted, if there is one."""
    expire(store)
    return store.find(INVITATIONS, INVITATIONS.c.email_address == address, INVITATIONS.c.status == "pending")


def duplicate(*addresses: str) -> Refusal:
    """These addresses are invited already, or twice."""
    message = f"There are invitations already for {', '.join(addresses)}."
    return Refusal(400, "duplicate_record", "is a duplicate", message, email_addresses=list(addresses))


def over(row: Json) -> Refusal:
    """The invitation has been accepted or revoked, or is expired, and nothing can be done with it."""
    code, why = _REFUSALS[row["status"]]
    return Refusal(400, code, why, f"The invitation is {why}.")
