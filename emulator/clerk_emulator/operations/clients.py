"""Clients: browsers and devices with sessions."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.contract.specification import HANDSHAKE_PAYLOAD
from clerk_emulator.domain.sessions import handshakes, session_lifecycle
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import group_by, public_fields
from clerk_emulator.storage.tables import CLIENTS, SESSIONS


@operation("GetClientList")
def list_clients(_call: Call) -> Json:
    message = "Clients can no longer be listed; list sessions instead."
    raise ClerkAPIError(410, "operation_deprecated", "is deprecated", message)


@operation("GetClient")
def get_client(call: Call) -> Json:
    (client,) = _serialize(call, [call.path_resource(CLIENTS, "client_id")])
    return client


@operation("VerifyClient")
def verify_client(call: Call) -> Json:
    claims = jwts.read(call.keys, call.body["token"])
    if claims is None or not isinstance(claims.get("id"), str):
        raise ClerkAPIError(
            401, "authentication_invalid", "is invalid", "The token is not a client token of this instance."
        )
    (client,) = _serialize(call, [call.store.require(CLIENTS, claims["id"])])
    return client


@operation(HANDSHAKE_PAYLOAD)
def get_handshake_payload(call: Call) -> Json:
    return {"directives": handshakes.exchange(call.store, call.keys, call.query["nonce"])}


def _serialize(call: Call, rows: list[Json]) -> list[Json]:
    session_lifecycle.expire(call.store)
    by_client = group_by(call.store.all(SESSIONS, SESSIONS.c.client_id.in_([row["id"] for row in rows])), "client_id")
    clients: list[Json] = []
    for row in rows:
        client_sessions = [public_fields(session) for session in by_client.get(row["id"], [])]
        clients.append(
            {**public_fields(row), "session_ids": [one["id"] for one in client_sessions], "sessions": client_sessions}
        )
    return clients
