"""Validate what a person enters to sign up."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import formats, metadata
from clerk_emulator.domain.factors import password_rules, passwords
from clerk_emulator.domain.sign_up.requirements import FIELDS, LEGAL_ACCEPTED, VERIFIABLE, Requirements
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

EITHER = "email_address_or_phone_number"
_OTHER = ("unsafe_metadata", "locale", LEGAL_ACCEPTED)


def parse_values(store: Store, requirements: Requirements, row: Json, values: Json) -> Json:
    """Return the changes of a sign-up by the values that a person has given.

    Raises ClerkAPIError for values that are unknown, malformed, taken, or not allowed.
    """
    values = _with_either(values)
    for name in values:
        if name not in (*FIELDS, *_OTHER) or (name in FIELDS and not requirements.accepts(name)):
            raise errors.unknown(name)
    sent: dict[str, Any] = {name: value for name, value in values.items() if value not in (None, "")}
    changes: Json = {name: None for name in values if name in FIELDS and name not in sent and name != "password"}
    changes |= {name: sent[name] for name in ("first_name", "last_name") if name in sent}
    if "locale" in sent:
        changes["locale"] = formats.locale("locale", sent["locale"])
    if "unsafe_metadata" in sent:
        changes["unsafe_metadata"] = metadata.validate("unsafe_metadata", sent["unsafe_metadata"])
    for name in VERIFIABLE:
        if name in sent:
            changes[name] = identifications.require_available(store, name, sent[name])
    if "username" in sent:
        changes["username"] = formats.username("username", sent["username"])
        if store.find(USERS, USERS.c.username == changes["username"]):
            raise errors.identifier_exists("username")
    if "password" in sent:
        changes |= _password(store, {**row, **changes}, sent["password"])
    if LEGAL_ACCEPTED in sent:
        changes["legal_accepted_at"] = _accepted_at(store, requirements, accepted=sent[LEGAL_ACCEPTED])
    # What was verified is the old value.
    replaced = [name for name in VERIFIABLE if name in changes and changes[name] != row[name]]
    kept = {name: one for name, one in row["_verifications"].items() if name not in replaced}
    outdated = [*row["_outdated"], *(name for name in replaced if name in row["_verifications"])]
    return {**changes, "_verifications": kept, "_outdated": outdated}


def _with_either(values: Json) -> Json:
    """Return values in which the field for either identifier has become the one that it holds."""
    if EITHER not in values:
        return values
    rest = {name: value for name, value in values.items() if name != EITHER}
    value = values[EITHER]
    if not value:
        return rest
    return {**rest, "email_address" if "@" in value else "phone_number": value}


def _password(store: Store, row: Json, password: str) -> Json:
    identifiers = {row[name] for name in (*VERIFIABLE, "username") if row[name]}
    password_rules.validate(store, password, identifiers)
    hasher, digest = passwords.hash_password(password)
    return {"_password_hasher": hasher, "_password_digest": digest}


def _accepted_at(store: Store, requirements: Requirements, *, accepted: bool) -> int | None:
    if accepted:
        return store.clock.now()
    if LEGAL_ACCEPTED in requirements.required:
        message = "The legal documents must be accepted to sign up."
        raise ClerkAPIError(422, "legal_not_accepted", "not accepted", message, param_name=LEGAL_ACCEPTED)
    return None
