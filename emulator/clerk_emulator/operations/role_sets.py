"""Role sets. What moves members from one role to another is done at once: a migration is never seen under way."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.domain import roles, value_rules
from clerk_emulator.domain.organization_rules import organization_operation
from clerk_emulator.domain.roles import ROLE_SETS
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, shown
from clerk_emulator.request.listing import listing, partial
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES

_PREFIX = "role_set:"


@organization_operation("ListRoleSets")
def list_role_sets(call: Call) -> Answer:
    found = partial(call.query["query"], ROLE_SETS.c.name, ROLE_SETS.c.key, exact=ROLE_SETS.c.id)
    return listing(call, ROLE_SETS, found, sort=("created_at", "name", "key"), show=_show_all)


@organization_operation("CreateRoleSet")
def create_role_set(call: Call) -> Json:
    body = call.body
    limit = ORGANIZATION_SETTINGS.read(call.store)["max_role_sets_allowed"]
    if call.store.count(ROLE_SETS) >= limit:
        message = f"The instance has the {limit} role sets that it may have."
        raise Refusal(403, "organization_instance_role_sets_quota_exceeded", "too many role sets", message)
    keys = roles.checked_keys(call.store, body["roles"], "roles")
    for name in ("creator_role_key", "default_role_key"):
        if body[name] not in keys:
            raise errors.invalid(name, "must be one of roles")
    role_set = call.store.create(
        ROLE_SETS,
        {
            **_named(call, {"key": _key_for(body["name"]), **body}, {}),
            "description": body.get("description"),
            "type": "custom",
            "_roles": keys,
        },
    )
    role_set = roles.lead(call.store, role_set, body["creator_role_key"], body["default_role_key"])
    if body.get("type") == "initial":
        role_set = _make_initial(call.store, role_set)
    return _show(call, call.store.update(ROLE_SETS, role_set, updated_at=role_set["created_at"]))


@organization_operation("GetRoleSet")
def get_role_set(call: Call) -> Json:
    return _show(call, _asked(call))


@organization_operation("UpdateRoleSet")
def update_role_set(call: Call) -> Json:
    body = call.body
    old = _asked(call)
    creator_role, default_role = roles.leading(call.store, old)
    for name in ("creator_role_key", "default_role_key"):
        if body.get(name) is not None and body[name] not in old["_roles"]:
            raise errors.invalid(name, "must be a role of the role set")
    role_set = call.store.update(ROLE_SETS, old, **_named(call, body, old))
    if "description" in body:
        role_set = call.store.update(ROLE_SETS, role_set, description=body["description"])
    if role_set["key"] != old["key"]:
        having = ORGANIZATIONS.c.role_set_key == old["key"]
        call.store.update_all(ORGANIZATIONS, having, role_set_key=role_set["key"])
    role_set = roles.lead(
        call.store, role_set, body.get("creator_role_key") or creator_role, body.get("default_role_key") or default_role
    )
    return _show(call, _make_initial(call.store, role_set) if body.get("type") == "initial" else role_set)


@organization_operation("ReplaceRoleSet")
def replace_role_set(call: Call) -> Json:
    old = _asked(call)
    new = _need(call.store, call.body["dest_role_set_key"])
    if new["id"] == old["id"]:
        raise errors.invalid("dest_role_set_key", "must be another role set")
    if old["type"] == "initial":
        message = "The initial role set can only go when another one has become the initial one."
        raise Refusal(403, "cannot_delete_initial_role_set", "cannot be replaced", message)
    mappings: dict[str, str] = call.body.get("reassignment_mappings", {})
    for source, destination in mappings.items():
        if source not in old["_roles"] or destination not in new["_roles"]:
            raise Refusal(
                422,
                "organization_role_set_reassignment_mappings_invalid",
                "is invalid",
                f"reassignment_mappings must map roles of {old['key']} to roles of {new['key']}; {source} does not.",
                role_key=source,
            )
    lacking = [key for key in _held(call.store, old) if key not in new["_roles"] and key not in mappings]
    if lacking:
        raise Refusal(
            422,
            "organization_role_set_reassignment_mappings_missing",
            "is missing",
            f"reassignment_mappings must say what becomes of {', '.join(lacking)}.",
            role_keys=lacking,
        )
    _reassign_all(call.store, old, mappings)
    call.store.update_all(ORGANIZATIONS, ORGANIZATIONS.c.role_set_key == old["key"], role_set_key=new["key"])
    call.store.delete(ROLE_SETS, ROLE_SETS.c.id == old["id"])
    return deleted(old)


@organization_operation("AddRolesToRoleSet")
def add_roles(call: Call) -> Json:
    body = call.body
    role_set = _asked(call)
    keys: list[str] = body["role_keys"]
    roles.checked_keys(call.store, keys, "role_keys")
    role_set = roles.add_to_set(call.store, role_set, keys, "role_keys")
    for name in ("creator_role_key", "default_role_key"):
        if name in body and body[name] not in keys:
            raise errors.invalid(name, "must be one of role_keys")
    creator_role, default_role = roles.leading(call.store, role_set)
    return _show(
        call,
        roles.lead(
            call.store,
            role_set,
            body.get("creator_role_key", creator_role),
            body.get("default_role_key", default_role),
        ),
    )


@organization_operation("ReplaceRoleInRoleSet")
def replace_role(call: Call) -> Json:
    role_set = _asked(call)
    old, new = call.body["role_key"], call.body["to_role_key"]
    for name in ("role_key", "to_role_key"):
        roles.need_role(call.store, call.body[name], name)
    if old not in role_set["_roles"]:
        raise errors.invalid("role_key", "must be a role of the role set")
    if old == new:
        raise errors.invalid("to_role_key", "must be another role")
    # A role that the set lacks comes into it, in the other's place. Clerk does not say whether it does.
    role_set = roles.replace_in_set(call.store, role_set, old, new)
    roles.reassign(call.store, role_set, old, new)
    return _show(call, role_set)


def _asked(call: Call) -> Json:
    return _need(call.store, call.path["role_set_key_or_id"])


def _need(store: Store, key_or_id: str) -> Json:
    found = store.find(ROLE_SETS, (ROLE_SETS.c.key == key_or_id) | (ROLE_SETS.c.id == key_or_id))
    if found is None:
        raise errors.not_found("role set", key_or_id)
    return found


def _key_for(name: str) -> str:
    # How Clerk makes a key of a name is not known.
    return _PREFIX + (re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "set")


def _named(call: Call, body: Json, role_set: Json) -> Json:
    """What the body gives of a key and a name; null is nothing."""
    given = {name: body[name] for name in ("key", "name") if body.get(name) is not None}
    for name, value in given.items():
        if not value:
            raise errors.null(name)
    if "key" in given:
        key = value_rules.key("key", given["key"], _PREFIX)
        other = call.store.find(ROLE_SETS, ROLE_SETS.c.key == key)
        if other and other["id"] != role_set.get("id"):
            raise errors.exists("key")
    return given


def _make_initial(store: Store, role_set: Json) -> Json:
    """Make a role set the one of new organizations; the one that was becomes a custom one, and keeps its roles."""
    creator_role, default_role = roles.leading(store, role_set)
    for old in store.all(ROLE_SETS, ROLE_SETS.c.type == "initial", ROLE_SETS.c.id != role_set["id"]):
        creators, default = roles.leading(store, old)
        store.update(ROLE_SETS, old, type="custom", _creator_role=creators, _default_role=default)
    return roles.lead(store, store.update(ROLE_SETS, role_set, type="initial"), creator_role, default_role)


def _held(store: Store, role_set: Json) -> list[str]:
    """The roles of the set that members have, or those who are invited."""
    return [
        key
        for key in role_set["_roles"]
        if any(
            store.find(kind, kind.c.role == key, roles.in_organizations_of(kind, role_set))
            for kind in (MEMBERSHIPS, ORGANIZATION_INVITATIONS)
        )
    ]


def _reassign_all(store: Store, role_set: Json, mappings: dict[str, str]) -> None:
    """Give all who have one of these roles the one that it is mapped to: at once, so that roles can change places."""
    for kind in (MEMBERSHIPS, ORGANIZATION_INVITATIONS):
        where = kind.c.role.in_(mappings), roles.in_organizations_of(kind, role_set)
        for row in store.all(kind, *where):
            store.update(kind, row, role=mappings[row["role"]])


def _show_all(call: Call, rows: list[Json]) -> list[Json]:
    return [_show(call, row) for row in rows]


def _show(call: Call, row: Json) -> Json:
    creator_role, default_role = roles.leading(call.store, row)
    keys = {*row["_roles"], creator_role, default_role}
    items = {one["key"]: _item(call.store, one, row) for one in call.store.all(ROLES, ROLES.c.key.in_(keys))}
    return {
        **shown(row),
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
