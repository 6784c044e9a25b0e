"""Users verify their own email addresses and phone numbers with the code that was sent there."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import identifications, messages, verification_codes
from clerk_emulator.domain.user_accounts import refresh_primary_identifiers, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import ATTRIBUTES
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

MAX_UNVERIFIED = 10
"""How many unverified addresses or numbers a user may have. Clerk does not publish the number; our choice."""

STRATEGIES = {"email_address": "email_code", "phone_number": "phone_code"}


def require_may_add(store: Store, user: Json, kind: str) -> None:
    """Raise Clerk's error if the instance does not have a kind of contact, or too many are unverified."""
    if not ATTRIBUTES.read(store)[kind]["enabled"]:
        raise errors.unknown(kind)
    rows = identifications.of_user(store, user["id"])
    unverified = [one for one in rows if one["object"] == kind and not identifications.is_verified(one)]
    if len(unverified) >= MAX_UNVERIFIED:
        message = f"The user already has {MAX_UNVERIFIED} that are not verified."
        raise ClerkAPIError(400, "too_many_unverified_identifications", "too many", message)


def prepare(store: Store, row: Json, strategy: str) -> Json:
    """Send a code to an email address or phone number, and return it. Raises ClerkAPIError."""
    if strategy != STRATEGIES[row["object"]]:
        message = f"{row['_identifier']} cannot be verified with {strategy}."
        raise ClerkAPIError(400, "verification_strategy_invalid", "is invalid", message, param_name="strategy")
    _require_unverified(row)
    verification = verification_codes.prepare(
        store, strategy, row["object"], row["_identifier"], row.get("_verification")
    )
    messages.send_code(store, row, verification["_code"])
    return _store(store, row, verification)


def attempt(store: Store, row: Json, code: str) -> Json:
    """Verify an email address or phone number with its code, and return it.

    Raises ClerkAPIError for a wrong code, which counts as an attempt, and for one that has expired or was never sent.
    """
    _require_unverified(row)
    verification, error = verification_codes.attempt(store, row.get("_verification"), code)
    row = _store(store, row, verification)
    if error:
        raise error
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
