"""Read `spec/rate_limits.yaml`: Clerk's rate limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from clerk_core.guards import is_list, is_object
from generator.problems import GeneratorProblem
from generator.yaml_files import read_yaml

_KEYS = {"operations", "calls", "seconds", "per"}
_HOUR = 3600


@attrs.frozen
class RateLimit:
    """A number of calls within some seconds, counted for all of `operations` together."""

    operations: tuple[str, ...]
    calls: int
    seconds: int
    per: str | None
    """What the calls are counted by, such as `user`; None if Clerk does not say."""

    def __str__(self) -> str:
        period = "an hour" if self.seconds == _HOUR else f"in {self.seconds} seconds"
        return f"{self.calls} calls {period}" + (f" per {self.per}" if self.per else "")


def load(path: Path) -> dict[str, RateLimit]:
    """Return the limits of a file by operation id.

    Raises:
        GeneratorProblem: the file or an entry is malformed, or an operation has two.
    """
    loaded: Any = read_yaml(path) if path.exists() else {}
    limits: dict[str, RateLimit] = {}
    for number, entry in enumerate(loaded.get("limits", ()), start=1):
        limit = _limit(f"{path.name}, entry {number}", entry)
        for operation in limit.operations:
            if operation in limits:
                raise GeneratorProblem(f"{path.name}: {operation} has two limits")
            limits[operation] = limit
    return limits


def _limit(place: str, entry: Any) -> RateLimit:
    if not is_object(entry) or not {"operations", "calls", "seconds"} <= set(entry) <= _KEYS:
        raise GeneratorProblem(
            f"{place}: expected the keys operations, calls, seconds and perhaps per, found {entry!r}"
        )
    operations = entry["operations"]
    if not is_list(operations) or not operations:
        raise GeneratorProblem(f"{place}: expected a list of operation ids as `operations`, found {operations!r}")
    for key in ("calls", "seconds"):
        if type(entry[key]) is not int or entry[key] < 1:
            raise GeneratorProblem(f"{place}: expected a positive integer as `{key}`, found {entry[key]!r}")
    return RateLimit(tuple(map(str, operations)), entry["calls"], entry["seconds"], entry.get("per"))
