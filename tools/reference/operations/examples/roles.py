"""Examples of `organization_roles`, `organization_permissions` and `role_sets`."""

from __future__ import annotations

from clerkkit import Clerk


def create_organization_permission(clerk: Clerk) -> None:
    permission = clerk.organization_permissions.create(key="org:reports:write", name="Write reports")
    print(permission.key)


def get_organization_permission(clerk: Clerk) -> None:
    permission = clerk.organization_permissions.get("perm_reports")
    print(permission.key, permission.name)


def list_organization_permissions(clerk: Clerk) -> None:
    permissions = clerk.organization_permissions.list(query="reports")
    for permission in permissions.data:
        print(permission.id, permission.key)


def update_organization_permission(clerk: Clerk) -> None:
    permission = clerk.organization_permissions.update("perm_reports", name="See reports")
    print(permission.name)


def delete_organization_permission(clerk: Clerk) -> None:
    deleted = clerk.organization_permissions.delete("perm_invoices")
    print(deleted.id, deleted.deleted)


def create_organization_role(clerk: Clerk) -> None:
    role = clerk.organization_roles.create(key="org:accountant", name="Accountant", permissions=["perm_invoices"])
    print(role.key, [permission.key for permission in role.permissions or []])


def get_organization_role(clerk: Clerk) -> None:
    role = clerk.organization_roles.get("role_editor")
    print(role.key, [permission.key for permission in role.permissions or []])


def list_organization_roles(clerk: Clerk) -> None:
    roles = clerk.organization_roles.list(order_by="key")
    for role in roles.data:
        print(role.key, role.name)


def update_organization_role(clerk: Clerk) -> None:
    role = clerk.organization_roles.update("role_editor", name="Author")
    print(role.key, role.name)


def delete_organization_role(clerk: Clerk) -> None:
    deleted = clerk.organization_roles.delete("role_viewer")
    print(deleted.id, deleted.deleted)


def assign_permission_to_organization_role(clerk: Clerk) -> None:
    role = clerk.organization_roles.assign_permission("role_editor", "perm_invoices")
    print([permission.key for permission in role.permissions or []])


def remove_permission_from_organization_role(clerk: Clerk) -> None:
    role = clerk.organization_roles.remove_permission("role_editor", "perm_reports")
    print([permission.key for permission in role.permissions or []])


def create_role_set(clerk: Clerk) -> None:
    role_set = clerk.role_sets.create(
        name="Suppliers",
        key="role_set:suppliers",
        roles=["org:admin", "org:member", "org:editor"],
        default_role_key="org:member",
        creator_role_key="org:admin",
    )
    print(role_set.key, [role.key for role in role_set.roles])


def get_role_set(clerk: Clerk) -> None:
    role_set = clerk.role_sets.get("role_set:partners")
    print(role_set.name, [role.key for role in role_set.roles])


def list_role_sets(clerk: Clerk) -> None:
    role_sets = clerk.role_sets.list()
    for role_set in role_sets.data:
        print(role_set.key, role_set.name)


def update_role_set(clerk: Clerk) -> None:
    role_set = clerk.role_sets.update("role_set:partners", name="Partner companies")
    print(role_set.name)


def add_roles_to_role_set(clerk: Clerk) -> None:
    role_set = clerk.role_sets.add_roles("role_set:partners", role_keys=["org:editor"])
    print([role.key for role in role_set.roles])


def replace_role_in_role_set(clerk: Clerk) -> None:
    role_set = clerk.role_sets.replace_role("role_set:partners", role_key="org:member", to_role_key="org:editor")
    print([role.key for role in role_set.roles])


def replace_role_set(clerk: Clerk) -> None:
    deleted = clerk.role_sets.replace("role_set:partners", dest_role_set_key="role_set:default")
    print(deleted.id, deleted.deleted)
