"""Actor tokens: tickets by which somebody signs in as a user, with a session that says so."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import tickets
from clerk_emulator.domain.tickets import ACTOR_TOKENS
from clerk_emulator.errors import Json
from clerk_emulator.request.call import Call, operation, shown
from clerk_emulator.storage.tables import USERS

_LIFETIME = 3600
_SESSION_LIFETIME = 1800


@operation("CreateActorToken")
def create_actor_token(call: Call) -> Json:
    body = call.body
    if call.store.get(USERS, body["user_id"]) is None:
        raise errors.body_refers_to_nothing("user_id", body["user_id"])
    # The actor need be no user of this instance: the dashboard's own people act, too.
    if not body["actor"]["sub"]:
        raise errors.null("actor.sub")
    lifetime = tickets.seconds(body, "expires_in_seconds", _LIFETIME)
    row = {
        "user_id": body["user_id"],
        "actor": body["actor"],
        "status": "pending",
        "_actor": body["actor"],
        "_session_seconds": tickets.seconds(body, "session_max_duration_in_seconds", _SESSION_LIFETIME),
    }
    token = call.store.create(ACTOR_TOKENS, row)
    ticket = tickets.sign(call.keys, token, token["created_at"] // 1000 + lifetime)
    return {**shown(token), "token": ticket, "url": tickets.url(call.keys, ticket)}


@operation("RevokeActorToken")
def revoke_actor_token(call: Call) -> Json:
    return shown(tickets.revoke(call.store, call.named(ACTOR_TOKENS, "actor_token_id")))
