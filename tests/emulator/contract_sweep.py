"""Run the emulator on another contract, and send each of its operations a plain request.

`python -m tests.emulator.contract_sweep CONTRACT.json` prints the status of each operation, the operations that were
answered generically, and the violations of the contract, as JSON. It needs its own process, because handlers are
registered for the operations that the contract has.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from clerk_emulator.contract import specification


def main(contract: str) -> None:
    specification._CHECKOUT = Path(contract)
    from clerk_emulator import Emulator

    with Emulator(validate_responses=True) as emulator:
        headers = {"Authorization": f"Bearer {emulator.secret_key}"}
        with httpx.Client(base_url=emulator.url, headers=headers, trust_env=False, timeout=30) as http:
            known = {"user_id": http.post("/users", json={"username": "ada_l"}).json()["id"]}
            organization = http.post("/organizations", json={"name": "Acme", "created_by": known["user_id"]})
            known["organization_id"] = organization.json()["id"]
            # Deletions come last, so that there is something to read.
            operations = sorted(specification.operations().values(), key=lambda one: one.method == "DELETE")
            statuses = {one.id: _send(http, one, known) for one in operations}
        print(json.dumps({"statuses": statuses, "generic": sorted(emulator.generic), "problems": emulator.problems}))


def _send(http: httpx.Client, operation: specification.Operation, known: dict[str, str]) -> int:
    """Send a request with the known ids and plain values, and remember the id in its response."""
    from clerk_emulator.contract.plain_values import plain_value

    path = re.sub(r"\{(\w+)\}", lambda match: quote(known.get(match[1], "x_1")), operation.path)
    query = {one.name: known.get(one.name, "1") for one in operation.query if one.required}
    body: Any = {"json": plain_value(operation.body)} if operation.body_type == "application/json" else {}
    answer = http.request(operation.method, path, params=query, **body)
    if answer.is_success and operation.method == "POST" and answer.content:
        created = answer.json()
        if isinstance(created, dict) and isinstance(created.get("object"), str) and "id" in created:
            known.setdefault(f"{created['object']}_id", created["id"])
    return answer.status_code


if __name__ == "__main__":
    main(sys.argv[1])
