"""Actor tokens: tickets that sign an actor in as a user."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain.sessions import tickets
from clerk_emulator.domain.sessions.tickets import ACTOR_TOKENS
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import USERS

_LIFETIME = 3600
_SESSION_LIFETIME = 1800


@operation("CreateActorToken")
def create_actor_token(call: Call) -> Json:
    body = call.body
    if call.store.get(USERS, body["user_id"]) is None:
        raise errors.referenced_not_found("user_id", body["user_id"])
    # The actor need not be a user of this instance: dashboard users can impersonate too.
    if not body["actor"]["sub"]:
        raise errors.null("actor.sub")
    lifetime = tickets.parse_duration(body, "expires_in_seconds", _LIFETIME)
    row = {
        "user_id": body["user_id"],
        "actor": body["actor"],
        "status": "pending",
        "_actor": body["actor"],
        "_session_seconds": tickets.parse_duration(body, "session_max_duration_in_seconds", _SESSION_LIFETIME),
    }
    return tickets.issue(call.store, call.keys, ACTOR_TOKENS, row, lifetime)


@operation("RevokeActorToken")
def revoke_actor_token(call: Call) -> Json:
    return public_fields(tickets.revoke(call.store, call.path_resource(ACTOR_TOKENS, "actor_token_id")))
