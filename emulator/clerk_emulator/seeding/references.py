"""Find what a seed's entries refer to, and set the ids that they have."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.json_types import Json
from clerk_emulator.request.state import State
from clerk_emulator.seeding import entries
from clerk_emulator.storage import sql
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, ORGANIZATIONS, ROLES, USERS


def reserve_id(state: State, table: ResourceTable, entry: Json) -> None:
    """Make the next resource of the table use the entry's id, if it has one."""
    resource_id = entries.pop_id(entry, table.prefix)
    if resource_id is None:
        return
    if state.store.get(table, resource_id):
        raise errors.identifier_exists("id")
    state.ids.expect(table.prefix, resource_id)


def find_user(store: Store, reference: Any, name: str) -> Json:
    """Return the user with this id, username, external id, email address or phone number."""
    identified = sql.select(IDENTIFICATIONS.c.user_id).where(IDENTIFICATIONS.c.identifier == str(reference).lower())
    columns = USERS.c.id, USERS.c.username, USERS.c.external_id
    user = store.find(USERS, sql.or_(USERS.c.id.in_(identified), *(column == str(reference) for column in columns)))
    if user is None:
        raise errors.invalid(name, f"must refer to a user; there is no {reference}")
    return user


def find_owner(store: Store, reference: Any) -> Json:
    """Return the organization or the user that is referred to."""
    text = str(reference)
    organization = store.find(ORGANIZATIONS, sql.or_(ORGANIZATIONS.c.id == text, ORGANIZATIONS.c.slug == text))
    return organization or find_user(store, reference, "owner")


def find_organization(store: Store, reference: Any) -> Json:
    """Return the organization with this id or slug."""
    text = str(reference)
    organization = store.find(ORGANIZATIONS, sql.or_(ORGANIZATIONS.c.id == text, ORGANIZATIONS.c.slug == text))
    if organization is None:
        raise errors.invalid("organization", f"must refer to an organization; there is no {reference}")
    return organization


def find_role(store: Store, key: Any) -> Json:
    """Return the role with this key."""
    role = store.find(ROLES, ROLES.c.key == str(key))
    if role is None:
        raise errors.invalid("role", f"must be the key of a role; there is no {key}")
    return role
