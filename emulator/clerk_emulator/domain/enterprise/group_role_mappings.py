"""Which roles the groups of a directory have in the organization. The mapping with the lowest precedence wins."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.organizations.roles import serialize_role
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import ROLES

MAPPINGS = ResourceTable(
    "directory_group_role_mapping",
    "scimgrm",
    {"directory_group_id": str, "precedence": int},
    owners={"directory_id": "directory", "role_id": "role"},
    unique=(("directory_id", "directory_group_id"),),
)


def of_directory(store: Store, directory: Json) -> list[Json]:
    """Return the mappings of a directory by precedence."""
    order = (MAPPINGS.c.precedence, *MAPPINGS.oldest_first)
    return store.all(MAPPINGS, MAPPINGS.c.directory_id == directory["id"], order=order)


def role_for(store: Store, directory: Json, groups: Sequence[str]) -> str | None:
    """Return the key of the role for a member of groups, or None if no mapping applies."""
    if not directory["group_role_mapping_enabled"]:
        return None
    for mapping in of_directory(store, directory):
        if mapping["directory_group_id"] in groups:
            key: str = store.require(ROLES, mapping["_role_id"])["key"]
            return key
    return None


def create(store: Store, directory: Json, body: Json) -> Json:
    """Create a mapping. Raises ClerkAPIError, such as for a group that has one already.

    Without a `precedence` it is appended. If another mapping has its precedence, that one and the next move back.
    """
    _require_enabled(directory)
    return _create(store, directory, body)


def create_all(store: Store, directory: Json, entries: Sequence[Json]) -> None:
    """Create the mappings of a new directory, whose precedence is that of the list unless they have their own."""
    for entry in entries:
        _create(store, directory, entry, "group_role_mappings.")


def replace(store: Store, directory: Json, entries: Sequence[Json]) -> list[Json]:
    """Replace all mappings of a directory; the order of the entries becomes their precedence."""
    _require_enabled(directory)
    names = {row["directory_group_id"]: row["directory_group_display_name"] for row in of_directory(store, directory)}
    store.delete(MAPPINGS, MAPPINGS.c.directory_id == directory["id"])
    for entry in entries:
        row = _create(store, directory, entry, "mappings.")
        if name := names.get(row["directory_group_id"]):
            store.update(MAPPINGS, row, directory_group_display_name=name, scim_group_display_name=name)
    return of_directory(store, directory)


def delete(store: Store, directory: Json, mapping_id: str) -> Json:
    """Delete a mapping and return it. Raises Clerk's 404 if the directory does not have it."""
    _require_enabled(directory)
    row = store.require(MAPPINGS, mapping_id, MAPPINGS.c.directory_id == directory["id"])
    store.delete(MAPPINGS, MAPPINGS.c.id == mapping_id)
    return row


def serialize(store: Store, rows: Sequence[Json], kind: str) -> list[Json]:
    """Return mappings as the API returns them; `kind` is their `object`."""
    return [
        {**public_fields(row), "object": kind, "role": serialize_role(store, store.require(ROLES, row["_role_id"]))}
        for row in rows
    ]


def _create(store: Store, directory: Json, body: Json, prefix: str = "") -> Json:
    group_id = formats.either_name(body, "directory_group_id", "scim_group_id", prefix)
    if not group_id:
        raise errors.missing_one_of(f"{prefix}directory_group_id", f"{prefix}scim_group_id")
    if store.get(ROLES, body["role_id"]) is None:
        error = errors.not_found("role", body["role_id"])
        error.errors[0]["meta"]["param_name"] = f"{prefix}role_id"
        raise error
    display_names = ("directory_group_display_name", "scim_group_display_name")
    display_name = formats.either_name(body, *display_names, prefix) or ""
    rows = of_directory(store, directory)
    if any(row["directory_group_id"] == group_id for row in rows):
        name = f"{prefix}directory_group_id"
        raise errors.duplicate(name) if prefix else errors.already_exists(name)
    taken = {row["precedence"] for row in rows}
    precedence = body.get("precedence") or max(taken, default=0) + 1
    if precedence in taken:
        for row in rows:
            if row["precedence"] >= precedence:
                store.update(MAPPINGS, row, precedence=row["precedence"] + 1)
    return store.create(
        MAPPINGS,
        {
            "directory_id": directory["id"],
            "scim_directory_id": directory["id"],
            "directory_group_id": group_id,
            "scim_group_id": group_id,
            "directory_group_display_name": display_name,
            "scim_group_display_name": display_name,
            "precedence": precedence,
            "_role_id": body["role_id"],
        },
    )


def _require_enabled(directory: Json) -> None:
    if not directory["group_role_mapping_enabled"]:
        message = "Group role mapping is not enabled for this directory."
        raise ClerkAPIError(400, "feature_not_enabled", "not enabled", message)
