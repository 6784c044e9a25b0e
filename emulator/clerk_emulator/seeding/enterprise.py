"""The sections of a seed for enterprise connections and directories."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.enterprise import group_role_mappings
from clerk_emulator.domain.enterprise.connections import SWITCHES
from clerk_emulator.domain.enterprise.saml import SAML_PARAMETERS
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.request.execution import perform
from clerk_emulator.request.state import State
from clerk_emulator.seeding import entries
from clerk_emulator.seeding.references import find_organization, find_role, reserve_id
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import DIRECTORIES, ENTERPRISE_CONNECTIONS, ROLES

_OIDC_FIELDS = ("client_id", "discovery_url", "auth_url", "token_url", "user_info_url", "requires_pkce")
_DIRECTORY_UPDATES = ("enabled", "group_role_mapping_enabled", "attribute_mapping")
_GROUP_FIELDS = ("directory_group_id", "directory_group_display_name", "precedence")


def create_connection(state: State, entry: Json) -> None:
    """Create an enterprise connection."""
    reserve_id(state, ENTERPRISE_CONNECTIONS, entry)
    if "saml_connection_id" in entry:
        state.ids.expect("samlc", entries.pop_text(entry, "saml_connection_id", "saml_connection_id"))
    if "organization" in entry:
        entry["organization_id"] = find_organization(state.store, entry.pop("organization"))["id"]
    updates = {name: entry.pop(name) for name in SWITCHES[:2] if name in entry}
    connection_id: str = perform(state, "CreateEnterpriseConnection", entry)["id"]
    if updates:
        perform(state, "UpdateEnterpriseConnection", updates, enterprise_connection_id=connection_id)


def create_directory(state: State, entry: Json) -> None:
    """Create a directory, with its API key if the entry has one."""
    reserve_id(state, DIRECTORIES, entry)
    api_key = entries.pop_text(entry, "api_key", "api_key") if "api_key" in entry else None
    updates = {name: entry.pop(name) for name in _DIRECTORY_UPDATES if name in entry}
    if "group_role_mappings" in entry:
        groups = entries.pop_list(entry, "group_role_mappings")
        entry["group_role_mappings"] = [_mapping(state.store, group) for group in groups]
    directory_id: str = perform(state, "CreateDirectory", entry)["id"]
    if updates:
        perform(state, "UpdateDirectory", updates, directory_id=directory_id)
    if api_key is not None:
        row = state.store.require(DIRECTORIES, directory_id)
        state.store.update(DIRECTORIES, row, _api_key=api_key)


def _mapping(store: Store, entry: Any) -> Json:
    """Return a mapping as the API takes it: with the id of its role instead of the key."""
    if not is_object(entry):
        raise errors.wrong_type("group_role_mappings", "a list of objects")
    if "role" not in entry:
        raise errors.missing("group_role_mappings.role")
    values = {name: value for name, value in entry.items() if name != "role"}
    return {**values, "role_id": find_role(store, entry["role"])["id"]}


def dump_connections(store: Store) -> list[Json]:
    """Return the enterprise connections as entries of a seed."""
    return [_connection_entry(row) for row in store.all(ENTERPRISE_CONNECTIONS, order=ENTERPRISE_CONNECTIONS.as_stored)]


def _connection_entry(row: Json) -> Json:
    entry = {name: row[name] for name in ("id", "name", "provider", "domains", "active", *SWITCHES)}
    if row["organization_id"]:
        entry["organization"] = row["organization_id"]
    if row["custom_attributes"]:
        entry["custom_attributes"] = row["custom_attributes"]
    if row["_saml"]:
        entry["saml_connection_id"] = row["_saml_connection_id"]
        entry["saml"] = {name: row["_saml"][name] for name in sorted(SAML_PARAMETERS) if row["_saml"][name] is not None}
    else:
        oidc = row["_oidc"]
        entry["oidc"] = {name: oidc[name] for name in _OIDC_FIELDS if oidc[name]}
        if oidc["_client_secret"]:
            entry["oidc"]["client_secret"] = oidc["_client_secret"]
    return entry


def dump_directories(store: Store) -> list[Json]:
    """Return the directories as entries of a seed."""
    return [_directory_entry(store, row) for row in store.all(DIRECTORIES, order=DIRECTORIES.as_stored)]


def _directory_entry(store: Store, row: Json) -> Json:
    names = ("id", "enterprise_connection_id", "name", "provider", *_DIRECTORY_UPDATES)
    entry = {name: row[name] for name in names}
    groups = [
        {name: mapping[name] for name in _GROUP_FIELDS} | {"role": store.require(ROLES, mapping["_role_id"])["key"]}
        for mapping in group_role_mappings.of_directory(store, row)
    ]
    return {**entry, **({"group_role_mappings": groups} if groups else {}), "api_key": row["_api_key"]}
