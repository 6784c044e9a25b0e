"""Arguments for enterprise connections, SAML connections, SCIM directories and the admin portal."""

from __future__ import annotations

from typing import Any

from api import organization, patch, post, unique

_IDP = {"idp_entity_id": "https://idp.acme.com", "idp_sso_url": "https://idp.acme.com/sso"}


def _new_connection() -> dict[str, Any]:
    return {"name": "Acme", "domains": [unique("acme", ".com")], "provider": "saml_custom"}


def _connection() -> dict[str, Any]:
    return {"enterprise_connection_id": post("/enterprise_connections", _new_connection())["id"]}


def _new_saml_connection() -> dict[str, Any]:
    return {"name": "Acme", "domain": unique("saml", ".com"), "provider": "saml_custom", **_IDP}


def _saml_connection() -> dict[str, Any]:
    return {"saml_connection_id": post("/saml_connections", _new_saml_connection())["id"]}


def _new_directory() -> dict[str, Any]:
    return {**_connection(), "name": "Acme", "provider": "scim_okta"}


def _directory() -> dict[str, Any]:
    return {"scim_directory_id": post("/scim_directories", _new_directory())["id"]}


def _new_mapping() -> dict[str, Any]:
    role = post("/organization_roles", {"name": "Role", "key": unique("org:py_scim")})
    return {"scim_group_id": unique("group_"), "role_id": role["id"]}


def _with_mappings() -> dict[str, Any]:
    """Create a directory whose groups can have roles."""
    one = _directory()
    patch(f"/scim_directories/{one['scim_directory_id']}", {"group_role_mapping_enabled": True})
    return one


def _mapping() -> Any:
    one = _with_mappings()
    mapping = post(f"/scim_directories/{one['scim_directory_id']}/group_role_mappings", _new_mapping())
    return {**one, "mapping_id": mapping["id"]}


def _new_link() -> dict[str, Any]:
    return {"organization_id": organization()["id"], "scopes": ["enterprise_connections:manage"]}


def _link() -> Any:
    return {"admin_portal_link_token_id": post("/admin_portal_link_tokens", _new_link())["id"]}


MAKERS = {
    "enterprise_connections.create": lambda: {"request": _new_connection()},
    "enterprise_connections.get": _connection,
    "enterprise_connections.list": lambda: {"limit": 5},
    "enterprise_connections.update": lambda: {**_connection(), "name": "Renamed"},
    "enterprise_connections.delete": _connection,
    "enterprise_connections.create_test_run": _connection,
    "enterprise_connections.list_test_runs": _connection,
    "saml_connections.create": lambda: {"request": _new_saml_connection()},
    "saml_connections.get": _saml_connection,
    "saml_connections.list": lambda: {"limit": 5},
    "saml_connections.update": lambda: {**_saml_connection(), "name": "Renamed"},
    "saml_connections.delete": _saml_connection,
    "scim_directories.create": lambda: {"request": _new_directory()},
    "scim_directories.get": _directory,
    "scim_directories.list": lambda: {"limit": 5},
    "scim_directories.update": lambda: {**_directory(), "name": "Renamed"},
    "scim_directories.delete": _directory,
    "scim_directories.rotate_api_key": _directory,
    "scim_directories.list_group_role_mappings": _directory,
    "scim_directories.create_group_role_mapping": lambda: {**_with_mappings(), **_new_mapping()},
    "scim_directories.replace_group_role_mappings": lambda: {
        **_with_mappings(),
        "mappings": [{**_new_mapping(), "precedence": 1}],
    },
    "scim_directories.delete_group_role_mapping": _mapping,
    "admin_portal_link_tokens.create_admin_portal_link_token": _new_link,
    "admin_portal_link_tokens.revoke_admin_portal_link_token": _link,
}
