"""Create, verify, replace and delete email addresses and phone numbers, which have the same rules."""

from __future__ import annotations

from typing import Literal

from clerk_emulator import errors
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.identifications import PRIMARY, is_verified
from clerk_emulator.domain.users.user_accounts import refresh_primary_identifiers, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.settings import ATTRIBUTES, AUTHENTICATION, USER_SETTINGS
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

VERIFICATIONS = ResourceTable("verification", "ver", owners={"identification_id": "identification"})
"""Verification codes: `_identification_id`, `_code`."""

CODE_SECONDS = 10 * 60
MAX_ATTEMPTS = 3
TEST_CODE = "424242"
_RESEND_MILLISECONDS = 30 * 1000


def create(store: Store, user: Json, kind: str, body: Json) -> Json:
    """Add an email address or phone number (`kind`) to a user, and return it; `body` is that of the Backend API."""
    first = not any(one["object"] == kind for one in identifications.of_user(store, user["id"]))
    status: identifications.Status = "verified" if body.get("verified") else "unverified"
    row = identifications.add(store, user["id"], kind, body[kind], status)
    if body.get("reserved_for_second_factor"):
        row = _reserve_for_second_factor(store, row, True, "create")
        user = store.require(USERS, user["id"])
    if body.get("primary") or (first and is_verified(row)):
        user = identifications.make_primary(store, user, row, "primary")
    update_user(store, refresh_primary_identifiers(store, user))
    return row


def update(store: Store, row: Json, body: Json) -> Json:
    """Change an email address or phone number, and return it: `verified`, `primary`, `reserved_for_second_factor`."""
    user = store.require(USERS, row["_user_id"])
    primary, _ = PRIMARY[row["object"]]
    if body.get("verified") is not None and body["verified"] != is_verified(row):
        if user[primary] == row["id"] and not body["verified"]:
            raise errors.invalid("verified", "cannot be false for the primary one")
        verification = identifications.ADMIN if body["verified"] else None
        row = store.update(IDENTIFICATIONS, row, verification=verification, reserved=False)
    if body.get("reserved_for_second_factor") is not None:
        row = _reserve_for_second_factor(store, row, body["reserved_for_second_factor"], "update")
        user = store.require(USERS, user["id"])
    if body.get("primary"):
        user = identifications.make_primary(store, user, row, "primary")
    update_user(store, refresh_primary_identifiers(store, user))
    return row


def delete(store: Store, row: Json) -> Json:
    """Delete an email address or phone number, unless it is the user's last identification or linked to an account."""
    _require_not_linked(row)
    user = store.require(USERS, row["_user_id"])
    others = [one for one in identifications.of_user(store, user["id"]) if one["id"] != row["id"]]
    if not any(one["object"] != "passkey" for one in others) and not user["username"]:
        message = "This is the last identification of the user."
        raise ClerkAPIError(400, "identification_deletion_failed", "cannot be deleted", message)
    store.delete(IDENTIFICATIONS, IDENTIFICATIONS.c.id == row["id"])
    update_user(store, refresh_primary_identifiers(store, user))
    return deleted_object(row)


def delete_own(store: Store, row: Json) -> Json:
    """Delete a contact as its user does, unless the instance requires it. Return the deleted object."""
    user = store.require(USERS, row["_user_id"])
    kind = row["object"]
    same_kind = [one for one in identifications.of_user(store, user["id"]) if one["object"] == kind]
    if len(same_kind) == 1 and ATTRIBUTES.value(store, kind)["required"]:
        code, message = "last_required_identification_deletion_failed", f"Users must have a {kind.replace('_', ' ')}."
        raise ClerkAPIError(400, code, "is required", message)
    if row.get("reserved_for_second_factor"):
        require_second_factor_left(store, user, without=row["id"])
    return delete(store, row)


def require_second_factor_left(store: Store, user: Json, *, without: str) -> None:
    """Raise Clerk's error if the instance requires a second factor, and the user would have none.

    `without` is the id of the phone number, or the secret of the app, that is to be removed.
    """
    phones = [one["id"] for one in identifications.of_user(store, user["id"]) if one.get("reserved_for_second_factor")]
    left = {*phones, user["_totp_secret"]} - {without, None}
    if AUTHENTICATION.value(store, "second_factor_required") and not left:
        message = "Users of this instance must have a second factor."
        raise ClerkAPIError(400, "second_factor_deletion_not_allowed", "is required", message)


def make_default_second_factor(store: Store, row: Json) -> Json:
    """Make a phone number the default second factor, and return it. Raises ClerkAPIError if it is none."""
    if not row["reserved_for_second_factor"]:
        message = "The phone number is not reserved for the second factor."
        raise ClerkAPIError(400, "identification_update_failed", "cannot be updated", message)
    for one in identifications.of_user(store, row["_user_id"]):
        if one.get("default_second_factor"):
            store.update(IDENTIFICATIONS, one, default_second_factor=False)
    row = store.update(IDENTIFICATIONS, row, default_second_factor=True)
    update_user(store, store.require(USERS, row["_user_id"]))
    return row


def replace(store: Store, user: Json, kind: str, body: Json) -> Json:
    """Replace all email addresses or phone numbers (`kind`) of a user with one, and return it."""
    old = [one for one in identifications.of_user(store, user["id"]) if one["object"] == kind]
    for one in old:
        _require_not_linked(one)
        store.delete(IDENTIFICATIONS, IDENTIFICATIONS.c.id == one["id"])
    status = body.get("identification_status", "verified")
    row = identifications.add(store, user["id"], kind, body[kind], status)
    # It becomes the primary one even if it is not verified, because it is the only one.
    primary, column = PRIMARY[kind]
    changes: Json = {primary: row["id"], column: row["_identifier"]}
    if any(one.get("reserved_for_second_factor") for one in old):
        changes["mfa_disabled_at"] = store.clock.now()
    update_user(store, user, **changes)
    return row


def prepare(store: Store, row: Json, strategy: str) -> Json:
    """Create a verification code, which an event about the message contains. No message is sent."""
    now = store.clock.now()
    if strategy == "phone_code" and store.find(
        VERIFICATIONS,
        VERIFICATIONS.c.identification_id == row["id"],
        VERIFICATIONS.c.created_at > now - _RESEND_MILLISECONDS,
    ):
        message = "A code has just been sent. Try again in 30 s."
        raise ClerkAPIError(429, "verification_code_too_many_requests", "too many requests", message)
    verification = store.create(
        VERIFICATIONS,
        {
            "object": "verification_otp",
            "status": "unverified",
            "strategy": strategy,
            "attempts": 0,
            "expire_at": now + CODE_SECONDS * 1000,
            "_identification_id": row["id"],
            "_code": TEST_CODE if USER_SETTINGS.value(store, "test_mode") else store.ids.code(),
        },
    )
    messages.send_code(store, row, verification["_code"])
    return _serialize(verification)


def attempt(store: Store, row: Json, verification_id: str, code: str) -> Json:
    """Compare a code with the stored one, and return the verification. Its status shows whether the code was right."""
    verification = store.require(VERIFICATIONS, verification_id, VERIFICATIONS.c.identification_id == row["id"])
    if verification["status"] == "verified":
        message = "This is already verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)
    if verification["status"] != "unverified":
        return _serialize(verification)
    attempts = verification["attempts"] + 1
    if verification["expire_at"] <= store.clock.now():
        status, attempts = "expired", verification["attempts"]
    elif code == verification["_code"]:
        status = "verified"
        kept_fields = {key: verification[key] for key in ("object", "strategy", "expire_at")}
        store.update(
            IDENTIFICATIONS, row, verification={**kept_fields, "status": status, "attempts": attempts}, reserved=False
        )
        user = refresh_primary_identifiers(store, store.require(USERS, row["_user_id"]))
        update_user(store, user)
    else:
        status = "failed" if attempts >= MAX_ATTEMPTS else "unverified"
    return _serialize(store.update(VERIFICATIONS, verification, status=status, attempts=attempts))


def _serialize(verification: Json) -> Json:
    names = ("id", "object", "status", "strategy", "attempts", "expire_at")
    return {name: verification[name] for name in names}


def _require_not_linked(row: Json) -> None:
    if row["linked_to"]:
        message = "It is linked to an external account, which must be deleted first."
        raise ClerkAPIError(400, "delete_linked_identification_disallowed", "cannot be deleted", message)


def _reserve_for_second_factor(store: Store, row: Json, reserved: bool, action: Literal["create", "update"]) -> Json:
    if reserved and not is_verified(row):
        message = "Only a verified phone number can be a second factor."
        raise ClerkAPIError(400, f"identification_{action}_second_factor_unverified", "is not verified", message)
    others = [
        one
        for one in identifications.of_user(store, row["_user_id"])
        if one["id"] != row["id"] and one.get("reserved_for_second_factor")
    ]
    if reserved and not row["reserved_for_second_factor"] and not others:
        store.update(USERS, store.require(USERS, row["_user_id"]), mfa_enabled_at=store.clock.now())
    return store.update(
        IDENTIFICATIONS, row, reserved_for_second_factor=reserved, default_second_factor=reserved and not others
    )
