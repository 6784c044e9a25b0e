"""The integers that a schema of the contract allows: those of 64 bits, or fewer if its format says so."""

from __future__ import annotations

from typing import Any

from clerk_emulator.json_types import Json, is_list

INT32 = range(-(2**31), 2**31)
INT64 = range(-(2**63), 2**63)


def allowed(schema: Json) -> range | None:
    """Return the integers of the format of a schema; None if the schema is not one of integers.

    Integers without a format have 64 bits too: Clerk's servers have no larger ones.
    """
    types: Any = schema.get("type")
    if types != "integer" and not (is_list(types) and "integer" in types and "number" not in types):
        return None
    return INT32 if schema.get("format") == "int32" else INT64
