"""Clients: the browsers and devices on which users have sessions."""

from __future__ import annotations

from clerk_emulator.contract.specification import HANDSHAKE_PAYLOAD
from clerk_emulator.domain import handshakes, session_rules, signed_tokens
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, grouped, operation, shown
from clerk_emulator.storage.tables import CLIENTS, SESSIONS


@operation("GetClientList")
def list_clients(_call: Call) -> Json:
    message = "Clients cannot be listed any longer; sessions can."
    raise Refusal(410, "operation_deprecated", "is deprecated", message)


@operation("GetClient")
def get_client(call: Call) -> Json:
    (client,) = _show(call, [call.named(CLIENTS, "client_id")])
    return client


@operation("VerifyClient")
def verify_client(call: Call) -> Json:
    claims = signed_tokens.read(call.keys, call.body["token"])
    if claims is None or not isinstance(claims.get("id"), str):
        raise Refusal(401, "authentication_invalid", "is invalid", "The token is none of a client of this instance.")
    (client,) = _show(call, [call.store.need(CLIENTS, claims["id"])])
    return client


@operation(HANDSHAKE_PAYLOAD)
def get_handshake_payload(call: Call) -> Json:
    return {"directives": handshakes.cookies(call, call.query["nonce"])}


def _show(call: Call, rows: list[Json]) -> list[Json]:
    session_rules.expire(call.store)
    held = grouped(call.store.all(SESSIONS, SESSIONS.c.client_id.in_([row["id"] for row in rows])), "client_id")
    shown_rows: list[Json] = []
    for row in rows:
        these = [shown(session) for session in held.get(row["id"], [])]
        shown_rows.append({**shown(row), "session_ids": [one["id"] for one in these], "sessions": these})
    return shown_rows
