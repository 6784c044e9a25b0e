"""Identifications of users: email addresses, phone numbers, wallets, passkeys and external accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, to_json
from clerk_emulator.storage import sql
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

Status = Literal["verified", "reserved", "unverified"]
Rule = Callable[[Store, str, str], None]

PRIMARY = {
    "email_address": ("primary_email_address_id", "_email_address"),
    "phone_number": ("primary_phone_number_id", "_phone_number"),
    "web3_wallet": ("primary_web3_wallet_id", "_web3wallet"),
}
"""For each kind with a primary one: the user's keys for its id, and for its value, which lists sort by."""

ADMIN: Json = {
    "object": "verification_admin",
    "status": "verified",
    "strategy": "admin",
    "attempts": None,
    "expire_at": None,
}
"""The verification of an identification that was added as verified through the API."""

_OF_USER = IDENTIFICATIONS.prepare(IDENTIFICATIONS.c.user_id == sql.parameter("user_id"))
_TEXTS_OF_USERS = f"""SELECT user_id, data FROM "{IDENTIFICATIONS.name}"
WHERE user_id IN (SELECT value FROM json_each(?)) ORDER BY user_id, created_at, id"""  # noqa: S608 - no input in it
_BY_VALUE = IDENTIFICATIONS.prepare(
    IDENTIFICATIONS.c.object == sql.parameter("kind"), IDENTIFICATIONS.c.identifier == sql.parameter("value")
)
_WALLET = re.compile(r"0x[0-9a-fA-F]{40}|[1-9A-HJ-NP-Za-km-z]{32,44}")
_RULES: list[Rule] = []


def identifier_rule(rule: Rule) -> Rule:
    """Register a rule for new identifiers. It is called with the store, the kind and the value.

    The rule raises ClerkAPIError for an identifier that is not allowed.
    """
    _RULES.append(rule)
    return rule


def of_user(store: Store, user_id: str) -> list[Json]:
    """Return the identifications of a user, the oldest first."""
    return store.query(_OF_USER, user_id=user_id)


def texts_of_user(store: Store, user_id: str) -> tuple[str, ...]:
    """Return the JSON texts of the identifications of a user, the oldest first."""
    return tuple([text for (text,) in store.select(_OF_USER.text, user_id)])


def texts_of_users(store: Store, user_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the JSON texts of the identifications of several users by user id, the oldest first."""
    by_user: dict[str, list[str]] = {user_id: [] for user_id in user_ids}
    for user_id, text in store.select(_TEXTS_OF_USERS, to_json(user_ids)):
        by_user[user_id].append(text)
    return by_user


def serialize_identification(row: Json) -> Json:
    """Return an identification as the API returns it."""
    serialized = public_fields(row)
    if row["object"] == "passkey":
        del serialized["created_at"], serialized["updated_at"]
    return serialized


def normalize(kind: str, name: str, value: str) -> str:
    """Return the normalized value of an identifier. Raises ClerkAPIError for a malformed one."""
    if kind == "email_address":
        return formats.email(name, value)
    if kind == "phone_number":
        return formats.phone(name, value)
    if not _WALLET.fullmatch(value):
        raise errors.malformed(name, "a wallet address")
    return value.lower() if value.startswith("0x") else value


def add(store: Store, user_id: str, kind: str, value: str, status: Status = "verified", name: str = "") -> Json:
    """Add an email address, phone number or wallet to a user, and return it.

    `name` is the parameter's name in errors, if it is not the kind. Raises ClerkAPIError for a value that is malformed,
    not unique, or not allowed.
    """
    return store.create(IDENTIFICATIONS, new(store, user_id, kind, value, status, name))


def new(store: Store, user_id: str, kind: str, value: str, status: Status = "verified", name: str = "") -> Json:
    """Return an email address, phone number or wallet as `add` stores it. Raises ClerkAPIError as `add` does."""
    value = require_available(store, kind, value, name)
    data: Json = {
        "id": store.ids.new(IDENTIFICATIONS.prefix),
        "object": kind,
        kind: value,
        "verification": ADMIN if status == "verified" else None,
        "_user_id": user_id,
        "_identifier": value,
    }
    if kind in ("email_address", "phone_number"):
        data |= {"reserved": status == "reserved", "linked_to": []}
    if kind == "email_address":
        data["matches_sso_connection"] = False
    if kind == "phone_number":
        data |= {"reserved_for_second_factor": False, "default_second_factor": False, "backup_codes": None}
    return data


def require_available(store: Store, kind: str, value: str, name: str = "") -> str:
    """Return the normalized value of a new identifier.

    `name` is the parameter's name in errors, if it is not the kind. Raises ClerkAPIError for a value that is malformed,
    not unique, or not allowed.
    """
    name = name or kind
    value = normalize(kind, name, value)
    for rule in _RULES:
        rule(store, kind, value)
    if find(store, kind, value):
        raise errors.identifier_exists(name)
    return value


def find(store: Store, kind: str, value: str) -> Json | None:
    """Return the identification of any user with this kind and value, or None."""
    return next(iter(store.query(_BY_VALUE, kind=kind, value=value)), None)


def require(store: Store, kind: str, identification_id: str, user_id: str | None = None) -> Json:
    """Return the identification with this id. Raises Clerk's 404 if its kind or user is another."""
    where = [IDENTIFICATIONS.c.object == kind, *([IDENTIFICATIONS.c.user_id == user_id] if user_id else [])]
    return store.require(IDENTIFICATIONS, identification_id, *where)


def is_verified(row: Json) -> bool:
    """Return whether it is verified."""
    return row["verification"] is not None and row["verification"]["status"] == "verified"


def make_primary(store: Store, user: Json, row: Json, name: str) -> Json:
    """Make a verified identification the primary one of its kind, and return the user. `name` is the parameter's."""
    if not is_verified(row):
        raise ClerkAPIError(
            422,
            "form_verification_needed",
            "is not verified",
            f"{name}: only a verified identification can be the primary one.",
            param_name=name,
        )
    primary, column = PRIMARY[row["object"]]
    return store.update(USERS, user, **{primary: row["id"], column: row["_identifier"]})
