"""SAML connections: the older view of enterprise connections that use SAML."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain.enterprise import connections
from clerk_emulator.domain.enterprise.saml import SAML_PARAMETERS
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import contains_text, includes_or_excludes
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS

_SORT_KEYS = ("created_at", "email_address", "first_name", "last_name", "phone_number", "username")
_SHARED = ("name", "organization_id", "active", *connections.SWITCHES)


@operation("ListSAMLConnections")
def list_saml_connections(call: Call) -> Response:
    # Clerk's document lists the sort keys of members here. A connection has only one of them; the others do not sort.
    return list_resources(
        call,
        ENTERPRISE_CONNECTIONS,
        ENTERPRISE_CONNECTIONS.c.saml_connection_id.is_not(None),
        contains_text(call.query["query"], ENTERPRISE_CONNECTIONS.c.name),
        includes_or_excludes(ENTERPRISE_CONNECTIONS.c.organization_id, call.query["organization_id"]),
        sort=dict.fromkeys(_SORT_KEYS, ENTERPRISE_CONNECTIONS.c.created_at),
        serialize=lambda call, rows: connections.serialize_saml(call.store, call.keys, rows),
    )


@operation("CreateSAMLConnection")
def create_saml_connection(call: Call) -> Json:
    domains = _domains(call.body)
    if domains is None:
        raise errors.missing_one_of("domain", "domains")
    body = {**_shared(call.body), "provider": call.body["provider"], "domains": domains}
    return _serialize(call, connections.create(call.store, {**body, "saml": _saml(call.body)}, prefix=""))


@operation("GetSAMLConnection")
def get_saml_connection(call: Call) -> Json:
    return _serialize(call, _connection(call))


@operation("UpdateSAMLConnection")
def update_saml_connection(call: Call) -> Json:
    body = {**_shared(call.body), "domains": _domains(call.body), "saml": _saml(call.body)}
    consent = bool(call.body.get("consent_verified_domains_deletion"))
    return _serialize(call, connections.update(call.store, _connection(call), body, consent=consent, prefix=""))


@operation("DeleteSAMLConnection")
def delete_saml_connection(call: Call) -> Json:
    row = _connection(call)
    connections.delete(call.store, row)
    return {"object": "saml_connection", "id": row["_saml_connection_id"], "deleted": True}


def _connection(call: Call) -> Json:
    saml_connection_id = call.path["saml_connection_id"]
    row = call.store.find(ENTERPRISE_CONNECTIONS, ENTERPRISE_CONNECTIONS.c.saml_connection_id == saml_connection_id)
    if row is None:
        raise errors.not_found("SAML connection", saml_connection_id)
    return row


def _domains(body: Json) -> list[str] | None:
    """Return the domains in a body. `domain` is their former parameter."""
    return body.get("domains") or ([body["domain"]] if body.get("domain") else None)


def _shared(body: Json) -> Json:
    return {name: body[name] for name in _SHARED if name in body}


def _saml(body: Json) -> Json:
    return {name: value for name, value in body.items() if name in SAML_PARAMETERS}


def _serialize(call: Call, row: Json) -> Json:
    (connection,) = connections.serialize_saml(call.store, call.keys, [row])
    return connection
