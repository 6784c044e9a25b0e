"""The factors that a user can verify again, and the state in which a verification of them begins."""

from __future__ import annotations

from typing import Literal

from clerk_emulator.domain.sign_in import factors
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

Level = Literal["first_factor", "second_factor", "multi_factor"]
Status = Literal["needs_first_factor", "needs_second_factor", "complete"]

_FIRST = ("password", "email_code", "phone_code")


def first_factors(store: Store, user: Json) -> list[Json]:
    """Return the first factors that a user can verify again."""
    return [one for one in factors.first_factors(store, user, "") if one["strategy"] in _FIRST]


def second_factors(store: Store, user: Json) -> list[Json]:
    """Return the second factors that a user can verify again."""
    return factors.second_factors(store, user, "")


def lowered(level: Level, *, has_second_factor: bool) -> Level:
    """Return the level that a user can reach: the first factor is enough for one who has no second."""
    return level if has_second_factor else "first_factor"


def first_status(level: Level) -> Status:
    """Return the status of a reverification that begins."""
    return "needs_second_factor" if level == "second_factor" else "needs_first_factor"


def status_after_first(level: Level) -> Status:
    """Return the status of a reverification whose first factor was verified."""
    return "needs_second_factor" if level == "multi_factor" else "complete"
