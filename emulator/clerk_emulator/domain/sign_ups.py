"""Sign-ups: a person gives what the instance asks for, and then becomes a user."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import formats, identifications, metadata, passwords
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import INSTANCE
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import USERS

SIGN_UPS = ResourceTable("sign_up_attempt", "sua", {"status": str, "abandon_at": int})
"""`_verified` are the fields whose value was verified; `_password_hasher` and `_password_digest` as for users."""

IDLE_SECONDS = 24 * 3600
"""How long a sign-up may be idle until it is abandoned."""

_REQUIRED = ("email_address", "password")
_OPTIONAL = ("phone_number", "username", "first_name", "last_name", "web3_wallet")
_VERIFIABLE = {
    "email_address": ["email_code", "email_link"],
    "phone_number": ["phone_code"],
    "web3_wallet": ["web3_metamask_signature"],
}
"""The fields that are verified, and the strategies for it."""


def start(store: Store, values: Json) -> Json:
    """Begin a sign-up with the values that a person has given, and return it. Raises ClerkAPIError.

    `values` are `email_address`, `phone_number`, `username`, `web3_wallet`, `password`, `first_name`, `last_name`,
    `unsafe_metadata` and `locale`.
    """
    allowed = (*_REQUIRED, *_OPTIONAL, "unsafe_metadata", "locale")
    for name in values:
        if name not in allowed:
            raise errors.unknown(name)
    row = store.create(
        SIGN_UPS,
        {
            "status": "missing_requirements",
            **dict.fromkeys((*_OPTIONAL, "email_address", "locale")),
            "unsafe_metadata": {},
            "public_metadata": {},
            "custom_action": False,
            "external_id": None,
            "created_session_id": None,
            "created_user_id": None,
            "legal_accepted_at": None,
            "abandon_at": store.clock.now() + IDLE_SECONDS * 1000,
            "_verified": [],
            "_password_hasher": None,
            "_password_digest": None,
        },
    )
    return store.update(SIGN_UPS, row, **_validated(store, values), updated_at=row["created_at"])


def require(store: Store, sign_up_id: str) -> Json:
    """Return a sign-up. Raises Clerk's 404 if there is none."""
    _abandon_idle(store)
    row = store.get(SIGN_UPS, sign_up_id)
    if row is None:
        raise errors.not_found("sign-up", sign_up_id)
    return row


def update(store: Store, row: Json, body: Json) -> Json:
    """Change what only the application may change: `external_id` and `custom_action`. Raises ClerkAPIError."""
    require_open(row)
    changes: Json = {}
    if body.get("custom_action") is not None:
        changes["custom_action"] = body["custom_action"]
    if "external_id" in body:
        changes["external_id"] = body["external_id"] or None
        if changes["external_id"] and store.find(USERS, USERS.c.external_id == changes["external_id"]):
            raise errors.identifier_exists("external_id")
    return _touch(store, row, changes)


def verify(store: Store, row: Json, name: str) -> Json:
    """Mark the value of a field as verified, as the right code does."""
    require_open(row)
    return _touch(store, row, {"_verified": sorted({*row["_verified"], name})})


def complete(store: Store, row: Json, user_id: str, session_id: str) -> Json:
    """Mark a sign-up as complete."""
    return store.update(SIGN_UPS, row, status="complete", created_user_id=user_id, created_session_id=session_id)


def user_parameters(row: Json) -> Json:
    """Return the body of `POST /users` for the person. Raises Clerk's error if a required field is missing."""
    require_open(row)
    missing = _missing_fields(row)
    if missing:
        message = f"The sign-up lacks {', '.join(missing)}."
        raise ClerkAPIError(422, "form_data_missing", "missing data", message, param_names=missing)
    body: Json = {name: row[name] for name in ("username", "first_name", "last_name", "external_id", "locale")}
    body = {name: value for name, value in body.items() if value is not None}
    body |= {name: [row[name]] for name in _VERIFIABLE if row[name]}
    body |= {"password_digest": row["_password_digest"], "password_hasher": row["_password_hasher"]}
    return {**body, "unsafe_metadata": row["unsafe_metadata"], "public_metadata": row["public_metadata"]}


def require_open(row: Json) -> None:
    """Raise Clerk's 403 if a sign-up is complete or abandoned."""
    if row["status"] != "missing_requirements":
        message = f"The sign-up is {row['status']}."
        raise ClerkAPIError(403, "sign_up_cannot_be_updated", "cannot be updated", message)


def serialize(row: Json) -> Json:
    """Return a sign-up as the API returns it."""
    hidden = ("created_at", "updated_at")
    return {
        **{name: value for name, value in public_fields(row).items() if name not in hidden},
        "required_fields": list(_REQUIRED),
        "optional_fields": list(_OPTIONAL),
        "missing_fields": _missing_fields(row),
        "unverified_fields": [name for name in _VERIFIABLE if row[name] and name not in row["_verified"]],
        "password_enabled": row["_password_digest"] is not None,
        "verifications": {
            **{name: _verification(row, name) for name in _VERIFIABLE},
            "external_account": None,
        },
    }


def _validated(store: Store, values: Json) -> Json:
    sent: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    changes: Json = {name: sent[name] for name in ("first_name", "last_name") if name in sent}
    if "locale" in sent:
        changes["locale"] = formats.locale("locale", sent["locale"])
    if "unsafe_metadata" in sent:
        changes["unsafe_metadata"] = metadata.validate("unsafe_metadata", sent["unsafe_metadata"])
    for name in _VERIFIABLE:
        if name in sent:
            changes[name] = identifications.require_available(store, name, sent[name])
    if "username" in sent:
        changes["username"] = formats.username("username", sent["username"])
        if store.find(USERS, USERS.c.username == changes["username"]):
            raise errors.identifier_exists("username")
    if "password" in sent:
        identifiers = {changes[name] for name in (*_VERIFIABLE, "username") if name in changes}
        passwords.validate(sent["password"], identifiers, may_be_leaked=not INSTANCE.read(store)["hibp"])
        hasher, digest = passwords.hash_password(sent["password"])
        changes |= {"_password_hasher": hasher, "_password_digest": digest}
    return changes


def _missing_fields(row: Json) -> list[str]:
    values = {**row, "password": row["_password_digest"]}
    return [name for name in _REQUIRED if not values[name]]


def _verification(row: Json, name: str) -> Json | None:
    """Return the state of a field's verification, or None if the person has not given it."""
    if not row[name]:
        return None
    strategies = _VERIFIABLE[name]
    verified = name in row["_verified"]
    return {
        "object": "verification_web3" if name == "web3_wallet" else "verification_otp",
        "status": "verified" if verified else "unverified",
        "strategy": strategies[0],
        "attempts": 1 if verified else 0,
        "expire_at": None,
        "next_action": "" if verified else "needs_prepare",
        "supported_strategies": strategies,
    }


def _touch(store: Store, row: Json, changes: Json) -> Json:
    return store.update(SIGN_UPS, row, **changes, abandon_at=store.clock.now() + IDLE_SECONDS * 1000)


def _abandon_idle(store: Store) -> None:
    idle = SIGN_UPS.c.abandon_at <= store.clock.now()
    store.update_all(SIGN_UPS, SIGN_UPS.c.status == "missing_requirements", idle, status="abandoned")
