"""Enterprise connections that members set up for their organization, and test runs of them.

Below `/me`, the organization is the active one, or one that the body names.
"""

from __future__ import annotations

import json
from typing import Any

from clerk_emulator import errors
from clerk_emulator.contract.specification import operations
from clerk_emulator.contract.validators import violations
from clerk_emulator.domain.enterprise import connection_tests, connections
from clerk_emulator.domain.enterprise.connection_tests import TEST_RUNS
from clerk_emulator.domain.organizations import permissions
from clerk_emulator.domain.organizations.roles import MANAGE_CONNECTIONS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import list_page
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.storage.conditions import is_one_of
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS

_SHARED = ("name", "domains", "active", "sync_user_attributes", "disable_additional_identifications")
_JSON = ("saml_attribute_mapping", "custom_attributes")
"""Parameters that are JSON in a text."""


@frontend_operation("listOrganizationEnterpriseConnections")
def list_connections(call: BrowserCall) -> list[Json]:
    organization = require_member(call, MANAGE_CONNECTIONS).organization
    here = ENTERPRISE_CONNECTIONS.c.organization_id == organization["id"]
    return [_serialize(call, row) for row in call.store.all(ENTERPRISE_CONNECTIONS, here)]


@frontend_operation("createMeEnterpriseConnection")
@frontend_operation("createOrganizationEnterpriseConnection")
def create_connection(call: BrowserCall) -> Json:
    organization_id = _organization_id(call)
    body = _nested(call.body)
    domains = body.get("domains")
    if not domains:
        raise errors.missing("domains")
    named = {"name": body.get("name") or domains[0], "provider": call.body["provider"]}
    row = connections.create(call.store, {**body, **named, "organization_id": organization_id}, prefix="saml_")
    return _serialize(call, row)


@frontend_operation("updateMeEnterpriseConnection")
@frontend_operation("updateOrganizationEnterpriseConnection")
def update_connection(call: BrowserCall) -> Json:
    row = _connection(call)
    return _serialize(call, connections.update(call.store, row, _nested(call.body), prefix="saml_"))


@frontend_operation("deleteMeEnterpriseConnection")
@frontend_operation("deleteOrganizationEnterpriseConnection")
def delete_connection(call: BrowserCall) -> Json:
    row = _connection(call)
    connections.delete(call.store, row)
    return deleted_object(row)


@frontend_operation("listMeEnterpriseConnectionTestRuns")
@frontend_operation("listOrganizationEnterpriseConnectionTestRuns")
def list_test_runs(call: BrowserCall) -> Json:
    return list_page(
        call,
        TEST_RUNS,
        TEST_RUNS.c.enterprise_connection_id == _connection(call)["id"],
        is_one_of(TEST_RUNS.c.status, call.query["status"]),
        serialize=lambda _, rows: connection_tests.serialize(rows),
    )


@frontend_operation("createMeEnterpriseConnectionTestRun")
@frontend_operation("createOrganizationEnterpriseConnectionTestRun")
def create_test_run(call: BrowserCall) -> Json:
    return {"url": connection_tests.start(call.store, call.keys, _connection(call))}


def _organization_id(call: BrowserCall) -> str:
    """Return the id of the organization whose connections the caller may manage. Raises ClerkAPIError."""
    if not AUTHENTICATION.value(call.store, "self_serve_sso"):
        message = "Organizations of this instance do not set up their own connections."
        raise ClerkAPIError(403, "self_serve_sso_disabled", "not enabled", message)
    if "organizationID" in call.path:
        return str(require_member(call, MANAGE_CONNECTIONS).organization["id"])
    session = call.require_session()
    organization_id = call.body.get("organization_id") or session["last_active_organization_id"]
    if not organization_id:
        message = "The session has no active organization."
        raise ClerkAPIError(403, "self_serve_sso_no_active_organization", "is missing", message)
    permissions.require(call.store, organization_id, session["user_id"], MANAGE_CONNECTIONS)
    return str(organization_id)


def _connection(call: BrowserCall) -> Json:
    """Return the connection in the path. Raises Clerk's 404 for one of another organization."""
    here = ENTERPRISE_CONNECTIONS.c.organization_id == _organization_id(call)
    return call.store.require(ENTERPRISE_CONNECTIONS, call.path["enterprise_connection_id"], here)


def _nested(body: Json) -> Json:
    """Return the parameters of a form as those of the Backend API, which has them in `saml` and `oidc`."""
    values = {name: _parsed(name, value) for name, value in body.items() if value not in (None, "")}
    nested = {name: values[name] for name in _SHARED if name in values}
    if "custom_attributes" in values:
        nested["custom_attributes"] = values["custom_attributes"]
    for protocol in ("saml", "oidc"):
        prefix = f"{protocol}_"
        settings = {name.removeprefix(prefix): one for name, one in values.items() if name.startswith(prefix)}
        if settings:
            nested[protocol] = settings
    return nested


def _parsed(name: str, value: Any) -> Any:
    """Return the value of a parameter, of JSON in a text what it says. Raises ClerkAPIError for other JSON."""
    if name not in _JSON:
        return value
    try:
        parsed: Any = json.loads(value)
    except (ValueError, RecursionError):
        raise errors.malformed(name, "JSON") from None
    backend = operations()["UpdateEnterpriseConnection"]
    nested = {"saml": {"attribute_mapping": parsed}} if name == "saml_attribute_mapping" else {name: parsed}
    if violations(backend.body_pointer, nested):
        raise errors.malformed(name, "JSON as in the Backend API")
    return parsed


def _serialize(call: BrowserCall, row: Json) -> Json:
    (connection,) = connections.serialize(call.keys, [row])
    # People can sign in with each connection that is active.
    return {**_without_nulls(connection), "authenticatable": row["active"]}


def _without_nulls(value: Json) -> Json:
    """Return an object without what is null: the settings of the other protocol, and those that are not set."""
    return {name: _without_nulls(one) if is_object(one) else one for name, one in value.items() if one is not None}
