"""Verify the email address of a sign-up with a link."""

from __future__ import annotations

from clerk_emulator.domain.contacts import email_links
from clerk_emulator.domain.contacts.email_links import Link, Visit
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.sign_up import attempts, completion, verification
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS

_FLOW = "sign_up"
_FIELD = "email_address"


def prepare(store: Store, keys: Keys, row: Json, redirect_url: str) -> Json:
    """Send a link to the email address of a sign-up, and return the sign-up. Raises ClerkAPIError."""
    attempts.require_open(row)
    name = verification.require_field(store, row, "email_link")
    verification.require_unverified(row["_verifications"].get(name))
    prepared, url = email_links.prepare(store, keys, _FLOW, row["id"], redirect_url, row["_client_id"])
    messages.send_link(store, "magic_link_sign_up", row[name], url, email_links.MINUTES)
    return verification.set_verification(store, row, name, prepared)


@email_links.flow(_FLOW)
def _visit(store: Store, link: Link, client: Json | None) -> Visit:
    attempts.abandon_idle(store)
    row = store.get(attempts.SIGN_UPS, link.owner_id)
    if row is None or row["status"] != "missing_requirements":
        return Visit("failed")
    prepared = row["_verifications"].get(_FIELD)
    failed = email_links.failure(store, link, prepared, client)
    if failed:
        return failed
    row = verification.set_verification(store, row, _FIELD, {**prepared, "status": "verified", "attempts": 1})
    row = completion.complete_if_ready(store, row, store.require(CLIENTS, row["_client_id"]))
    return Visit("verified", row["created_session_id"])
