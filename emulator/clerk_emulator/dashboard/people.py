"""Users and organizations as lists and links show them."""

from __future__ import annotations

from collections.abc import Collection

from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS


def display_name(user: Json) -> str:
    """Return the name of a stored user: the full name, or the best identifier."""
    full = " ".join(part for part in (user["first_name"], user["last_name"]) if part)
    named = full or user["username"] or user.get("_email_address") or user.get("_phone_number")
    return str(named or user.get("_web3wallet") or user["id"])


def identifier(user: Json) -> str:
    """Return what a stored user signs in with, as far as there is something."""
    return str(user.get("_email_address") or user.get("_phone_number") or user["username"] or "")


def users_by_id(store: Store, user_ids: Collection[str]) -> dict[str, Json]:
    """Return the stored users with these ids."""
    return {row["id"]: row for row in store.all(USERS, USERS.c.id.in_(set(user_ids)))} if user_ids else {}


def organizations_by_id(store: Store, organization_ids: Collection[str]) -> dict[str, Json]:
    """Return the stored organizations with these ids."""
    ids = set(organization_ids)
    return {row["id"]: row for row in store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_(ids))} if ids else {}
