"""The enterprise connections with which a user can sign on, which user profiles list."""

from __future__ import annotations

from clerk_emulator.domain.users.identifications import is_verified
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
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


def _serialize(row: Json) -> Json:
    """Return a connection without the settings of its identity provider, which concern administrators only."""
    shown = {name: value for name, value in public_fields(row).items() if name not in _HIDDEN}
    return {**{name: value for name, value in shown.items() if value is not None}, "authenticatable": True}
