"""What users are known by: email addresses, phone numbers, wallets, and accounts elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Literal

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.domain import value_rules
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import grouped, shown
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

Status = Literal["verified", "reserved", "unverified"]
Rule = Callable[[Store, str, str], None]

PRIMARY = {
    "email_address": ("primary_email_address_id", "_email_address"),
    "phone_number": ("primary_phone_number_id", "_phone_number"),
    "web3_wallet": ("primary_web3_wallet_id", "_web3wallet"),
}
"""For each kind that has a primary one: where a user keeps its id, and its value to sort by."""

ADMIN: Json = {
    "object": "verification_admin",
    "status": "verified",
    "strategy": "admin",
    "attempts": None,
    "expire_at": None,
}
"""The verification of what the instance itself calls verified."""

_OF_USER = IDENTIFICATIONS.prepared(IDENTIFICATIONS.c.user_id == sa.bindparam("user_id"))
_OF_USERS = IDENTIFICATIONS.prepared(
    IDENTIFICATIONS.c.user_id.in_(sa.select(sa.func.json_each(sa.bindparam("user_ids")).table_valued("value").c.value))
)
_BY_VALUE = IDENTIFICATIONS.prepared(
    IDENTIFICATIONS.c.object == sa.bindparam("kind"), IDENTIFICATIONS.c.identifier == sa.bindparam("value")
)
_WALLET = re.compile(r"0x[0-9a-fA-F]{40}|[1-9A-HJ-NP-Za-km-z]{32,44}")
_RULES: list[Rule] = []


def identifier_rule(rule: Rule) -> Rule:
    """Registers a rule for new identifiers: it is given the store, `email_address` or the like, and the value.

    It raises Refusal for those that the instance does not take.
    """
    _RULES.append(rule)
    return rule


def of_user(store: Store, user_id: str) -> list[Json]:
    """The identifications of a user, the oldest first."""
    return store.ask(_OF_USER, user_id=user_id)


def of_users(store: Store, user_ids: Sequence[str]) -> dict[str, list[Json]]:
    """The identifications of users, by user."""
    return grouped(store.ask(_OF_USERS, user_ids=json.dumps(user_ids)), "_user_id")


def show(row: Json) -> Json:
    """An identification as the API answers it."""
    answered = shown(row)
    if row["object"] == "passkey":
        del answered["created_at"], answered["updated_at"]
    return answered


def normal(kind: str, name: str, value: str) -> str:
    """The value as it is kept and compared. Raises Refusal for one that is malformed."""
    if kind == "email_address":
        return value_rules.email(name, value)
    if kind == "phone_number":
        return value_rules.phone(name, value)
    if not _WALLET.fullmatch(value):
        raise errors.malformed(name, "the address of a wallet")
    return value.lower() if value.startswith("0x") else value


def add(store: Store, user_id: str, kind: str, value: str, status: Status = "verified", name: str = "") -> Json:
    """Add an email address, phone number or wallet to a user; `name` is the parameter's, where it is not the kind.

    Raises Refusal for a value that is malformed, taken, or that the instance does not take.
    """
    name = name or kind
    value = normal(kind, name, value)
    for rule in _RULES:
        rule(store, kind, value)
    if find(store, kind, value):
        raise errors.taken(name)
    data: Json = {
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
    return store.create(IDENTIFICATIONS, data)


def find(store: Store, kind: str, value: str) -> Json | None:
    """The identification of a kind with this value, whosever it is."""
    return next(iter(store.ask(_BY_VALUE, kind=kind, value=value)), None)


def need(store: Store, kind: str, identification_id: str, user_id: str | None = None) -> Json:
    """The identification with this id. Raises Clerk's 404 where it is none of the kind, or not the user's."""
    where = [IDENTIFICATIONS.c.object == kind, *([IDENTIFICATIONS.c.user_id == user_id] if user_id else [])]
    return store.need(IDENTIFICATIONS, identification_id, *where)


def is_verified(row: Json) -> bool:
    """Whether somebody has verified it."""
    return row["verification"] is not None and row["verification"]["status"] == "verified"


def make_primary(store: Store, user: Json, row: Json, name: str) -> Json:
    """Make a verified identification the primary one of its kind; returns the user. `name` is the parameter's."""
    if not is_verified(row):
        raise Refusal(
            422,
            "form_verification_needed",
            "is not verified",
            f"{name}: only what is verified can be the primary one.",
            param_name=name,
        )
    primary, column = PRIMARY[row["object"]]
    return store.update(USERS, user, **{primary: row["id"], column: row["_identifier"]})
