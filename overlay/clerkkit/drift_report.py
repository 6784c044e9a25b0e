"""From the bytes of an answer to its drifts. The contract is read from the package, when the first answer comes."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib import resources
from typing import Any

from clerkkit.drift import Drift
from clerkkit.drift_walk import DATA, Departure, Walk


@cache
def _contract() -> dict[str, Any]:
    contract: dict[str, Any] = json.loads(resources.files("clerk_bapi").joinpath("answers.json").read_bytes())
    return contract


def drifts_of(operation: str, status: int, content: bytes) -> list[Drift]:
    """The drifts of an answer, in the order of its body, alike ones of several places as one.

    There are none where the contract does not know the operation or shows no JSON for the status, and none in what
    is no JSON: an error tells of that.
    """
    contract = _contract()
    schema = contract["operations"].get(operation, {}).get(str(status))
    if schema is None:
        return []
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return []
    first: dict[Departure, Departure] = {}
    counts: Counter[Departure] = Counter()
    for departure in Walk(contract["schemas"]).departures(schema, body):
        in_any_row = tuple(DATA if isinstance(step, int) else step for step in departure.place)
        alike = departure._replace(place=in_any_row)
        first.setdefault(alike, departure)
        counts[alike] += 1
    return [
        Drift(operation, found.pointer, found.kind, found.expected, found.seen, counts[alike])
        for alike, found in first.items()
    ]
