"""Reverification (step-up): how recently a session's factors were verified, and how recently a route needs it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from clerk_core import InvalidArgument
from clerk_core.guards import is_list, is_mapping, is_number

ReverificationName = Literal["strict_mfa", "strict", "moderate", "lax"]
ReverificationLevel = Literal["first_factor", "second_factor", "multi_factor"]


class ReverificationDetails(TypedDict):
    """A level and an age that none of the names has."""

    level: ReverificationLevel
    """The factor whose age counts: the first; the second, if the user has one; or both."""
    after_minutes: float
    """Age in minutes from which the user must verify again."""


Reverification = ReverificationName | ReverificationDetails
"""What a route requires: `strict_mfa` (both factors, 10 minutes), `strict` (second factor, 10 minutes), `moderate`
(second factor, an hour), `lax` (second factor, a day), or `{"level": ..., "after_minutes": ...}`. Users without a
second factor verify the first one."""

_NAMES: Mapping[str, tuple[ReverificationLevel, float]] = {
    "strict_mfa": ("multi_factor", 10),
    "strict": ("second_factor", 10),
    "moderate": ("second_factor", 60),
    "lax": ("second_factor", 1440),
}
_LEVELS = ("first_factor", "second_factor", "multi_factor")
_NEVER = -1
"""The age of a factor that the user does not have."""
_MINUTES = ("after_minutes", "afterMinutes")
"""The key in Python, and that of Clerk's JavaScript packages and responses."""


@dataclass(frozen=True)
class ReverificationRequirement:
    """A checked requirement."""

    level: ReverificationLevel
    after_minutes: float
    name: str | None = None

    @property
    def as_json(self) -> str | dict[str, Any]:
        """The requirement as Clerk's JavaScript packages write it: its name, or level and `afterMinutes`."""
        return self.name or {"level": self.level, "afterMinutes": self.after_minutes}

    @property
    def error_body(self) -> dict[str, Any]:
        """The body of the 403 with which clerk-js's `useReverification` asks the user to verify again."""
        metadata = {"reverification": self.as_json}
        return {"clerk_error": {"type": "forbidden", "reason": "reverification-error", "metadata": metadata}}

    def is_met(self, factor_ages: tuple[float, float] | None) -> bool:
        """Return whether factors of these ages in minutes meet the requirement. False without ages."""
        if factor_ages is None:
            return False
        first, second = (None if age == _NEVER else self.after_minutes > age for age in factor_ages)
        if self.level == "first_factor" or second is None:
            return first or False
        return second if self.level == "second_factor" else bool(first and second)


def parse_reverification(given: object) -> ReverificationRequirement:
    """Return the requirement of an argument `reverification`.

    Raises:
        InvalidArgument: it is neither a known name nor an object with `level` and `after_minutes`.
    """
    if isinstance(given, str) and given in _NAMES:
        return ReverificationRequirement(*_NAMES[given], name=given)
    if not is_mapping(given):
        names = ", ".join(_NAMES)
        raise InvalidArgument(
            "reverification", f"expected {names} or an object with level and after_minutes, got {given!r}"
        )
    level = given.get("level")
    if level not in _LEVELS:
        raise InvalidArgument("reverification", f"expected a level of {', '.join(_LEVELS)}, got {level!r}")
    minutes = next((given[key] for key in _MINUTES if key in given), None)
    if not is_number(minutes) or not (minutes > 0 and math.isfinite(minutes)):
        raise InvalidArgument("reverification", f"expected after_minutes as a number above 0, got {minutes!r}")
    return ReverificationRequirement(level, minutes)


def reverification_error(reverification: Reverification) -> dict[str, Any]:
    """Return the JSON body of a 403 with which clerk-js's `useReverification` asks the user to verify again.

    For code that checks `claims.has(reverification=...)` itself; `require_auth(reverification=...)` sends it.

    Args:
        reverification: What was required: the same value as for `has`.

    Raises:
        InvalidArgument: it is neither a known name nor an object with `level` and `after_minutes`.
    """
    return parse_reverification(reverification).error_body


def is_reverified(factor_ages: tuple[float, float] | None, wanted: object) -> bool:
    """Return whether factors meet what `has(reverification=...)` asks for. False if that is malformed."""
    try:
        return parse_reverification(wanted).is_met(factor_ages)
    except InvalidArgument:
        return False


def read_factor_ages(value: object) -> tuple[float, float] | None:
    """Return the ages in the claim `fva`; None if it is malformed."""
    if not is_list(value) or len(value) != 2 or not all(_is_age(age) for age in value):
        return None
    return value[0], value[1]


def _is_age(value: object) -> bool:
    try:
        return is_number(value) and math.isfinite(value) and (value >= 0 or value == _NEVER)
    except OverflowError:  # an integer that no float can hold
        return False
