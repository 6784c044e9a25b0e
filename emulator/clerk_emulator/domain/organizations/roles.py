"""Roles of members, their permissions, and role sets.

Other resources refer to roles and permissions by key. Call `rename` after changing a role's key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clerk_emulator import errors
from clerk_emulator.domain import events
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import ResourceTable, Store, Where
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES

PERMISSIONS = ResourceTable("permission", "perm", {"key": str, "name": str}, unique=("key",))

ROLE_SETS = ResourceTable("role_set", "rset", {"key": str, "name": str, "type": str}, unique=("key",))
"""`_roles` are the keys of its roles, in order; `_creator_role` and `_default_role` are two of them."""

MAX_ROLES_OF_SET = 10

MANAGE_PROFILE = "org:sys_profile:manage"
DELETE_PROFILE = "org:sys_profile:delete"
READ_MEMBERS = "org:sys_memberships:read"
MANAGE_MEMBERS = "org:sys_memberships:manage"
READ_DOMAINS = "org:sys_domains:read"
MANAGE_DOMAINS = "org:sys_domains:manage"
READ_BILLING = "org:sys_billing:read"
MANAGE_BILLING = "org:sys_billing:manage"
MANAGE_CONNECTIONS = "org:sys_entconns:manage"

ELEVATED = frozenset({MANAGE_MEMBERS, READ_MEMBERS, DELETE_PROFILE})
"""The permissions that the role of an organization's creator must have. One member must always have all of them."""


def require_role(store: Store, key: str, name: str = "role") -> Json:
    """Return the role with this key. Raises Clerk's 404 with the `name` of the parameter."""
    role = store.find(ROLES, ROLES.c.key == key)
    if role is None:
        raise ClerkAPIError(404, "resource_not_found", "not found", f"There is no role {key}.", param_name=name)
    return role


def require_role_for(store: Store, organization: Json, key: str) -> Json:
    """Return the role with this key. Raises ClerkAPIError if the organization's role set does not contain it."""
    role = require_role(store, key)
    if key not in role_set_of(store, organization)["_roles"]:
        raise errors.invalid("role", f"must be a role of the role set {organization['role_set_key']}")
    return role


def role_set_of(store: Store, organization: Json) -> Json:
    """Return the role set of an organization."""
    found = store.find(ROLE_SETS, ROLE_SETS.c.key == organization["role_set_key"])
    assert found is not None, "organizations always have an existing role set"
    return found


def creator_and_default_role(store: Store, role_set: Json) -> tuple[str, str]:
    """Return the keys of a role set's creator role and default role. The initial set has them in the settings."""
    if role_set["type"] == "initial":
        settings = ORGANIZATION_SETTINGS.read(store)
        return settings["creator_role"], settings["domains_default_role"]
    return role_set["_creator_role"], role_set["_default_role"]


def set_creator_and_default_role(store: Store, role_set: Json, creator_role: str, default_role: str) -> Json:
    """Set a role set's creator role and default role. Raises ClerkAPIError if the creator role lacks permissions."""
    if not is_elevated(require_role(store, creator_role, "creator_role_key")):
        raise lacks_permissions(creator_role)
    role_set = store.update(ROLE_SETS, role_set, _creator_role=creator_role, _default_role=default_role)
    if role_set["type"] == "initial":
        ORGANIZATION_SETTINGS.update(
            store,
            initial_role_set_key=role_set["key"],
            creator_role=creator_role,
            domains_default_role=default_role,
        )
    return role_set


def is_elevated(role: Json) -> bool:
    """Return whether a role has the permissions that a creator role needs."""
    return set(role["_permissions"]) >= ELEVATED


def elevated_role_keys(store: Store) -> list[str]:
    """Return the keys of the roles that have the permissions that a creator role needs."""
    return [role["key"] for role in store.all(ROLES) if is_elevated(role)]


def lacks_permissions(key: str) -> ClerkAPIError:
    """Return the error for a creator role that lacks permissions."""
    message = f"{key} is a creator role and must have the permissions {', '.join(sorted(ELEVATED))}."
    return ClerkAPIError(422, "organization_missing_creator_role_permissions", "lacks permissions", message)


def is_creator_role(store: Store, key: str) -> bool:
    """Return whether it is the creator role of a role set."""
    return any(creator_and_default_role(store, role_set)[0] == key for role_set in store.all(ROLE_SETS))


def change_permissions(store: Store, role: Json, permissions: Sequence[str]) -> Json:
    """Set the permissions of a role. Raises ClerkAPIError if it is a creator role and would lack permissions."""
    role = store.update(ROLES, role, _permissions=list(permissions))
    if is_creator_role(store, role["key"]) and not is_elevated(role):
        raise lacks_permissions(role["key"])
    return role


def in_organizations_of(table: ResourceTable, role_set: Json) -> Where:
    """Return the condition for memberships or invitations in organizations with a role set."""
    having = sql.select(ORGANIZATIONS.c.id).where(ORGANIZATIONS.c.role_set_key == role_set["key"])
    return table.c.organization_id.in_(having)


def reassign(store: Store, role_set: Json, mappings: Mapping[str, str]) -> list[Json]:
    """Map the roles of members and invitations to others, in all organizations with a role set.

    All change at once, so that roles can be swapped. Return the changed memberships.
    """
    changed: dict[ResourceTable, list[Json]] = {}
    for table in (MEMBERSHIPS, ORGANIZATION_INVITATIONS):
        rows = store.all(table, table.c.role.in_(mappings), in_organizations_of(table, role_set))
        changed[table] = [store.update(table, row, role=mappings[row["role"]]) for row in rows]
    return changed[MEMBERSHIPS]


def rename(store: Store, old: str, new: str) -> None:
    """Update all references to a role whose key has changed."""
    for role_set in store.all(ROLE_SETS):
        if old in (*role_set["_roles"], *creator_and_default_role(store, role_set)):
            reassign(store, role_set, {old: new})
            replace_in_set(store, role_set, old, new)


def add_to_set(store: Store, role_set: Json, keys: Sequence[str], name: str) -> Json:
    """Add roles to a role set. Raises ClerkAPIError for duplicates and too many roles; `name` is the parameter's."""
    if set(keys) & set(role_set["_roles"]):
        raise errors.duplicate(name)
    return store.update(ROLE_SETS, role_set, _roles=validate_role_keys(store, [*role_set["_roles"], *keys], name))


def validate_role_keys(store: Store, keys: Sequence[str], name: str) -> list[str]:
    """Return the role keys of a role set. Raises ClerkAPIError unless they are 1 to 10 distinct, existing roles."""
    if not keys:
        raise errors.invalid(name, "must have at least one value")
    if len(keys) > MAX_ROLES_OF_SET:
        message = f"A role set must not have more than {MAX_ROLES_OF_SET} roles."
        raise ClerkAPIError(422, "form_param_array_size_exceeded", "has too many values", message, param_name=name)
    if len(set(keys)) < len(keys):
        raise errors.duplicate(name)
    for key in keys:
        require_role(store, key, name)
    return list(keys)


def replace_in_set(store: Store, role_set: Json, old: str, new: str) -> Json:
    """Replace a role within a role set."""
    creator_role, default_role = (new if key == old else key for key in creator_and_default_role(store, role_set))
    by_key = dict.fromkeys(new if key == old else key for key in role_set["_roles"])
    return set_creator_and_default_role(
        store, store.update(ROLE_SETS, role_set, _roles=list(by_key)), creator_role, default_role
    )


def serialize_roles(store: Store, rows: Sequence[Json]) -> list[Json]:
    """Return roles as the API returns them."""
    keys = {key for row in rows for key in row["_permissions"]}
    by_key = {one["key"]: public_fields(one) for one in store.all(PERMISSIONS, PERMISSIONS.c.key.in_(keys))}
    return [
        {
            **public_fields(row),
            "is_creator_eligible": is_elevated(row),
            "permissions": [by_key[key] for key in row["_permissions"]],
        }
        for row in rows
    ]


def record_role(store: Store, event_type: str, row: Json) -> Json:
    """Record an event about a role, and return the role as the API returns it."""
    return events.record(store, event_type, serialize_role(store, row))


def serialize_role(store: Store, row: Json) -> Json:
    """Return a role as the API returns it."""
    (role,) = serialize_roles(store, [row])
    return role
