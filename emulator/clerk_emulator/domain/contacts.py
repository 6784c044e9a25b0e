"""Create, verify, replace and delete email addresses and phone numbers, which have the same rules."""

from __future__ import annotations

from typing import Literal

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain import identifications, messages
from clerk_emulator.domain.identifications import PRIMARY, is_verified
from clerk_emulator.domain.user_accounts import refresh_primary_identifiers, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import ResourceTable
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

VERIFICATIONS = ResourceTable("verification", "ver", owners={"identification_id": "identification"})
"""Verification codes: `_identification_id`, `_code`."""

CODE_SECONDS = 10 * 60
MAX_ATTEMPTS = 3
TEST_CODE = "424242"
_RESEND_MILLISECONDS = 30 * 1000


def create(call: Call, kind: str) -> Json:
    """Add an email address or phone number (`kind`) to the user in the body, and return it."""
    body = call.body
    user = call.store.get(USERS, body["user_id"])
    if user is None:
        raise errors.not_found("user", body["user_id"])
    first = not any(one["object"] == kind for one in identifications.of_user(call.store, user["id"]))
    status: identifications.Status = "verified" if body.get("verified") else "unverified"
    row = identifications.add(call.store, user["id"], kind, body[kind], status)
    if body.get("reserved_for_second_factor"):
        row = _reserve_for_second_factor(call, row, True, "create")
        user = call.store.require(USERS, user["id"])
    if body.get("primary") or (first and is_verified(row)):
        user = identifications.make_primary(call.store, user, row, "primary")
    update_user(call.store, refresh_primary_identifiers(call.store, user))
    return row


def update(call: Call, row: Json) -> Json:
    """Change an email address or phone number, and return it: `verified`, `primary`, `reserved_for_second_factor`."""
    body = call.body
    user = call.store.require(USERS, row["_user_id"])
    primary, _ = PRIMARY[row["object"]]
    if body.get("verified") is not None and body["verified"] != is_verified(row):
        if user[primary] == row["id"] and not body["verified"]:
            raise errors.invalid("verified", "cannot be false for the primary one")
        verification = identifications.ADMIN if body["verified"] else None
        row = call.store.update(IDENTIFICATIONS, row, verification=verification, reserved=False)
    if body.get("reserved_for_second_factor") is not None:
        row = _reserve_for_second_factor(call, row, body["reserved_for_second_factor"], "update")
        user = call.store.require(USERS, user["id"])
    if body.get("primary"):
        user = identifications.make_primary(call.store, user, row, "primary")
    update_user(call.store, refresh_primary_identifiers(call.store, user))
    return row


def delete(call: Call, row: Json) -> Json:
    """Delete an email address or phone number, unless it is the user's last identification or linked to an account."""
    _require_not_linked(row)
    user = call.store.require(USERS, row["_user_id"])
    others = [one for one in identifications.of_user(call.store, user["id"]) if one["id"] != row["id"]]
    if not any(one["object"] != "passkey" for one in others) and not user["username"]:
        message = "This is the last identification of the user."
        raise ClerkAPIError(400, "identification_deletion_failed", "cannot be deleted", message)
    call.store.delete(IDENTIFICATIONS, IDENTIFICATIONS.c.id == row["id"])
    update_user(call.store, refresh_primary_identifiers(call.store, user))
    return deleted_object(row)


def replace(call: Call, kind: str) -> Json:
    """Replace all email addresses or phone numbers (`kind`) of a user with one, and return it."""
    user = call.path_resource(USERS, "user_id")
    old = [one for one in identifications.of_user(call.store, user["id"]) if one["object"] == kind]
    for one in old:
        _require_not_linked(one)
        call.store.delete(IDENTIFICATIONS, IDENTIFICATIONS.c.id == one["id"])
    status = call.body.get("identification_status", "verified")
    row = identifications.add(call.store, user["id"], kind, call.body[kind], status)
    # It becomes the primary one even if it is not verified, because it is the only one.
    primary, column = PRIMARY[kind]
    changes: Json = {primary: row["id"], column: row["_identifier"]}
    if any(one.get("reserved_for_second_factor") for one in old):
        changes["mfa_disabled_at"] = call.clock.now()
    update_user(call.store, user, **changes)
    return row


def prepare(call: Call, row: Json, strategy: str) -> Json:
    """Create a verification code, which an event about the message contains. No message is sent."""
    now = call.clock.now()
    if strategy == "phone_code" and call.store.find(
        VERIFICATIONS,
        VERIFICATIONS.c.identification_id == row["id"],
        VERIFICATIONS.c.created_at > now - _RESEND_MILLISECONDS,
    ):
        message = "A code has just been sent. Try again in 30 s."
        raise ClerkAPIError(429, "verification_code_too_many_requests", "too many requests", message)
    verification = call.store.create(
        VERIFICATIONS,
        {
            "object": "verification_otp",
            "status": "unverified",
            "strategy": strategy,
            "attempts": 0,
            "expire_at": now + CODE_SECONDS * 1000,
            "_identification_id": row["id"],
            "_code": TEST_CODE if USER_SETTINGS.read(call.store)["test_mode"] else call.ids.code(),
        },
    )
    messages.send_code(call.store, row, verification["_code"])
    return _serialize(verification)


def attempt(call: Call, row: Json) -> Json:
    """Compare a code with the stored one, and return the verification. Its status shows whether the code was right."""
    verification = call.store.require(
        VERIFICATIONS, call.body["verification_id"], VERIFICATIONS.c.identification_id == row["id"]
    )
    if verification["status"] == "verified":
        message = "This is already verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)
    if verification["status"] != "unverified":
        return _serialize(verification)
    attempts = verification["attempts"] + 1
    if verification["expire_at"] <= call.clock.now():
        status, attempts = "expired", verification["attempts"]
    elif call.body["code"] == verification["_code"]:
        status = "verified"
        kept_fields = {key: verification[key] for key in ("object", "strategy", "expire_at")}
        call.store.update(
            IDENTIFICATIONS, row, verification={**kept_fields, "status": status, "attempts": attempts}, reserved=False
        )
        user = refresh_primary_identifiers(call.store, call.store.require(USERS, row["_user_id"]))
        update_user(call.store, user)
    else:
        status = "failed" if attempts >= MAX_ATTEMPTS else "unverified"
    return _serialize(call.store.update(VERIFICATIONS, verification, status=status, attempts=attempts))


def _serialize(verification: Json) -> Json:
    names = ("id", "object", "status", "strategy", "attempts", "expire_at")
    return {name: verification[name] for name in names}


def _require_not_linked(row: Json) -> None:
    if row["linked_to"]:
        message = "It is linked to an external account, which must be deleted first."
        raise ClerkAPIError(400, "delete_linked_identification_disallowed", "cannot be deleted", message)


def _reserve_for_second_factor(call: Call, row: Json, reserved: bool, action: Literal["create", "update"]) -> Json:
    if reserved and not is_verified(row):
        message = "Only a verified phone number can be a second factor."
        raise ClerkAPIError(400, f"identification_{action}_second_factor_unverified", "is not verified", message)
    others = [
        one
        for one in identifications.of_user(call.store, row["_user_id"])
        if one["id"] != row["id"] and one.get("reserved_for_second_factor")
    ]
    if reserved and not row["reserved_for_second_factor"] and not others:
        call.store.update(USERS, call.store.require(USERS, row["_user_id"]), mfa_enabled_at=call.clock.now())
    return call.store.update(
        IDENTIFICATIONS, row, reserved_for_second_factor=reserved, default_second_factor=reserved and not others
    )
