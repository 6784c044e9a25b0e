"""The accounts that users have through enterprise connections."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS

_SAML_FIELDS = (
    "id",
    "name",
    "domains",
    "active",
    "provider",
    "sync_user_attributes",
    "disable_additional_identifications",
    "created_at",
    "updated_at",
)


def serialize_accounts(store: Store, rows: Sequence[Json]) -> tuple[list[Json], list[Json]]:
    """Return the `enterprise_accounts` and the `saml_accounts` of a user; the latter are the older view of the same."""
    if not rows:
        return [], []
    connections = [store.require(ENTERPRISE_CONNECTIONS, row["enterprise_connection_id"]) for row in rows]
    pairs = list(zip(rows, connections, strict=True))
    enterprise_accounts = [_enterprise_account(row, connection) for row, connection in pairs]
    saml_accounts = [_saml_account(row, connection) for row, connection in pairs if connection["_saml"]]
    return enterprise_accounts, saml_accounts


def _enterprise_account(row: Json, connection: Json) -> Json:
    shared = {name: value for name, value in public_fields(row).items() if name not in ("created_at", "updated_at")}
    settings: Json = connection["_saml"] or {}
    return {
        **shared,
        "enterprise_connection": {
            **{name: connection[name] for name in _SAML_FIELDS},
            "protocol": row["protocol"],
            "logo_public_url": connection["logo_public_url"],
            "allow_idp_initiated": settings.get("allow_idp_initiated", False),
            "allow_subdomains": settings.get("allow_subdomains", False),
        },
    }


def _saml_account(row: Json, connection: Json) -> Json:
    hidden = ("object", "protocol", "enterprise_connection_id", "created_at", "updated_at")
    shared = {name: value for name, value in public_fields(row).items() if name not in hidden}
    settings = connection["_saml"]
    return {
        "object": "saml_account",
        **shared,
        "saml_connection": {
            **{name: connection[name] for name in _SAML_FIELDS},
            "id": connection["_saml_connection_id"],
            "allow_idp_initiated": settings["allow_idp_initiated"],
            "allow_subdomains": settings["allow_subdomains"],
        },
    }
