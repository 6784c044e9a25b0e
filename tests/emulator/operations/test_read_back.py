"""Created resources are read back as written, with values generated during the test."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from clerk_emulator import operations
from clerk_emulator.contract import specification
from clerk_emulator.operations.registry import HANDLERS
from tests.emulator import saml
from tests.emulator.api import Api, Json


def word() -> str:
    return f"w{secrets.token_hex(5)}"


def _user(api: Api) -> str:
    return str(api.user(email_address=[f"{word()}@example.com"])["id"])


def _organization(api: Api) -> str:
    return str(api.post("/organizations", {"name": word(), "created_by": _user(api)})["id"])


def _connection(api: Api) -> str:
    body = {"name": word(), "provider": "saml_okta", "domains": [f"{word()}.com"], "active": True}
    return str(api.post("/enterprise_connections", {**body, "saml": {"idp_metadata": saml.metadata()}})["id"])


def _bodies() -> dict[str, Callable[[Api], Json]]:
    """Return for each path a body with as many values as possible."""
    return {
        "/users": lambda api: {
            "email_address": [f"{word()}@example.com"],
            "username": word(),
            "first_name": word(),
            "last_name": word(),
            "external_id": word(),
            "public_metadata": {word(): word()},
            "private_metadata": {word(): [word()]},
            "unsafe_metadata": {word(): {word(): secrets.randbelow(1000)}},
        },
        "/email_addresses": lambda api: {"user_id": _user(api), "email_address": f"{word()}@example.com"},
        "/phone_numbers": lambda api: {
            "user_id": _user(api),
            "phone_number": f"+1415555{secrets.randbelow(9000) + 1000}",
        },
        "/sessions": lambda api: {"user_id": _user(api)},
        "/organizations": lambda api: {
            "name": word(),
            "slug": word(),
            "max_allowed_memberships": secrets.randbelow(15) + 1,
            "public_metadata": {word(): word()},
            "private_metadata": {word(): word()},
        },
        "/organizations/{organization_id}/invitations": lambda api: {
            "email_address": f"{word()}@example.com",
            "role": "org:member",
            "public_metadata": {word(): word()},
        },
        "/organization_roles": lambda api: {"name": word(), "key": f"org:{word()}", "description": word()},
        "/organization_permissions": lambda api: {
            "name": word(),
            "key": f"org:{word()}:{word()}",
            "description": word(),
        },
        "/role_sets": lambda api: {
            "name": word(),
            "description": word(),
            "default_role_key": "org:member",
            "creator_role_key": "org:admin",
            "roles": ["org:admin", "org:member"],
        },
        "/jwt_templates": lambda api: {
            "name": word(),
            "claims": {word(): word()},
            "lifetime": secrets.randbelow(1000) + 30,
            "allowed_clock_skew": secrets.randbelow(300),
        },
        "/machines": lambda api: {"name": word(), "default_token_ttl": secrets.randbelow(1000) + 1},
        "/api_keys": lambda api: {
            "name": word(),
            "subject": _user(api),
            "description": word(),
            "claims": {word(): word()},
            "scopes": [word()],
        },
        "/oauth_applications": lambda api: {"name": word(), "redirect_uris": [f"https://{word()}.example.com/back"]},
        "/redirect_urls": lambda api: {"url": f"https://{word()}.example.com/there"},
        "/enterprise_connections": lambda api: {
            "name": word(),
            "provider": "oidc_custom",
            "domains": [f"{word()}.com"],
            "allow_organization_account_linking": True,
        },
        "/saml_connections": lambda api: {
            "name": word(),
            "provider": "saml_okta",
            "domains": [f"{word()}.com"],
            "idp_entity_id": f"https://{word()}.com",
            "idp_sso_url": f"https://{word()}.com/sso",
            "force_authn": True,
        },
        **dict.fromkeys(
            ("/directories", "/scim_directories"),
            lambda api: {"name": word(), "provider": "okta", "enterprise_connection_id": _connection(api)},
        ),
    }


BODIES = _bodies()
_NOT_SHOWN = {"email_address", "user_id", "roles", "default_role_key", "creator_role_key"}
"""Values that are returned in another form. They are compared below, or in the tests of their group."""


def by_id(path: str) -> str:
    """Return the path of the created resource, if the contract has one."""
    below = [one.path for one in specification.operations().values() if one.method == "GET"]
    return next((template for template in below if re.fullmatch(re.escape(path) + r"/\{[^}]+\}", template)), "")


operations.load()
CREATED = sorted(
    operation.path
    for operation in specification.operations().values()
    if operation.method == "POST" and operation.id in HANDLERS and by_id(operation.path)
)


def test_every_written_parameter_is_in_the_table() -> None:
    assert sorted(BODIES) == CREATED


@pytest.mark.parametrize("path", CREATED)
def test_written_values_are_read_back(path: str, api: Api) -> None:
    here = path.replace("{organization_id}", _organization(api)) if "{" in path else path
    written = [BODIES[path](api) for _ in range(2)]
    made = [api.post(here, body) for body in written]
    for body, one in zip(written, made, strict=True):
        for key in body.keys() - _NOT_SHOWN:
            assert one[key] == body[key], key
        read = api.get(f"{here}/{one['id']}")
        shown_once = {"api_key", "secret", "secret_key", "client_secret"}
        assert {k: v for k, v in read.items() if k in one and k not in shown_once} == {
            k: v for k, v in one.items() if k in read and k not in shown_once
        }
        assert read["id"] == one["id"]
    assert made[0]["id"] != made[1]["id"]


LISTED_ONLY: dict[str, Callable[[Api], Json]] = {
    "/allowlist_identifiers": lambda api: {"identifier": f"{word()}@example.com"},
    "/blocklist_identifiers": lambda api: {"identifier": f"{word()}@example.com"},
    "/domains": lambda api: {"name": f"{word()}.example.com", "is_satellite": True},
    "/invitations": lambda api: {"email_address": f"{word()}@example.com", "public_metadata": {word(): word()}},
    "/organizations/{organization_id}/domains": lambda api: {"name": f"{word()}.example.com"},
    "/organizations/{organization_id}/memberships": lambda api: {
        "user_id": _user(api),
        "role": "org:member",
        "public_metadata": {word(): word()},
    },
    "/waitlist_entries": lambda api: {"email_address": f"{word()}@example.com"},
}
_ELSEWHERE = {
    "/billing/prices",  # of a plan; see test_billing.py
    "/directories/{directory_id}/group_role_mappings",  # see test_directories.py
    "/enterprise_connections/{enterprise_connection_id}/test_runs",  # test_enterprise_connections.py
    "/m2m_tokens",  # created with a machine's key; see test_m2m_tokens.py
    "/organizations/{organization_id}/billing/credits",  # a balance; see test_billing.py
    "/scim_directories/{scim_directory_id}/group_role_mappings",  # see test_directories.py
    "/users/{user_id}/billing/credits",
}
"""Read back in the tests of their groups."""
PATHS = {(one.method, one.path): one.id for one in specification.operations().values()}
LISTED = sorted(
    path
    for (method, path), operation in PATHS.items()
    if method == "POST" and operation in HANDLERS and ("GET", path) in PATHS and path not in _ELSEWHERE
)


def test_every_filter_is_in_the_table() -> None:
    assert sorted(LISTED_ONLY) == sorted(set(LISTED) - set(CREATED))


@pytest.mark.parametrize("path", LISTED)
def test_written_values_are_listed(path: str, api: Api) -> None:
    here = path.replace("{organization_id}", _organization(api)) if "{" in path else path
    body = {**BODIES, **LISTED_ONLY}[path](api)
    made = api.post(here, body)
    filters: dict[str, Any] = {"/api_keys": {"subject": body.get("subject")}, "/sessions": body}.get(path, {})
    listed = api.get(here, limit=100, **filters)
    rows = listed if isinstance(listed, list) else listed["data"]
    (row,) = [row for row in rows if row["id"] == made["id"]]
    keys = set(body) - _NOT_SHOWN if path in CREATED else set(body) & set(row)
    assert {key: row[key] for key in keys} == {key: body[key] for key in keys}
