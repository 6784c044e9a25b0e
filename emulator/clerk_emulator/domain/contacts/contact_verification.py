"""Users verify their own email addresses and phone numbers with the code or link that was sent there."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.contacts import email_links, verification_codes
from clerk_emulator.domain.contacts.email_links import Link, Visit
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import refresh_primary_identifiers, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.settings import ATTRIBUTES
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

MAX_UNVERIFIED = 10
"""How many unverified addresses or numbers a user may have. Clerk does not publish the number; our choice."""

STRATEGIES = {"email_address": "email_code", "phone_number": "phone_code"}
"""The strategy with a code for each kind of contact."""

_FLOW = "email_address"


def require_may_add(store: Store, user: Json, kind: str) -> None:
    """Raise Clerk's error if the instance does not have a kind of contact, or too many are unverified."""
    if not ATTRIBUTES.value(store, kind)["enabled"]:
        raise errors.unknown(kind)
    rows = identifications.of_user(store, user["id"])
    unverified = [one for one in rows if one["object"] == kind and not identifications.is_verified(one)]
    if len(unverified) >= MAX_UNVERIFIED:
        message = f"The user already has {MAX_UNVERIFIED} that are not verified."
        raise ClerkAPIError(400, "too_many_unverified_identifications", "too many", message)


def prepare(store: Store, row: Json, strategy: str) -> Json:
    """Send a code to an email address or phone number, and return it. Raises ClerkAPIError."""
    if strategy != STRATEGIES[row["object"]]:
        raise _wrong_strategy(row, strategy)
    _require_unverified(row)
    verification = verification_codes.prepare(
        store, strategy, row["object"], row["_identifier"], row.get("_verification")
    )
    messages.send_code(store, row, verification["_code"])
    return _store(store, row, verification)


def prepare_link(store: Store, keys: Keys, row: Json, redirect_url: str, client_id: str) -> Json:
    """Send a link to an email address, and return it. `redirect_url` is where the link leads. Raises ClerkAPIError."""
    if "email_link" not in ATTRIBUTES.value(store, "email_address")["verifications"]:
        raise _wrong_strategy(row, "email_link")
    _require_unverified(row)
    verification, url = email_links.prepare(store, keys, _FLOW, row["id"], redirect_url, client_id)
    address, user_id = row["_identifier"], row["_user_id"]
    ids = {"user_id": user_id, "email_address_id": row["id"]}
    messages.send_link(store, "magic_link_user_profile", address, url, email_links.MINUTES, **ids)
    return _store(store, row, verification)


@email_links.flow(_FLOW)
def open_link(store: Store, link: Link, client: Json | None) -> Visit:
    """Verify an email address whose link was opened."""
    row = store.get(IDENTIFICATIONS, link.owner_id)
    verification = row and row.get("_verification")
    failed = email_links.failure(store, link, verification, client)
    if failed or not row or not verification:
        return failed or Visit("failed")
    _complete(store, _store(store, row, {**verification, "status": "verified"}))
    return Visit("verified")


def attempt(store: Store, row: Json, code: str) -> Json:
    """Verify an email address or phone number with its code, and return it.

    Raises ClerkAPIError for a wrong code, which counts as an attempt, and for one that has expired or was never sent.
    """
    _require_unverified(row)
    prepared = row.get("_verification")
    with_code = prepared if prepared and prepared["strategy"] == STRATEGIES[row["object"]] else None
    verification, error = verification_codes.attempt(store, with_code, code)
    row = _store(store, row, verification)
    if error:
        raise error
    return _complete(store, row)


def _complete(store: Store, row: Json) -> Json:
    row = store.update(IDENTIFICATIONS, row, reserved=False)
    update_user(store, refresh_primary_identifiers(store, store.require(USERS, row["_user_id"])))
    return row


def _store(store: Store, row: Json, verification: Json) -> Json:
    # The code stays private: both APIs show `verification`.
    shown = verification_codes.serialize(store, verification)
    return store.update(IDENTIFICATIONS, row, verification=shown, _verification=verification)


def _require_unverified(row: Json) -> None:
    if identifications.is_verified(row):
        message = "This is already verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)


def _wrong_strategy(row: Json, strategy: str) -> ClerkAPIError:
    message = f"{row['_identifier']} cannot be verified with {strategy}."
    return ClerkAPIError(400, "verification_strategy_invalid", "is invalid", message, param_name="strategy")
