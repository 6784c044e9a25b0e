"""Directories: a company's directory (SCIM) that creates, changes and deactivates users of an enterprise connection."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain.enterprise import group_role_mappings
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import DIRECTORIES, ENTERPRISE_CONNECTIONS, USERS

PROVISIONED_USERS = ResourceTable(
    "directory_user",
    "dirusr",
    {"external_id": str},
    owners={"directory_id": "directory", "user_id": "user"},
    unique=(("directory_id", "external_id"),),
)
"""The users that a directory manages. `_external_id` is the id of the user in the directory."""

GRACE_SECONDS = 3600
"""How long the previous API key stays valid after a rotation. Clerk says that it is short; the time is our choice."""

_ATTRIBUTE_MAPPING = {
    "email_address": "emails.#(primary==true).value",
    "first_name": "name.givenName",
    "last_name": "name.familyName",
}
"""The mapping of a new directory. Clerk's is not known."""


def create(store: Store, body: Json) -> Json:
    """Create a directory; `body` has the parameters of `POST /directories`. Raises ClerkAPIError."""
    connection = store.get(ENTERPRISE_CONNECTIONS, body["enterprise_connection_id"])
    if connection is None:
        raise errors.referenced_not_found("enterprise_connection_id", body["enterprise_connection_id"])
    _require_no_other_directory(store, connection)
    mappings: list[Json] = body.get("group_role_mappings") or []
    row = store.create(
        DIRECTORIES,
        {
            "name": body["name"].strip() if body.get("name", "").strip() else connection["name"],
            "enterprise_connection_id": connection["id"],
            "provider": _not_blank("provider", body["provider"]),
            "enabled": True,
            # A directory with mappings uses them; without, the feature has to be enabled first. Our choice.
            "group_role_mapping_enabled": bool(mappings),
            "attribute_mapping": _ATTRIBUTE_MAPPING,
            "_api_key": _new_api_key(store),
            "_previous_api_key": None,
            "_previous_api_key_expires_at": 0,
        },
    )
    group_role_mappings.create_all(store, row, mappings)
    return row


def update(store: Store, row: Json, body: Json) -> Json:
    """Change a directory; `body` has the parameters of `PATCH /directories/{id}`. Raises ClerkAPIError."""
    changes: Json = {name: body[name] for name in ("enabled", "group_role_mapping_enabled") if name in body}
    changes |= {name: _not_blank(name, body[name]) for name in ("name", "provider") if name in body}
    if "attribute_mapping" in body:
        merged = {**row["attribute_mapping"], **body["attribute_mapping"]}
        changes["attribute_mapping"] = {name: path for name, path in merged.items() if path is not None}
    row = store.update(DIRECTORIES, row, **changes)
    for user in users_of(store, row):
        scim = {**user["scim"], "directory_enabled": row["enabled"]}
        store.update(USERS, user, scim=scim, updated_at=user["updated_at"])
    return row


def delete(store: Store, row: Json) -> None:
    """Delete a directory. Its users stay, and are no longer managed by it: our choice."""
    for user in users_of(store, row):
        store.update(USERS, user, scim=None)
    store.delete(DIRECTORIES, DIRECTORIES.c.id == row["id"])


def rotate_api_key(store: Store, row: Json) -> Json:
    """Replace the API key. The previous one stays valid for a while."""
    return store.update(
        DIRECTORIES,
        row,
        _api_key=_new_api_key(store),
        _previous_api_key=row["_api_key"],
        _previous_api_key_expires_at=store.clock.now() + GRACE_SECONDS * 1000,
    )


def of_connection(store: Store, connection: Json) -> list[Json]:
    """Return the directories of a connection: one, or none."""
    return store.all(DIRECTORIES, DIRECTORIES.c.enterprise_connection_id == connection["id"])


def with_id_or_key(store: Store, text: str) -> Json:
    """Return the directory with this id or valid API key. Raises Clerk's 401 for any other key."""
    if row := store.get(DIRECTORIES, text):
        return row
    for row in store.all(DIRECTORIES):
        previous = row["_previous_api_key"] if row["_previous_api_key_expires_at"] > store.clock.now() else None
        if text in (row["_api_key"], previous):
            return row
    message = "There is no directory with this id or API key."
    raise ClerkAPIError(401, "authentication_invalid", "is invalid", message)


def users_of(store: Store, row: Json) -> list[Json]:
    """Return the users that a directory manages."""
    found = store.all(PROVISIONED_USERS, PROVISIONED_USERS.c.directory_id == row["id"])
    return [store.require(USERS, one["_user_id"]) for one in found]


def serialize(call: Call, rows: Sequence[Json], kind: str, *, with_key: bool = False) -> list[Json]:
    """Return directories as the API returns them; `kind` is their `object`. Only new keys are shown."""
    return [
        {
            **public_fields(row),
            "object": kind,
            "endpoint_url": f"{call.keys.issuer}/v1/scim/{row['id']}",
            "custom_attributes": _connection(call.store, row)["custom_attributes"],
            "api_key": row["_api_key"] if with_key else None,
        }
        for row in rows
    ]


def _connection(store: Store, row: Json) -> Json:
    return store.require(ENTERPRISE_CONNECTIONS, row["enterprise_connection_id"])


def _require_no_other_directory(store: Store, connection: Json) -> None:
    """Raise Clerk's error if the connection, or its organization, has a directory."""
    name = "enterprise_connection_id"
    if of_connection(store, connection):
        code, message = "scim_directory_enterprise_connection_already_used", f"{connection['id']} has a directory."
        raise ClerkAPIError(422, code, "has a directory", message, param_name=name)
    organization_id = connection["organization_id"]
    if organization_id is None:
        return
    siblings = store.all(ENTERPRISE_CONNECTIONS, ENTERPRISE_CONNECTIONS.c.organization_id == organization_id)
    if any(of_connection(store, sibling) for sibling in siblings):
        code, message = "scim_directory_organization_already_used", f"{organization_id} has a directory."
        raise ClerkAPIError(400, code, "has a directory", message, param_name=name)


def _not_blank(name: str, value: str) -> str:
    if not value.strip():
        raise errors.null(name)
    return value.strip()


def _new_api_key(store: Store) -> str:
    return f"scim_key_{store.ids.secret()}"
