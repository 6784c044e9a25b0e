"""Invitations to the application: create, expire and accept them."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import formats, metadata
from clerk_emulator.domain.invitations import waitlist
from clerk_emulator.domain.invitations.expiration import expire_pending
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.tokens.ticket_urls import invitation_url
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import INVITATIONS, WAITLIST_ENTRIES

DEFAULT_DAYS = 30
_DAY = 24 * 3600 * 1000

_CLOSED = {
    "accepted": ("invitation_already_accepted", "already accepted"),
    "revoked": ("invitation_already_revoked", "already revoked"),
    "expired": ("ticket_expired_code", "expired"),
}


def invite(store: Store, keys: Keys, body: Json, *, ignore_invitation: bool = False, ignore_user: bool = False) -> Json:
    """Invite an email address, and return the invitation; `body` is that of `POST /invitations`. Call `send` then.

    Raises ClerkAPIError if a user has the address or it is already invited, unless these are to be ignored.
    """
    address = formats.email("email_address", body["email_address"])
    public_metadata = metadata.validate("public_metadata", body.get("public_metadata") or {})
    redirect_url = formats.url("redirect_url", body["redirect_url"], schemes=()) if body.get("redirect_url") else None
    if not ignore_user and identifications.find(store, "email_address", address):
        raise errors.identifier_exists("email_address")
    if not ignore_invitation and pending(store, address):
        raise duplicate(address)
    invitation_id = store.ids.new(INVITATIONS.prefix)
    now = store.clock.now()
    expires_at = now + (body.get("expires_in_days") or DEFAULT_DAYS) * _DAY
    return store.create(
        INVITATIONS,
        {
            "id": invitation_id,
            "email_address": address,
            "public_metadata": public_metadata,
            "status": "pending",
            "created_at": now,
            "expires_at": expires_at,
            "url": invitation_url(store, keys, "invitation", invitation_id, expires_at, redirect_url),
        },
    )


def send(store: Store, invitation: Json, slug: str | None = None) -> None:
    """Send an invitation by email, with the template `slug`."""
    values = {"action_url": invitation["url"], "invitation": {"expires_at": invitation["expires_at"]}}
    messages.send_email(store, slug or "invitation", invitation["email_address"], values)


def expire(store: Store) -> None:
    """Set the status of expired invitations. Call it before reading invitations."""
    expire_pending(store, INVITATIONS)


def pending(store: Store, address: str) -> Json | None:
    """Return the pending invitation of an address, or None."""
    expire(store)
    return store.find(INVITATIONS, INVITATIONS.c.email_address == address, INVITATIONS.c.status == "pending")


def duplicate(*addresses: str) -> ClerkAPIError:
    """Return the error for addresses that are already invited, or twice in one request."""
    message = f"There are already invitations for {', '.join(addresses)}."
    return ClerkAPIError(400, "duplicate_record", "is a duplicate", message, email_addresses=list(addresses))


def not_pending(row: Json) -> ClerkAPIError:
    """Return the error for an invitation that was accepted or revoked, or has expired."""
    code, why = _CLOSED[row["status"]]
    return ClerkAPIError(400, code, why, f"The invitation is {why}.")


def sign_up_parameters(store: Store, invitation_id: str, body: Json) -> Json:
    """Return the body of `POST /users` for the invited person, with the invitation's address and metadata.

    `body` has further parameters. Raises ClerkAPIError if the invitation is not pending.
    """
    expire(store)
    row = store.require(INVITATIONS, invitation_id)
    if row["status"] != "pending":
        raise not_pending(row)
    return {
        **body,
        "email_address": [row["email_address"], *body.get("email_address", ())],
        "public_metadata": metadata.merge(row["public_metadata"], body.get("public_metadata", {})),
    }


def accept(store: Store, invitation_id: str) -> None:
    """Mark an invitation as accepted after the person has signed up, and complete their waitlist entry."""
    row = store.require(INVITATIONS, invitation_id)
    store.update(INVITATIONS, row, status="accepted")
    for entry in store.all(WAITLIST_ENTRIES, WAITLIST_ENTRIES.c.email_address == row["email_address"]):
        waitlist.record_entry(store, "waitlistEntry.updated", store.update(WAITLIST_ENTRIES, entry, status="completed"))
