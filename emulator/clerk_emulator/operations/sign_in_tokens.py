"""Sign-in tokens: tickets by which a user signs in without a password."""

from __future__ import annotations

from clerk_emulator.domain import session_rules, tickets
from clerk_emulator.domain.tickets import SIGN_IN_TOKENS
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, operation, shown
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS

_LIFETIME = 30 * 24 * 3600


@operation("CreateSignInToken")
def create_sign_in_token(call: Call) -> Json:
    body = call.body
    user = call.store.need(USERS, body["user_id"])
    organization_id = body.get("org_id")
    if organization_id is not None:
        if not ORGANIZATION_SETTINGS.read(call.store)["enabled"]:
            message = "Organizations are not enabled for this instance."
            raise Refusal(403, "organization_not_enabled_in_instance", "not enabled", message)
        call.store.need(ORGANIZATIONS, organization_id)
        session_rules.need_member(call.store, organization_id, user["id"])
    lifetime = tickets.seconds(body, "expires_in_seconds", _LIFETIME)
    row = {"user_id": user["id"], "status": "pending", "_org_id": organization_id}
    token = call.store.create(SIGN_IN_TOKENS, row)
    ticket = tickets.sign(call.keys, token, token["created_at"] // 1000 + lifetime)
    return {**shown(token), "token": ticket, "url": tickets.url(call.keys, ticket)}


@operation("RevokeSignInToken")
def revoke_sign_in_token(call: Call) -> Json:
    return shown(tickets.revoke(call.store, call.named(SIGN_IN_TOKENS, "sign_in_token_id")))
