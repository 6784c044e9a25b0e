"""Role sets. Members change roles at once, so a migration is never in progress."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import formats
from clerk_emulator.domain.organizations import memberships, roles
from clerk_emulator.domain.organizations.roles import ROLE_SETS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES

_PREFIX = "role_set:"


@organization_operation("ListRoleSets")
def list_role_sets(call: Call) -> Response:
    found = contains_text(call.query["query"], ROLE_SETS.c.name, ROLE_SETS.c.key, exact=ROLE_SETS.c.id)
    return list_resources(call, ROLE_SETS, found, sort=("created_at", "name", "key"), serialize=_serialize_all)


@organization_operation("CreateRoleSet")
def create_role_set(call: Call) -> Json:
    body = call.body
    limit = ORGANIZATION_SETTINGS.value(call.store, "max_role_sets_allowed")
    if call.store.count(ROLE_SETS) >= limit:
        message = f"The instance already has the maximum of {limit} role sets."
        raise ClerkAPIError(403, "organization_instance_role_sets_quota_exceeded", "too many role sets", message)
    keys = roles.validate_role_keys(call.store, body["roles"], "roles")
    for name in ("creator_role_key", "default_role_key"):
        if body[name] not in keys:
            raise errors.invalid(name, "must be one of roles")
    role_set = call.store.create(
        ROLE_SETS,
        {
            **_validated_fields(call, {"key": _generate_key(body["name"]), **body}, {}),
            "description": body.get("description"),
            "type": "custom",
            "_roles": keys,
        },
    )
    role_set = roles.set_creator_and_default_role(
        call.store, role_set, body["creator_role_key"], body["default_role_key"]
    )
    if body.get("type") == "initial":
        role_set = _make_initial(call.store, role_set)
    return _serialize(call, call.store.update(ROLE_SETS, role_set, updated_at=role_set["created_at"]))


@organization_operation("GetRoleSet")
def get_role_set(call: Call) -> Json:
    return _serialize(call, _role_set(call))


@organization_operation("UpdateRoleSet")
def update_role_set(call: Call) -> Json:
    body = call.body
    old = _role_set(call)
    creator_role, default_role = roles.creator_and_default_role(call.store, old)
    for name in ("creator_role_key", "default_role_key"):
        if body.get(name) is not None and body[name] not in old["_roles"]:
            raise errors.invalid(name, "must be a role of the role set")
    role_set = call.store.update(ROLE_SETS, old, **_validated_fields(call, body, old))
    if "description" in body:
        role_set = call.store.update(ROLE_SETS, role_set, description=body["description"])
    if role_set["key"] != old["key"]:
        condition = ORGANIZATIONS.c.role_set_key == old["key"]
        call.store.update_all(ORGANIZATIONS, condition, role_set_key=role_set["key"])
    role_set = roles.set_creator_and_default_role(
        call.store, role_set, body.get("creator_role_key") or creator_role, body.get("default_role_key") or default_role
    )
    return _serialize(call, _make_initial(call.store, role_set) if body.get("type") == "initial" else role_set)


@organization_operation("ReplaceRoleSet")
def replace_role_set(call: Call) -> Json:
    old = _role_set(call)
    new = _require_role_set(call.store, call.body["dest_role_set_key"])
    if new["id"] == old["id"]:
        raise errors.invalid("dest_role_set_key", "must be another role set")
    if old["type"] == "initial":
        message = "The initial role set cannot be replaced; make another one the initial one first."
        raise ClerkAPIError(403, "cannot_delete_initial_role_set", "cannot be replaced", message)
    mappings: dict[str, str] = call.body.get("reassignment_mappings", {})
    for source, destination in mappings.items():
        if source not in old["_roles"] or destination not in new["_roles"]:
            raise ClerkAPIError(
                422,
                "organization_role_set_reassignment_mappings_invalid",
                "is invalid",
                f"reassignment_mappings must map roles of {old['key']} to roles of {new['key']}; {source} does not.",
                role_key=source,
            )
    unmapped = [key for key in _assigned_roles(call.store, old) if key not in new["_roles"] and key not in mappings]
    if unmapped:
        raise ClerkAPIError(
            422,
            "organization_role_set_reassignment_mappings_missing",
            "is missing",
            f"reassignment_mappings must map {', '.join(unmapped)}.",
            role_keys=unmapped,
        )
    _reassign(call, old, mappings)
    call.store.update_all(ORGANIZATIONS, ORGANIZATIONS.c.role_set_key == old["key"], role_set_key=new["key"])
    call.store.delete(ROLE_SETS, ROLE_SETS.c.id == old["id"])
    return deleted_object(old)


@organization_operation("AddRolesToRoleSet")
def add_roles(call: Call) -> Json:
    body = call.body
    role_set = _role_set(call)
    keys: list[str] = body["role_keys"]
    roles.validate_role_keys(call.store, keys, "role_keys")
    role_set = roles.add_to_set(call.store, role_set, keys, "role_keys")
    for name in ("creator_role_key", "default_role_key"):
        if name in body and body[name] not in keys:
            raise errors.invalid(name, "must be one of role_keys")
    creator_role, default_role = roles.creator_and_default_role(call.store, role_set)
    return _serialize(
        call,
        roles.set_creator_and_default_role(
            call.store,
            role_set,
            body.get("creator_role_key", creator_role),
            body.get("default_role_key", default_role),
        ),
    )


@organization_operation("ReplaceRoleInRoleSet")
def replace_role(call: Call) -> Json:
    role_set = _role_set(call)
    old, new = call.body["role_key"], call.body["to_role_key"]
    for name in ("role_key", "to_role_key"):
        roles.require_role(call.store, call.body[name], name)
    if old not in role_set["_roles"]:
        raise errors.invalid("role_key", "must be a role of the role set")
    if old == new:
        raise errors.invalid("to_role_key", "must be another role")
    # A role that is not in the set replaces the other one in it. Clerk does not say so: our choice.
    role_set = roles.replace_in_set(call.store, role_set, old, new)
    _reassign(call, role_set, {old: new})
    return _serialize(call, role_set)


def _role_set(call: Call) -> Json:
    return _require_role_set(call.store, call.path["role_set_key_or_id"])


def _require_role_set(store: Store, key_or_id: str) -> Json:
    found = store.find(ROLE_SETS, (ROLE_SETS.c.key == key_or_id) | (ROLE_SETS.c.id == key_or_id))
    if found is None:
        raise errors.not_found("role set", key_or_id)
    return found


def _generate_key(name: str) -> str:
    # How Clerk derives a key from a name is not known.
    return _PREFIX + (re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "set")


def _validated_fields(call: Call, body: Json, role_set: Json) -> Json:
    """Return the validated key and name in a body. Null changes nothing."""
    fields = {name: body[name] for name in ("key", "name") if body.get(name) is not None}
    for name, value in fields.items():
        if not value:
            raise errors.null(name)
    if "key" in fields:
        key = formats.key("key", fields["key"], _PREFIX)
        other = call.store.find(ROLE_SETS, ROLE_SETS.c.key == key)
        if other and other["id"] != role_set.get("id"):
            raise errors.already_exists("key")
    return fields


def _make_initial(store: Store, role_set: Json) -> Json:
    """Make a role set the initial one. The former one becomes a custom one with the same roles."""
    creator_role, default_role = roles.creator_and_default_role(store, role_set)
    for old in store.all(ROLE_SETS, ROLE_SETS.c.type == "initial", ROLE_SETS.c.id != role_set["id"]):
        creators, default = roles.creator_and_default_role(store, old)
        store.update(ROLE_SETS, old, type="custom", _creator_role=creators, _default_role=default)
    return roles.set_creator_and_default_role(
        store, store.update(ROLE_SETS, role_set, type="initial"), creator_role, default_role
    )


def _assigned_roles(store: Store, role_set: Json) -> list[str]:
    """Return the roles of a set that members or invitations have."""
    return [
        key
        for key in role_set["_roles"]
        if any(
            store.find(table, table.c.role == key, roles.in_organizations_of(table, role_set))
            for table in (MEMBERSHIPS, ORGANIZATION_INVITATIONS)
        )
    ]


def _reassign(call: Call, role_set: Json, mappings: dict[str, str]) -> None:
    """Change roles of members and invitations."""
    for membership in roles.reassign(call.store, role_set, mappings):
        memberships.record_membership(call.store, "organizationMembership.updated", membership)


def _serialize_all(call: Call, rows: list[Json]) -> list[Json]:
    return [_serialize(call, row) for row in rows]


def _serialize(call: Call, row: Json) -> Json:
    creator_role, default_role = roles.creator_and_default_role(call.store, row)
    keys = {*row["_roles"], creator_role, default_role}
    items = {one["key"]: _item(call.store, one, row) for one in call.store.all(ROLES, ROLES.c.key.in_(keys))}
    return {
        **public_fields(row),
        "roles": [items[key] for key in row["_roles"]],
        "creator_role": items.get(creator_role),
        "default_role": items.get(default_role),
        "role_set_migration": None,
    }


def _item(store: Store, role: Json, role_set: Json) -> Json:
    in_set = roles.in_organizations_of(MEMBERSHIPS, role_set)
    count = store.count(MEMBERSHIPS, MEMBERSHIPS.c.role == role["key"], in_set)
    return {
        "object": "role_set_item",
        **{name: role[name] for name in ("id", "key", "name", "description", "created_at", "updated_at")},
        "members_count": count,
        "has_members": count > 0,
    }
