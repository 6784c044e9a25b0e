"""Verify the first factor of a sign-in with a link in an email."""

from __future__ import annotations

from clerk_emulator.domain.access import origins
from clerk_emulator.domain.contacts import email_links
from clerk_emulator.domain.contacts.email_links import Link, Visit
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.sign_in import attempts
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import SIGN_INS

_FLOW = "sign_in"


def prepare(store: Store, keys: Keys, row: Json, factor: Json, redirect_url: str | None) -> Json:
    """Send a link to the email address of a factor, and return the sign-in. Raises ClerkAPIError."""
    url = origins.require_redirect_url(store, redirect_url)
    address = identifications.require(store, "email_address", factor["email_address_id"])
    prepared, link = email_links.prepare(store, keys, _FLOW, row["id"], url, row["_client_id"])
    messages.send_link(
        store,
        "magic_link_sign_in",
        address["_identifier"],
        link,
        email_links.MINUTES,
        user_id=address["_user_id"],
        email_address_id=address["id"],
    )
    return store.update(SIGN_INS, row, _first_factor=prepared)


@email_links.flow(_FLOW)
def _visit(store: Store, link: Link, client: Json | None) -> Visit:
    row = store.get(SIGN_INS, link.owner_id)
    if row is None or attempts.abandon_if_idle(store, row)["status"] != "needs_first_factor":
        return Visit("failed")
    failed = email_links.failure(store, link, row["_first_factor"], client)
    if failed:
        return failed
    try:
        attempts.require_user(store, row)
    except ClerkAPIError:
        return Visit("failed")
    # The session is that of the browser that has asked for the link, and polls the sign-in.
    row = attempts.pass_first_factor(store, row, {**row["_first_factor"], "status": "verified", "attempts": 1})
    return Visit("verified", row["created_session_id"])
