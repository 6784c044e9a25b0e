"""Helpers for stored resources (rows): JSON objects whose private keys begin with an underscore."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from clerk_emulator.json_types import Json


def public_fields(row: Json) -> Json:
    """Return a resource without its private keys."""
    return {key: value for key, value in row.items() if key[0] != "_"}


def deleted_object(row: Json, *names: str) -> Json:
    """Return the response for a deleted resource; `names` are further keys to include if they are not None."""
    extra = {name: row[name] for name in names if row.get(name) is not None}
    return {"object": row["object"], "id": row["id"], "deleted": True, **extra}


def group_by(rows: Sequence[Json], key: str) -> dict[Any, list[Json]]:
    """Return resources grouped by the value of a key. Each group keeps the order of the rows."""
    ordered = sorted(rows, key=lambda row: str(row[key]))
    return {value: list(group) for value, group in itertools.groupby(ordered, key=lambda row: row[key])}
