"""What a directory does with its users: create, change, deactivate and reactivate them, and give them roles."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.enterprise import group_role_mappings, sign_on
from clerk_emulator.domain.enterprise.directories import PROVISIONED_USERS
from clerk_emulator.domain.organizations import memberships
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import record_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import DIRECTORIES, ENTERPRISE_CONNECTIONS, IDENTIFICATIONS, ORGANIZATIONS, USERS

VERIFICATION: Json = {
    "object": "verification_scim",
    "status": "verified",
    "strategy": "scim",
    "attempts": None,
    "expire_at": None,
}
"""The verification of an email address that a directory has given a user."""


def require_enabled(directory: Json) -> None:
    """Raise Clerk's error if a directory is disabled."""
    if not directory["enabled"]:
        message = f"Directory {directory['id']} is disabled."
        raise ClerkAPIError(400, "scim_directory_disabled", "is disabled", message)


def find(store: Store, directory: Json, external_id: str) -> Json | None:
    """Return the user with this id in a directory, or None."""
    link = store.find(
        PROVISIONED_USERS,
        PROVISIONED_USERS.c.directory_id == directory["id"],
        PROVISIONED_USERS.c.external_id == external_id,
    )
    return store.require(USERS, link["_user_id"]) if link else None


def require(store: Store, directory: Json, external_id: str) -> Json:
    """Return the user with this id in a directory. Raises Clerk's 404 if there is none."""
    user = find(store, directory, external_id)
    if user is None:
        raise errors.not_found("directory user", external_id)
    return user


def scim_metadata(directory: Json, external_id: str) -> Json:
    """Return what the user object says about the directory that manages the user."""
    return {
        "directory_id": directory["id"],
        "external_id": external_id,
        "directory_enabled": directory["enabled"],
    }


def adopt(store: Store, directory: Json, user: Json, external_id: str, email_address: str) -> Json:
    """Let a directory manage a user, and give the user an account with the directory's connection."""
    store.create(
        PROVISIONED_USERS,
        {"_directory_id": directory["id"], "_user_id": user["id"], "_external_id": external_id},
    )
    connection = store.require(ENTERPRISE_CONNECTIONS, directory["enterprise_connection_id"])
    if not identifications.find(store, "enterprise_account", f"{connection['id']}:{external_id}"):
        sign_on.create_account(store, user["id"], connection, email_address, external_id)
    address = identifications.find(store, "email_address", formats.email("email_address", email_address))
    if address:
        store.update(IDENTIFICATIONS, address, verification=VERIFICATION, matches_sso_connection=True)
    return store.update(USERS, user, scim=scim_metadata(directory, external_id))


def with_address(store: Store, email_address: str) -> Json | None:
    """Return the user who has an email address, or None."""
    found = identifications.find(store, "email_address", formats.email("email_address", email_address))
    return store.require(USERS, found["_user_id"]) if found else None


def link(
    store: Store, directory: Json, user: Json, external_id: str, email_address: str, **changes: str | None
) -> None:
    """Let a directory manage a user who exists, and change the fields that it knows."""
    sent = {name: value for name, value in changes.items() if value is not None}
    user = adopt(store, directory, user, external_id, email_address)
    record_user(store, "user.updated", store.update(USERS, user, deprovisioned=False, **sent))


def change(store: Store, user: Json, **changes: str | bool | None) -> Json:
    """Change a user's fields as the directory asks, and return the user. None changes nothing."""
    sent = {name: value for name, value in changes.items() if value is not None and user[name] != value}
    if not sent:
        return user
    user = store.update(USERS, user, **sent)
    record_user(store, "user.updated", user)
    return user


def deactivate(store: Store, user: Json) -> Json:
    """Deprovision a user: nobody can sign in as the user, and all sessions are revoked."""
    user = change(store, user, deprovisioned=True)
    session_lifecycle.revoke_all(store, user["id"])
    return user


def assign_role(store: Store, directory: Json, user: Json, groups: Sequence[str] | None) -> None:
    """Make a user a member of the connection's organization, with the role of the user's groups.

    Without groups, or if none has a role, a new member gets the default role and a member keeps the role.
    """
    connection = store.require(ENTERPRISE_CONNECTIONS, directory["enterprise_connection_id"])
    role = group_role_mappings.role_for(store, directory, groups or ())
    organization = connection["organization_id"] and store.get(ORGANIZATIONS, connection["organization_id"])
    if not organization:
        return
    membership = memberships.of_user(store, organization["id"], user["id"])
    if membership is None:
        sign_on.join_organization(store, user, connection, role)
    elif role is not None and membership["role"] != role:
        memberships.change_role(store, membership, role)


def require_not_managed(user: Json) -> None:
    """Raise Clerk's 409 if an enabled directory manages a user, who then can be deleted only there."""
    if _is_managed(user):
        message = f"User {user['id']} is managed by a directory."
        raise ClerkAPIError(409, "user_managed_by_scim", "is managed by a directory", message)


def require_attributes_not_managed(store: Store, user: Json, names: Sequence[str]) -> None:
    """Raise Clerk's 409 if an enabled directory manages one of these attributes of a user."""
    if not _is_managed(user):
        return
    directory = store.require(DIRECTORIES, user["scim"]["directory_id"])
    for name in names:
        if name in directory["attribute_mapping"]:
            message = f"{name} is managed by a directory."
            raise ClerkAPIError(409, "attribute_managed_by_scim", "is managed", message, param_name=name)


def require_membership_not_managed(store: Store, membership: Json) -> None:
    """Raise Clerk's 409 if an enabled directory has made the user a member of its connection's organization."""
    user = store.require(USERS, membership["_user_id"])
    if not _is_managed(user):
        return
    directory = store.require(DIRECTORIES, user["scim"]["directory_id"])
    connection = store.require(ENTERPRISE_CONNECTIONS, directory["enterprise_connection_id"])
    if connection["organization_id"] == membership["_organization_id"]:
        code = "organization_membership_managed_by_scim"
        message = f"The membership of {user['id']} is managed by a directory."
        raise ClerkAPIError(409, code, "is managed", message)


def _is_managed(user: Json) -> bool:
    scim = user.get("scim")
    return bool(scim and scim["directory_enabled"]) and not user["deprovisioned"]
