"""The documented responses of all operations."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from clerk_core import Response
from clerkkit.drift.comparison import Comparison
from clerkkit.drift.drift import Drift
from clerkkit.drift.redaction import Vocabulary


class Contract:
    """The documented responses of all operations, as `generator/code/response_schemas.py` writes them."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._operations: dict[str, dict[str, Any]] = schemas["operations"]
        self._comparison = Comparison(schemas["schemas"], Vocabulary(frozenset(schemas["words"])))

    def find_drifts(self, operation: str, response: Response) -> list[Drift]:
        """Return the drifts of a response in the order of its body; equal ones in several places are one drift.

        The list is empty if the contract lacks the operation or documents no JSON for the status, or if the body is
        not JSON (decoding reports that). An undocumented success is a drift; its body is compared with that of the
        documented success, which is also how it is decoded. At most 100 different drifts are kept, which bounds the
        memory for a response that differs everywhere.
        """
        status = response.status_code
        documented = self._operations.get(operation, {})
        successes = sorted(code for code in documented if code.startswith("2"))
        drifts: list[Drift] = []
        schema = documented.get(str(status))
        if 200 <= status <= 299 and successes and str(status) not in successes:
            drifts = [Drift(operation, "", "undocumented status", " or ".join(successes), str(status), 1)]
            schema = documented[successes[0]]
        if schema is None:
            return drifts
        try:
            body = response.json()
        except ValueError:
            return drifts
        found = self._comparison.find_mismatches(schema, body)
        return drifts + [Drift(operation, one.pointer, one.kind, one.expected, one.seen, n) for one, n in found]


@cache
def load_contract() -> Contract:
    """Return the contract that this package was generated from.

    Raises:
        FileNotFoundError: the data files of `clerk_bapi` are missing.
    """
    return Contract(json.loads(resources.files("clerk_bapi").joinpath("response_schemas.json").read_bytes()))
