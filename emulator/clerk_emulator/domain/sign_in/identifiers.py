"""Find the user whom a typed identifier belongs to."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.identifications import is_verified
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import ATTRIBUTES
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

KINDS = ("email_address", "phone_number", "username", "web3_wallet", "passkey")


def supported(store: Store) -> list[str]:
    """Return the kinds of identifiers that people can sign in with."""
    attributes = ATTRIBUTES.read(store)
    return [kind for kind in KINDS if attributes[kind]["enabled"] and attributes[kind]["used_for_first_factor"]]


def find_user(store: Store, kind: str, value: str) -> Json | None:
    """Return the user who has an identifier, or None. One that is not verified does not count."""
    if kind == "username":
        return store.find(USERS, USERS.c.username == value)
    row = identifications.find(store, kind, value)
    return store.get(USERS, row["_user_id"]) if row and is_verified(row) else None


def parse(store: Store, identifier: str) -> tuple[str, str]:
    """Return the kind of an identifier, and its normalized value. Raises ClerkAPIError for a malformed one."""
    kinds = supported(store)
    text = identifier.strip()
    for kind, normalize in (("email_address", formats.email), ("phone_number", formats.phone)):
        if kind in kinds and (("@" in text) if kind == "email_address" else bool(re.match(r"\+[\d\s().-]+$", text))):
            return kind, normalize("identifier", text)
    if "web3_wallet" in kinds and text.startswith("0x"):
        return "web3_wallet", identifications.normalize("web3_wallet", "identifier", text)
    if "username" in kinds and text:
        return "username", text.lower()
    raise errors.malformed("identifier", " or ".join(kind.replace("_", " ") for kind in kinds if kind != "passkey"))


def not_found() -> ClerkAPIError:
    """Return the error for an identifier that no user has."""
    message = "No account has this identifier."
    return ClerkAPIError(422, "form_identifier_not_found", "is invalid", message, param_name="identifier")
