"""Take values out of a seed's entries, checking their types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.json_types import Json, is_list


def pop_list(entry: Json, name: str) -> list[Any]:
    """Remove and return a list; an empty one if the entry has none."""
    values = entry.pop(name, [])
    if not is_list(values):
        raise errors.wrong_type(name, "a list")
    return values


def pop_text(entry: Json, name: str, label: str) -> str:
    """Remove and return a required string; `label` is its name in errors."""
    if name not in entry:
        raise errors.missing(label)
    value = entry.pop(name)
    if not isinstance(value, str):
        raise errors.wrong_type(label, "a string")
    return value


def pop_flag(entry: Json, name: str, *, default: bool) -> bool:
    """Remove and return a boolean."""
    value = entry.pop(name, default)
    if not isinstance(value, bool):
        raise errors.wrong_type(name, "a boolean")
    return value


def pop_times(entry: Json, names: Sequence[str]) -> Json:
    """Remove and return the times among `names` that the entry has, in milliseconds."""
    for name in names:
        if name in entry and not isinstance(entry[name], str):
            raise errors.wrong_type(name, "a time, as a string")
    return {name: formats.time(name, entry.pop(name)) for name in names if name in entry}


def pop_billing(entry: Json) -> Json:
    """Remove and return the plan, its features and the credit; None for each missing key."""
    plan, features = entry.pop("plan", None), pop_list(entry, "features")
    if plan is not None and not isinstance(plan, str):
        raise errors.wrong_type("plan", "a string")
    if not all(isinstance(feature, str) for feature in features):
        raise errors.wrong_type("features", "a list of strings")
    return {"plan": plan, "features": features, "credits": entry.pop("credits", None)}


def pop_id(entry: Json, prefix: str) -> str | None:
    """Remove and return the id, or None."""
    if "id" not in entry:
        return None
    resource_id = entry.pop("id")
    if not isinstance(resource_id, str) or not re.fullmatch(rf"{prefix}_[A-Za-z0-9_]+", resource_id):
        raise errors.malformed("id", f"{prefix}_ and letters, digits or underscores")
    return resource_id


def pop_unverified(entry: Json, kind: str) -> list[Any]:
    """Remove and return the unverified email addresses or phone numbers of a user; the API adds them afterwards."""
    status_name = f"{kind}_identification_status"
    values, statuses = entry.get(kind, []), entry.get(status_name, [])
    if not (is_list(values) and is_list(statuses)):
        return []
    formats.require_same_length(kind, values, status_name, statuses)
    if "unverified" not in statuses:
        return []
    pairs = list(zip(values, statuses, strict=True))
    entry[kind] = [value for value, status in pairs if status != "unverified"]
    entry[status_name] = [status for _, status in pairs if status != "unverified"]
    return [value for value, status in pairs if status == "unverified"]
