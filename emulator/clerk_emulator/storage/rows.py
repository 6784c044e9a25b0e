"""Helpers for stored resources (rows): JSON objects whose private keys begin with an underscore."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from clerk_emulator.json_types import Json


def public_fields(row: Json) -> Json:
    """Return a resource without its private keys."""
    public = row.copy()
    for key in _private_keys(tuple(row)):
        del public[key]
    return public


@functools.lru_cache(maxsize=1024)  # resources of one type have the same keys
def _private_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keys if key[0] == "_")


def deleted_object(row: Json, *names: str) -> Json:
    """Return the response for a deleted resource; `names` are further keys to include if they are not None."""
    extra = {name: row[name] for name in names if row.get(name) is not None}
    return {"object": row["object"], "id": row["id"], "deleted": True, **extra}


def group_by(rows: Sequence[Json], key: str) -> dict[Any, list[Json]]:
    """Return resources grouped by the value of a key. Each group keeps the order of the rows."""
    groups: dict[Any, list[Json]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return dict(sorted(groups.items(), key=lambda group: str(group[0])))
