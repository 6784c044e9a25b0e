"""Dump and load the resources of operations without rules."""

from __future__ import annotations

import json

from clerk_emulator import errors
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.request.generic.resources import generic_operations
from clerk_emulator.seeding import entries
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import GENERIC_RESOURCES


def dump_resources(store: Store) -> list[Json]:
    """Return the resources as entries of a seed."""
    return [
        {"collection": row["_collection"], "parents": json.loads(row["_parents"]), "values": public_fields(row)}
        for row in store.all(GENERIC_RESOURCES, order=GENERIC_RESOURCES.as_stored)
    ]


def create_resource(store: Store, entry: Json) -> None:
    """Create the resource of an entry. Raises ClerkAPIError if the operations of its collection have rules."""
    collection = entries.pop_text(entry, "collection", "collection")
    parents, values = entries.pop_list(entry, "parents"), entry.pop("values", None)
    for name in entry:
        raise errors.unknown(name)
    if not any(one.collection == collection for one in generic_operations().values()):
        raise errors.invalid("collection", f"must be one without rules of its own; there is no such {collection}")
    if not is_object(values) or not isinstance(values.get("id"), str):
        raise errors.wrong_type("values", "an object with an id")
    if store.get(GENERIC_RESOURCES, values["id"]):
        raise errors.identifier_exists("values.id")
    store.create(GENERIC_RESOURCES, {**values, "_collection": collection, "_parents": json.dumps(parents)})
