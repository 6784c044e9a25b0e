"""Enterprise connections: single sign-on with the identity provider (IdP) of a company, by SAML or OIDC.

A SAML connection is the older view of the same resource: its row has both ids.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.enterprise import directories, oidc, saml
from clerk_emulator.domain.organizations import domain_exclusivity
from clerk_emulator.domain.organizations.organization_profiles import require_organizations_enabled
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store, Where
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS, IDENTIFICATIONS, ORGANIZATIONS

SWITCHES = ("sync_user_attributes", "disable_additional_identifications", "allow_organization_account_linking")
_SAML_SWITCHES = ("allow_idp_initiated", "allow_subdomains", "force_authn")


def create(store: Store, body: Json, *, prefix: str = "saml.") -> Json:
    """Create a connection. `body` has the parameters of `POST /enterprise_connections`.

    `prefix` precedes the names of SAML parameters in errors. Raises ClerkAPIError.
    """
    by_saml = body["provider"].startswith("saml_")
    row = store.create(
        ENTERPRISE_CONNECTIONS,
        {
            "name": _name(body["name"]),
            "provider": body["provider"],
            "domains": _domains(body["domains"]),
            "organization_id": _organization_id(store, body.get("organization_id")),
            "active": False,
            "logo_public_url": None,
            "sync_user_attributes": True,
            "disable_additional_identifications": False,
            "allow_organization_account_linking": bool(body.get("allow_organization_account_linking")),
            "custom_attributes": _custom_attributes(body.get("custom_attributes") or []),
            "_saml_connection_id": store.ids.new("samlc") if by_saml else None,
            "_saml": saml.NEW_SETTINGS | saml.changes(body.get("saml") or {}, saml.NEW_SETTINGS, prefix)
            if by_saml
            else None,
            "_oidc": None if by_saml else oidc.new_settings(store, body.get("oidc") or {}),
        },
    )
    return _set_active(store, row, True) if body.get("active") else row


def update(store: Store, row: Json, body: Json, *, consent: bool = True, prefix: str = "saml.") -> Json:
    """Change a connection; null changes nothing. `body` has the parameters of `PATCH /enterprise_connections/{id}`.

    If the connection is active afterwards, verified domains of organizations that are used for enrollment are deleted,
    or, without `consent`, prevent it. `prefix` precedes the names of SAML parameters in errors. Raises ClerkAPIError.
    """
    sent: Json = {name: value for name, value in body.items() if value is not None}
    changed: Json = {name: sent[name] for name in SWITCHES if name in sent}
    if "name" in sent:
        changed["name"] = _name(sent["name"])
    if sent.get("domains"):  # an empty list changes nothing
        changed["domains"] = _domains(sent["domains"])
    if "organization_id" in sent:
        changed["organization_id"] = _organization_id(store, sent["organization_id"])
    if "custom_attributes" in sent:
        changed["custom_attributes"] = _custom_attributes(sent["custom_attributes"])
    if row["_saml"] and "saml" in sent:
        changed["_saml"] = row["_saml"] | saml.changes(sent["saml"], row["_saml"], prefix)
    if row["_oidc"] and "oidc" in sent:
        changed["_oidc"] = oidc.changed_settings(store, row["_oidc"], sent["oidc"])
    row = store.update(ENTERPRISE_CONNECTIONS, row, **changed)
    return _set_active(store, row, sent["active"] if "active" in sent else row["active"], consent=consent)


def delete(store: Store, row: Json) -> None:
    """Delete a connection with its test runs and directory, and the accounts of users with it."""
    for directory in directories.of_connection(store, row):
        directories.delete(store, directory)
    store.delete(IDENTIFICATIONS, *accounts_of(row["id"]))
    store.delete(ENTERPRISE_CONNECTIONS, ENTERPRISE_CONNECTIONS.c.id == row["id"])


def unlink_organization(store: Store, organization_id: str) -> None:
    """Remove a deleted organization from its connections. That they are kept is our choice."""
    linked = ENTERPRISE_CONNECTIONS.c.organization_id == organization_id
    store.update_all(ENTERPRISE_CONNECTIONS, linked, organization_id=None)


def accounts_of(connection_id: str) -> Sequence[Where]:
    """Return the conditions for the accounts of users with a connection."""
    return (
        IDENTIFICATIONS.c.object == "enterprise_account",
        IDENTIFICATIONS.c.identifier > f"{connection_id}:",
        IDENTIFICATIONS.c.identifier < f"{connection_id};",  # the character after the colon
    )


def serialize(keys: Keys, rows: Sequence[Json]) -> list[Json]:
    """Return connections as the API returns them."""
    return [
        {
            **public_fields(row),
            "saml_connection": _nested_saml_connection(keys, row) if row["_saml"] else None,
            "oauth_config": oidc.serialize(row) if row["_oidc"] else None,
        }
        for row in rows
    ]


def serialize_saml(store: Store, keys: Keys, rows: Sequence[Json]) -> list[Json]:
    """Return SAML connections as the API returns them."""
    hidden = ("logo_public_url", "custom_attributes")
    return [
        {
            **{name: value for name, value in public_fields(row).items() if name not in hidden},
            **row["_saml"],
            "object": "saml_connection",
            "id": row["_saml_connection_id"],
            "name": row["name"],
            "domain": row["domains"][0],
            **_service_urls(keys, row),
            "user_count": store.count(IDENTIFICATIONS, *accounts_of(row["id"])),
            "enterprise_connection_id": row["id"],
        }
        for row in rows
    ]


def _nested_saml_connection(keys: Keys, row: Json) -> Json:
    settings = row["_saml"]
    names = ("idp_entity_id", "idp_sso_url", "idp_metadata_url", "login_hint", *_SAML_SWITCHES)
    return {
        "id": row["_saml_connection_id"],
        "name": settings["name"] or row["name"],
        "active": row["active"],
        **{name: settings[name] for name in names},
        **_service_urls(keys, row),
    }


def _service_urls(keys: Keys, row: Json) -> Json:
    """Return the URLs of the service provider, which is the Frontend API."""
    base = f"{keys.issuer}/v1/saml"
    connection_id = row["_saml_connection_id"]
    return {
        "acs_url": f"{base}/acs/{connection_id}",
        "sp_entity_id": f"{keys.issuer}/{connection_id}",
        "sp_metadata_url": f"{base}/metadata/{connection_id}",
    }


def _set_active(store: Store, row: Json, active: bool, *, consent: bool = True) -> Json:
    if active:
        if row["_saml"] and not saml.is_configured(row["_saml"]):
            message = "A SAML connection needs the IdP's entity id, sign-on URL and certificate, or its metadata."
            raise ClerkAPIError(422, "saml_connection_cant_be_activated", "cannot be activated", message)
        if row["_oidc"]:
            oidc.require_configured(row["_oidc"])
        domain_exclusivity.delete_matching(store, row["domains"], consent=consent)
    return store.update(ENTERPRISE_CONNECTIONS, row, active=active) if active != row["active"] else row


def _name(value: str) -> str:
    if not value.strip():
        raise errors.null("name")
    return value.strip()


def _domains(values: Sequence[str]) -> list[str]:
    hosts = [formats.host("domains", value) for value in values]
    if len(set(hosts)) < len(hosts):
        raise errors.duplicate("domains")
    return hosts


def _organization_id(store: Store, organization_id: str | None) -> str | None:
    if not organization_id:
        return None
    require_organizations_enabled(store)
    found: str = store.require(ORGANIZATIONS, organization_id)["id"]
    return found


def _custom_attributes(entries: Sequence[Json]) -> list[Json]:
    """Return custom attributes with both names of the directory path. Raises ClerkAPIError if the names disagree."""
    keys = [entry["key"] for entry in entries]
    if len(set(keys)) < len(keys):
        raise errors.duplicate("custom_attributes.key")
    attributes: list[Json] = []
    for entry in entries:
        path = formats.either_name(entry, "directory_path", "scim_path", "custom_attributes.")
        paths = {} if path is None else {"directory_path": path, "scim_path": path}
        attributes.append({**entry, **paths, "multi_valued": bool(entry.get("multi_valued"))})
    return attributes
