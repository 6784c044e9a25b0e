"""Roles of members, the permissions that they give, and the sets of roles among which an organization chooses.

Roles and permissions are known by their keys in all that refers to them; whoever changes a key calls `rename`.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import shown
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Kind, Store, Where
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES

PERMISSIONS = Kind("permission", "perm", {"key": str, "name": str}, unique=("key",))

ROLE_SETS = Kind("role_set", "rset", {"key": str, "name": str, "type": str}, unique=("key",))
"""`_roles` are the keys of its roles, in order, `_creator_role` and `_default_role` two of them."""

MAX_ROLES_OF_SET = 10

MANAGE_MEMBERS = "org:sys_memberships:manage"

ELEVATED = frozenset({MANAGE_MEMBERS, "org:sys_memberships:read", "org:sys_profile:delete"})
"""What a role must permit to be that of an organization's creator. One member must have it all, always."""


def need_role(store: Store, key: str, name: str = "role") -> Json:
    """The role with this key. Raises Clerk's 404, which tells the `name` of the parameter."""
    role = store.find(ROLES, ROLES.c.key == key)
    if role is None:
        raise Refusal(404, "resource_not_found", "not found", f"There is no role {key}.", param_name=name)
    return role


def need_role_for(store: Store, organization: Json, key: str) -> Json:
    """The role with this key, for a member of the organization. Raises where its role set lacks it."""
    role = need_role(store, key)
    if key not in role_set_of(store, organization)["_roles"]:
        raise errors.invalid("role", f"must be one of the role set {organization['role_set_key']}")
    return role


def role_set_of(store: Store, organization: Json) -> Json:
    """The role set of an organization."""
    found = store.find(ROLE_SETS, ROLE_SETS.c.key == organization["role_set_key"])
    assert found is not None, "a role set is replaced in all organizations before it goes"
    return found


def leading(store: Store, role_set: Json) -> tuple[str, str]:
    """The keys of a role set's creator role and default role. For the initial one they are the instance's settings."""
    if role_set["type"] == "initial":
        settings = ORGANIZATION_SETTINGS.read(store)
        return settings["creator_role"], settings["domains_default_role"]
    return role_set["_creator_role"], role_set["_default_role"]


def lead(store: Store, role_set: Json, creator_role: str, default_role: str) -> Json:
    """Set a role set's creator role and default role. Raises where the first permits too little."""
    if not is_elevated(need_role(store, creator_role, "creator_role_key")):
        raise lacks_permissions(creator_role)
    role_set = store.update(ROLE_SETS, role_set, _creator_role=creator_role, _default_role=default_role)
    if role_set["type"] == "initial":
        ORGANIZATION_SETTINGS.change(
            store,
            initial_role_set_key=role_set["key"],
            creator_role=creator_role,
            domains_default_role=default_role,
        )
    return role_set


def is_elevated(role: Json) -> bool:
    """Whether a role can be that of an organization's creator."""
    return set(role["_permissions"]) >= ELEVATED


def elevated(store: Store) -> list[str]:
    """The keys of the roles that can be those of creators."""
    return [role["key"] for role in store.all(ROLES) if is_elevated(role)]


def lacks_permissions(key: str) -> Refusal:
    """The role permits too little for a creator."""
    message = f"{key}, as a role of creators, must have the permissions {', '.join(sorted(ELEVATED))}."
    return Refusal(422, "organization_missing_creator_role_permissions", "lacks permissions", message)


def is_creators(store: Store, key: str) -> bool:
    """Whether it is the role that creators get, in the instance or a role set."""
    return any(leading(store, role_set)[0] == key for role_set in store.all(ROLE_SETS))


def change_permissions(store: Store, role: Json, permissions: Sequence[str]) -> Json:
    """Give a role these permissions, and no others. Raises where creators have the role, and need more."""
    role = store.update(ROLES, role, _permissions=list(permissions))
    if is_creators(store, role["key"]) and not is_elevated(role):
        raise lacks_permissions(role["key"])
    return role


def in_organizations_of(kind: Kind, role_set: Json) -> Where:
    """Memberships or invitations of the organizations that have a role set."""
    having = sa.select(ORGANIZATIONS.c.id).where(ORGANIZATIONS.c.role_set_key == role_set["key"])
    return kind.c.organization_id.in_(having)


def reassign(store: Store, role_set: Json, old: str, new: str) -> None:
    """Give members of the organizations that have a role set, and those who are invited, another role."""
    for kind in (MEMBERSHIPS, ORGANIZATION_INVITATIONS):
        store.update_all(kind, kind.c.role == old, in_organizations_of(kind, role_set), role=new)


def rename(store: Store, old: str, new: str) -> None:
    """Follow a role whose key has changed, wherever it is named."""
    for role_set in store.all(ROLE_SETS):
        if old in (*role_set["_roles"], *leading(store, role_set)):
            reassign(store, role_set, old, new)
            replace_in_set(store, role_set, old, new)


def add_to_set(store: Store, role_set: Json, keys: Sequence[str], name: str) -> Json:
    """Add roles to a role set; `name` is the parameter's. Raises where it has one of them, or would have too many."""
    if set(keys) & set(role_set["_roles"]):
        raise errors.duplicate(name)
    return store.update(ROLE_SETS, role_set, _roles=checked_keys(store, [*role_set["_roles"], *keys], name))


def checked_keys(store: Store, keys: Sequence[str], name: str) -> list[str]:
    """The keys of roles of a role set: 1 to 10, each once. Raises Clerk's 404 where there is no such role."""
    if not keys:
        raise errors.invalid(name, "must have at least one value")
    if len(keys) > MAX_ROLES_OF_SET:
        message = f"A role set must not have more than {MAX_ROLES_OF_SET} roles."
        raise Refusal(422, "form_param_array_size_exceeded", "has too many values", message, param_name=name)
    if len(set(keys)) < len(keys):
        raise errors.duplicate(name)
    for key in keys:
        need_role(store, key, name)
    return list(keys)


def replace_in_set(store: Store, role_set: Json, old: str, new: str) -> Json:
    """Put one role in another's place within a role set."""
    creator_role, default_role = (new if key == old else key for key in leading(store, role_set))
    held = dict.fromkeys(new if key == old else key for key in role_set["_roles"])
    return lead(store, store.update(ROLE_SETS, role_set, _roles=list(held)), creator_role, default_role)


def show_roles(store: Store, rows: Sequence[Json]) -> list[Json]:
    """Roles as the API answers them."""
    keys = {key for row in rows for key in row["_permissions"]}
    held = {one["key"]: shown(one) for one in store.all(PERMISSIONS, PERMISSIONS.c.key.in_(keys))}
    return [
        {
            **shown(row),
            "is_creator_eligible": is_elevated(row),
            "permissions": [held[key] for key in row["_permissions"]],
        }
        for row in rows
    ]


def show_role(store: Store, row: Json) -> Json:
    """A role as the API answers it."""
    (role,) = show_roles(store, [row])
    return role
