"""Organizations, members and roles for tests."""

from __future__ import annotations

from typing import Any

from tests.emulator.api import Api, Json

ADMIN, MEMBER = "org:admin", "org:member"
ROLE_SET = "role_set:default"


def user(api: Api, name: str = "ada", **values: Any) -> str:
    """Create a user with an email address at example.com, and return the id."""
    return str(api.user(email_address=[f"{name}@example.com"], **values)["id"])


def organization(api: Api, name: str = "Acme", **values: Any) -> Json:
    made: Json = api.post("/organizations", {"name": name, **values})
    return made


def member(api: Api, organization_id: str, user_id: str, role: str = MEMBER, **values: Any) -> Json:
    path = f"/organizations/{organization_id}/memberships"
    made: Json = api.post(path, {"user_id": user_id, "role": role, **values})
    return made


def invite(api: Api, organization_id: str, address: str = "bob@example.com", **values: Any) -> Json:
    path = f"/organizations/{organization_id}/invitations"
    made: Json = api.post(path, {"email_address": address, "role": MEMBER, **values})
    return made


def role(api: Api, key: str) -> Json:
    """Return the role with this key."""
    (found,) = [one for one in api.get("/organization_roles", limit=500)["data"] if one["key"] == key]
    return dict(found)


def permission(api: Api, key: str) -> Json:
    """Return the permission with this key."""
    (found,) = [one for one in api.get("/organization_permissions", limit=500)["data"] if one["key"] == key]
    return dict(found)


def new_role(api: Api, key: str = "org:editor", *, in_set: bool = True, **values: Any) -> Json:
    body = {"key": key, "name": key.removeprefix("org:").title(), "include_in_initial_role_set": in_set, **values}
    made: Json = api.post("/organization_roles", body)
    return made
