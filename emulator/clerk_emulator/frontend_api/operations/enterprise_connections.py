"""The enterprise connections with which a user can sign on, and those of an organization.

That organizations set them up themselves is not emulated: the Backend API does.
"""

from __future__ import annotations

from clerk_emulator.domain.enterprise import connections
from clerk_emulator.domain.identifications import is_verified
from clerk_emulator.domain.roles import MANAGE_CONNECTIONS
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS, IDENTIFICATIONS

_HIDDEN = ("object", "custom_attributes")


@frontend_operation("getMeEnterpriseConnections")
def list_enterprise_connections(call: BrowserCall) -> list[Json]:
    user = call.require_user()
    primary = call.store.get(IDENTIFICATIONS, user["primary_email_address_id"] or "")
    if primary is None or not is_verified(primary):
        return []
    domain = primary["_identifier"].rpartition("@")[2]
    return [
        _serialize(one) for one in call.store.all(ENTERPRISE_CONNECTIONS) if one["active"] and domain in one["domains"]
    ]


@frontend_operation("listOrganizationEnterpriseConnections")
def list_connections_of_organization(call: BrowserCall) -> list[Json]:
    organization = require_member(call, MANAGE_CONNECTIONS).organization
    here = ENTERPRISE_CONNECTIONS.c.organization_id == organization["id"]
    rows = call.store.all(ENTERPRISE_CONNECTIONS, here)
    full = connections.serialize(call.keys, rows)
    return [{**_without_nulls(one), "authenticatable": one["active"]} for one in full]


def _without_nulls(value: Json) -> Json:
    """Return an object without what is null: the settings of the other protocol, and those that are not set."""
    return {name: _without_nulls(one) if is_object(one) else one for name, one in value.items() if one is not None}


def _serialize(row: Json) -> Json:
    """Return a connection without the settings of its identity provider, which concern administrators only."""
    shown = {name: value for name, value in public_fields(row).items() if name not in _HIDDEN}
    return {**{name: value for name, value in shown.items() if value is not None}, "authenticatable": True}
