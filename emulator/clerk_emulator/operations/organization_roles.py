"""Roles of organizations, and their permissions."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import events, formats
from clerk_emulator.domain.organizations import roles
from clerk_emulator.domain.organizations.roles import (
    PERMISSIONS,
    ROLE_SETS,
    change_permissions,
    record_role,
    serialize_role,
    serialize_roles,
)
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import on_startup, organization_operation
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ROLES

_SYSTEM = {
    "org:sys_profile:manage": "Manage organization",
    "org:sys_profile:delete": "Delete organization",
    "org:sys_memberships:read": "Read members",
    "org:sys_memberships:manage": "Manage members",
    "org:sys_domains:read": "Read domains",
    "org:sys_domains:manage": "Manage domains",
    "org:sys_billing:read": "Read billing",
    "org:sys_billing:manage": "Manage billing",
    "org:sys_entconns:manage": "Manage enterprise connections",
}


@on_startup
def make_defaults(store: Store) -> None:
    if store.count(PERMISSIONS):
        return
    for key, name in _SYSTEM.items():
        store.create(PERMISSIONS, {"key": key, "name": name, "description": "", "type": "system"})
    for key, name, description, permissions in (
        ("org:admin", "Admin", "May do everything", list(_SYSTEM)),
        ("org:member", "Member", "May see members and billing", ["org:sys_memberships:read", "org:sys_billing:read"]),
    ):
        data = {"key": key, "name": name, "description": description}
        store.create(ROLES, {**data, "_permissions": permissions, "_custom": False})
    store.create(
        ROLE_SETS,
        {
            "key": "role_set:default",
            "name": "Default",
            "description": None,
            "type": "initial",
            "_roles": ["org:admin", "org:member"],
            "_creator_role": "org:admin",
            "_default_role": "org:member",
        },
    )


@organization_operation("ListOrganizationRoles")
def list_roles(call: Call) -> Response:
    return list_resources(
        call,
        ROLES,
        contains_text(call.query["query"], ROLES.c.name, ROLES.c.key, exact=ROLES.c.id),
        sort=("created_at", "name", "key"),
        serialize=lambda call, rows: serialize_roles(call.store, rows),
    )


@organization_operation("CreateOrganizationRole")
def create_role(call: Call) -> Json:
    body = call.body
    limit = ORGANIZATION_SETTINGS.value(call.store, "max_allowed_roles")
    if sum(role["_custom"] for role in call.store.all(ROLES)) >= limit:
        message = f"The instance already has the maximum of {limit} custom roles."
        raise ClerkAPIError(403, "organization_instance_roles_quota_exceeded", "too many roles", message)
    data = {**_validated_fields(call, body, {}), "description": body.get("description"), "_custom": True}
    role = call.store.create(ROLES, {**data, "_permissions": _permission_keys(call, body.get("permissions") or [])})
    if body.get("include_in_initial_role_set"):
        initial = call.store.find(ROLE_SETS, ROLE_SETS.c.type == "initial")
        assert initial is not None
        roles.add_to_set(call.store, initial, [role["key"]], "include_in_initial_role_set")
    return record_role(call.store, "role.created", role)


@organization_operation("GetOrganizationRole")
def get_role(call: Call) -> Json:
    return serialize_role(call.store, call.path_resource(ROLES, "organization_role_id"))


@organization_operation("UpdateOrganizationRole")
def update_role(call: Call) -> Json:
    body = call.body
    old = call.path_resource(ROLES, "organization_role_id")
    role = call.store.update(ROLES, old, **_validated_fields(call, body, old))
    if "description" in body:
        role = call.store.update(ROLES, role, description=body["description"])
    if role["key"] != old["key"]:
        roles.rename(call.store, old["key"], role["key"])
    if body.get("permissions") is not None:
        role = change_permissions(call.store, role, _permission_keys(call, body["permissions"]))
    return record_role(call.store, "role.updated", role)


@organization_operation("DeleteOrganizationRole")
def delete_role(call: Call) -> Json:
    role = call.path_resource(ROLES, "organization_role_id")
    key = role["key"]
    special_roles = [roles.creator_and_default_role(call.store, role_set) for role_set in call.store.all(ROLE_SETS)]
    in_use = {
        "organization_role_default_creator_role": key in [creators for creators, _ in special_roles],
        # Clerk does not say what happens to the default role of a set. It cannot be deleted, like that of domains: our
        # choice.
        "organization_role_domain_default_role": key in [default for _, default in special_roles],
        "organization_role_assigned_members": call.store.find(MEMBERSHIPS, MEMBERSHIPS.c.role == key),
        "organization_role_exists_in_invitations": call.store.find(
            ORGANIZATION_INVITATIONS, ORGANIZATION_INVITATIONS.c.role == key
        ),
    }
    for code, used in in_use.items():
        if used:
            raise ClerkAPIError(422, code, "is in use", f"{key} is in use and cannot be deleted.")
    for role_set in call.store.all(ROLE_SETS):
        if key in role_set["_roles"]:
            call.store.update(ROLE_SETS, role_set, _roles=[one for one in role_set["_roles"] if one != key])
    call.store.delete(ROLES, ROLES.c.id == role["id"])
    deleted = deleted_object(role)
    events.record(call.store, "role.deleted", deleted)
    return deleted


@organization_operation("AssignPermissionToOrganizationRole")
def assign_permission(call: Call) -> Json:
    role, key = _role_and_permission(call)
    if key in role["_permissions"]:
        message = f"The role already has the permission {key}."
        raise ClerkAPIError(409, "organization_role_permission_association_exists", "already assigned", message)
    role = change_permissions(call.store, role, [*role["_permissions"], key])
    return record_role(call.store, "role.updated", role)


@organization_operation("RemovePermissionFromOrganizationRole")
def remove_permission(call: Call) -> Json:
    role, key = _role_and_permission(call)
    if key not in role["_permissions"]:
        message = f"The role does not have the permission {key}."
        raise ClerkAPIError(404, "organization_role_permission_association_not_found", "not assigned", message)
    remaining = [one for one in role["_permissions"] if one != key]
    return record_role(call.store, "role.updated", change_permissions(call.store, role, remaining))


def _role_and_permission(call: Call) -> tuple[Json, str]:
    role = call.path_resource(ROLES, "organization_role_id")
    return role, call.path_resource(PERMISSIONS, "permission_id")["key"]


def _permission_keys(call: Call, ids: list[str]) -> list[str]:
    if len(set(ids)) < len(ids):
        raise errors.duplicate("permissions")
    return [call.store.require(PERMISSIONS, permission_id)["key"] for permission_id in ids]


def _validated_fields(call: Call, body: Json, role: Json) -> Json:
    """Return the validated key and name in a body. Null changes nothing."""
    fields = {name: body[name] for name in ("key", "name") if body.get(name) is not None}
    for name, value in fields.items():
        if not value:
            raise errors.null(name)
    if "key" in fields:
        key = formats.key("key", fields["key"], "org:")
        other = call.store.find(ROLES, ROLES.c.key == key)
        if other and other["id"] != role.get("id"):
            raise errors.already_exists("key")
    return fields
