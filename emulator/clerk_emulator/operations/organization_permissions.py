"""Permissions of organizations: system and custom ones."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import events
from clerk_emulator.domain.organizations.roles import PERMISSIONS, change_permissions, record_role
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ROLES

_KEY = re.compile(r"org:[a-z0-9_]+:[a-z0-9_]+")


@organization_operation("ListOrganizationPermissions")
def list_permissions(call: Call) -> Response:
    found = contains_text(call.query["query"], PERMISSIONS.c.name, PERMISSIONS.c.key, exact=PERMISSIONS.c.id)
    return list_resources(call, PERMISSIONS, found, sort=("created_at", "name", "key"))


@organization_operation("CreateOrganizationPermission")
def create_permission(call: Call) -> Json:
    body = call.body
    data = {**_validated_fields(call, body, {}), "description": body.get("description", ""), "type": "user"}
    return _record(call, "permission.created", call.store.create(PERMISSIONS, data))


@organization_operation("GetOrganizationPermission")
def get_permission(call: Call) -> Json:
    return public_fields(call.path_resource(PERMISSIONS, "permission_id"))


@organization_operation("UpdateOrganizationPermission")
def update_permission(call: Call) -> Json:
    old = _custom_permission(call)
    new = call.store.update(PERMISSIONS, old, **_validated_fields(call, call.body, old))
    for role in _roles_with(call.store, old["key"]):
        keys = [new["key"] if key == old["key"] else key for key in role["_permissions"]]
        call.store.update(ROLES, role, _permissions=keys)
    return _record(call, "permission.updated", new)


@organization_operation("DeleteOrganizationPermission")
def delete_permission(call: Call) -> Json:
    permission = _custom_permission(call)
    deleted = deleted_object(permission)
    events.record(call.store, "permission.deleted", deleted)
    for role in _roles_with(call.store, permission["key"]):
        remaining = [key for key in role["_permissions"] if key != permission["key"]]
        record_role(call.store, "role.updated", change_permissions(call.store, role, remaining))
    call.store.delete(PERMISSIONS, PERMISSIONS.c.id == permission["id"])
    return deleted


def _record(call: Call, event_type: str, row: Json) -> Json:
    """Record an event about a permission, and return the permission as the API returns it."""
    return events.record(call.store, event_type, public_fields(row))


def _custom_permission(call: Call) -> Json:
    permission = call.path_resource(PERMISSIONS, "permission_id")
    if permission["type"] == "system":
        message = f"{permission['key']} is a system permission."
        raise ClerkAPIError(403, "organization_system_permission_not_modifiable", "cannot be changed", message)
    return permission


def _roles_with(store: Store, key: str) -> list[Json]:
    return [role for role in store.all(ROLES) if key in role["_permissions"]]


def _validated_fields(call: Call, body: Json, permission: Json) -> Json:
    """Return the validated key, name and description in a body."""
    given: Json = {name: body[name] for name in ("key", "name", "description") if name in body}
    for name in ("key", "name"):
        if given.get(name) == "":
            raise errors.null(name)
    key = given.get("key")
    if key is not None:
        if not _KEY.fullmatch(key) or key.startswith("org:sys_"):
            expected = "org:feature:action, of lower-case letters, digits and underscores, without the prefix org:sys_"
            raise errors.malformed("key", expected)
        other = call.store.find(PERMISSIONS, PERMISSIONS.c.key == key)
        if other and other["id"] != permission.get("id"):
            raise errors.already_exists("key")
    return given
