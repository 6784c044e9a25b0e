"""Enterprise connections, by which people sign in through their company: those of the user and of an organization.

They are only listed here. That organizations set them up themselves is not emulated: the Backend API does.
"""

from __future__ import annotations

from clerk_emulator.domain.enterprise import connections
from clerk_emulator.domain.membership_invitations import verified_addresses
from clerk_emulator.domain.roles import MANAGE_CONNECTIONS
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS


@frontend_operation("getMeEnterpriseConnections")
def list_connections_of_user(call: BrowserCall) -> list[Json]:
    user = call.require_user()
    domains = {address.rpartition("@")[2] for address in verified_addresses(call.store, user["id"])}
    active = call.store.all(ENTERPRISE_CONNECTIONS, ENTERPRISE_CONNECTIONS.c.active)
    return _serialize(call, [one for one in active if domains & set(one["domains"])])


@frontend_operation("listOrganizationEnterpriseConnections")
def list_connections_of_organization(call: BrowserCall) -> list[Json]:
    organization = require_member(call, MANAGE_CONNECTIONS).organization
    here = ENTERPRISE_CONNECTIONS.c.organization_id == organization["id"]
    return _serialize(call, call.store.all(ENTERPRISE_CONNECTIONS, here))


def _serialize(call: BrowserCall, rows: list[Json]) -> list[Json]:
    hidden = ("saml_connection", "oauth_config", "organization_id")
    shown = connections.serialize(call.keys, rows)
    # The settings of the other protocol are left out, because they cannot be null here.
    return [{name: value for name, value in one.items() if name not in hidden or value is not None} for one in shown]
