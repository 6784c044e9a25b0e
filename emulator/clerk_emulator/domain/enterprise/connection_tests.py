"""Test runs of enterprise connections: sign-ins that try a connection without creating a session."""

from __future__ import annotations

import base64
import json
from typing import Literal

from clerk_emulator.domain import formats
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS

TEST_RUNS = ResourceTable(
    "enterprise_connection_test_run",
    "entconntr",
    {"status": str},
    owners={"enterprise_connection_id": "enterprise_connection"},
)

URL_SECONDS = 10 * 60
"""How long the URL of a test run is valid. Clerk says that it is short-lived; the time is our choice."""


def start(store: Store, keys: Keys, connection: Json) -> str:
    """Begin a test run, and return the URL at which the flow starts. That it is listed at once is our choice."""
    run = store.create(
        TEST_RUNS,
        {
            "status": "pending",
            "connection_type": "saml" if connection["_saml"] else "oauth",
            "parsed_user_info": None,
            "logs": [],
            "saml": None,
            "oauth": None,
            "_enterprise_connection_id": connection["id"],
        },
    )
    expires = store.clock.now() // 1000 + URL_SECONDS
    claims = {"st": "enterprise_connection_test_run", "sid": run["id"], "iid": keys.instance_id, "exp": expires}
    return f"{keys.issuer}/v1/enterprise_connections/test_run?token={jwts.sign(keys, claims)}"


def finish(store: Store, connection_id: str, status: Literal["success", "failed"], user_info: Json) -> Json:
    """Finish the oldest pending test run of a connection, as its IdP does, and return it.

    `user_info` is what the IdP says about the user: `email_address`, `first_name`, `last_name`, `user_id`. A run that
    succeeds needs an email address. Raises ClerkAPIError if no run is pending.
    """
    connection = store.require(ENTERPRISE_CONNECTIONS, connection_id)
    run = store.find(TEST_RUNS, TEST_RUNS.c.enterprise_connection_id == connection_id, TEST_RUNS.c.status == "pending")
    if run is None:
        message = f"No test run of {connection_id} is pending."
        raise ClerkAPIError(404, "resource_not_found", "not found", message)
    if status == "success":
        user_info = {**user_info, "email_address": formats.email("email_address", user_info.get("email_address") or "")}
        entry = {"level": "info", "code": "success", "message": f"{user_info['email_address']} could sign in."}
    else:
        entry = {
            "level": "error",
            "code": "access_denied",
            "message": "The identity provider did not sign the user in.",
        }
    protocol = "saml" if connection["_saml"] else "oauth"
    return store.update(
        TEST_RUNS,
        run,
        status=status,
        parsed_user_info=user_info or None,
        logs=[entry],
        **{protocol: _exchange(protocol, run, user_info)},
    )


def _exchange(protocol: str, run: Json, user_info: Json) -> Json:
    """Return what the instance and the IdP have sent each other, as Clerk shows it for debugging."""
    text = json.dumps(user_info)
    if protocol == "oauth":
        return {"user_info": text}
    return {"relay_state": run["id"], "saml_response": base64.b64encode(text.encode()).decode()}


def serialize(rows: list[Json]) -> list[Json]:
    """Return test runs as the API returns them."""
    return [
        {name: value for name, value in public_fields(row).items() if name not in ("object", "updated_at")}
        for row in rows
    ]
