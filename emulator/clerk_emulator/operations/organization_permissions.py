"""Organization permissions: those that Clerk has made, and the instance's own."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.domain.organization_rules import organization_operation
from clerk_emulator.domain.roles import PERMISSIONS, change_permissions
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, shown
from clerk_emulator.request.listing import listing, partial
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ROLES

_KEY = re.compile(r"org:[a-z0-9_]+:[a-z0-9_]+")


@organization_operation("ListOrganizationPermissions")
def list_permissions(call: Call) -> Answer:
    found = partial(call.query["query"], PERMISSIONS.c.name, PERMISSIONS.c.key, exact=PERMISSIONS.c.id)
    return listing(call, PERMISSIONS, found, sort=("created_at", "name", "key"))


@organization_operation("CreateOrganizationPermission")
def create_permission(call: Call) -> Json:
    body = call.body
    data = {**_checked(call, body, {}), "description": body.get("description", ""), "type": "user"}
    return shown(call.store.create(PERMISSIONS, data))


@organization_operation("GetOrganizationPermission")
def get_permission(call: Call) -> Json:
    return shown(call.named(PERMISSIONS, "permission_id"))


@organization_operation("UpdateOrganizationPermission")
def update_permission(call: Call) -> Json:
    old = _own(call)
    new = call.store.update(PERMISSIONS, old, **_checked(call, call.body, old))
    for role in _holders(call.store, old["key"]):
        keys = [new["key"] if key == old["key"] else key for key in role["_permissions"]]
        call.store.update(ROLES, role, _permissions=keys)
    return shown(new)


@organization_operation("DeleteOrganizationPermission")
def delete_permission(call: Call) -> Json:
    permission = _own(call)
    for role in _holders(call.store, permission["key"]):
        change_permissions(call.store, role, [key for key in role["_permissions"] if key != permission["key"]])
    call.store.delete(PERMISSIONS, PERMISSIONS.c.id == permission["id"])
    return deleted(permission)


def _own(call: Call) -> Json:
    permission = call.named(PERMISSIONS, "permission_id")
    if permission["type"] == "system":
        message = f"{permission['key']} is one of Clerk's own permissions."
        raise Refusal(403, "organization_system_permission_not_modifiable", "cannot be changed", message)
    return permission


def _holders(store: Store, key: str) -> list[Json]:
    return [role for role in store.all(ROLES) if key in role["_permissions"]]


def _checked(call: Call, body: Json, permission: Json) -> Json:
    """What the body gives of a key, a name and a description."""
    given: Json = {name: body[name] for name in ("key", "name", "description") if name in body}
    for name in ("key", "name"):
        if given.get(name) == "":
            raise errors.null(name)
    key = given.get("key")
    if key is not None:
        if not _KEY.fullmatch(key) or key.startswith("org:sys_"):
            raise errors.malformed(
                "key", "of the form org:feature:action, of lower-case letters, digits and underscores, and no org:sys_"
            )
        other = call.store.find(PERMISSIONS, PERMISSIONS.c.key == key)
        if other and other["id"] != permission.get("id"):
            raise errors.exists("key")
    return given
