"""Arguments for permissions, roles and role sets."""

from __future__ import annotations

from typing import Any

from api import post, unique


def _permission() -> Any:
    return {"permission_id": post("/organization_permissions", {"name": "P", "key": unique("org:py:p")})["id"]}


def _new_role() -> dict[str, Any]:
    return post("/organization_roles", {"name": "Role", "key": unique("org:py_role")})


def _role() -> dict[str, Any]:
    return {"organization_role_id": _new_role()["id"]}


def _assigned() -> Any:
    ids = {**_role(), **_permission()}
    post(f"/organization_roles/{ids['organization_role_id']}/permissions/{ids['permission_id']}")
    return ids


def _set(**values: Any) -> dict[str, Any]:
    return {
        "name": "Set",
        "key": unique("role_set:py"),
        "default_role_key": "org:member",
        "creator_role_key": "org:admin",
        "roles": ["org:admin", "org:member"],
        **values,
    }


def _role_set(**values: Any) -> dict[str, Any]:
    return {"role_set_key_or_id": post("/role_sets", _set(**values))["id"]}


def _replaced_role() -> Any:
    key = _new_role()["key"]
    return {**_role_set(roles=["org:admin", "org:member", key]), "role_key": key, "to_role_key": "org:member"}


MAKERS = {
    "organization_permissions.create": lambda: {"name": "Read", "key": unique("org:py:read")},
    "organization_permissions.get": _permission,
    "organization_permissions.list": lambda: {"limit": 5},
    "organization_permissions.update": lambda: {**_permission(), "name": "Write"},
    "organization_permissions.delete": _permission,
    "organization_roles.create": lambda: {"name": "Role", "key": unique("org:py_role")},
    "organization_roles.get": _role,
    "organization_roles.list": lambda: {"limit": 5},
    "organization_roles.update": lambda: {**_role(), "name": "Renamed"},
    "organization_roles.delete": _role,
    "organization_roles.assign_permission": lambda: {**_role(), **_permission()},
    "organization_roles.remove_permission": _assigned,
    "role_sets.create": _set,
    "role_sets.get": _role_set,
    "role_sets.list": lambda: {"limit": 5},
    "role_sets.update": lambda: {**_role_set(), "name": "Renamed"},
    "role_sets.add_roles": lambda: {**_role_set(), "role_keys": [_new_role()["key"]]},
    "role_sets.replace_role": _replaced_role,
    "role_sets.replace": lambda: {**_role_set(), "dest_role_set_key": "role_set:default"},
}
