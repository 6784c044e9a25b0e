"""Sign-in tokens: tickets that sign a user in without a password."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.domain.sessions import session_lifecycle, tickets
from clerk_emulator.domain.sessions.tickets import SIGN_IN_TOKENS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS

_LIFETIME = 30 * 24 * 3600


@operation("CreateSignInToken")
def create_sign_in_token(call: Call) -> Json:
    body = call.body
    user = call.store.require(USERS, body["user_id"])
    organization_id = body.get("org_id")
    if organization_id is not None:
        if not ORGANIZATION_SETTINGS.value(call.store, "enabled"):
            message = "Organizations are not enabled for this instance."
            raise ClerkAPIError(403, "organization_not_enabled_in_instance", "not enabled", message)
        call.store.require(ORGANIZATIONS, organization_id)
        session_lifecycle.require_member(call.store, organization_id, user["id"])
    lifetime = tickets.parse_duration(body, "expires_in_seconds", _LIFETIME)
    row = {"user_id": user["id"], "status": "pending", "_org_id": organization_id}
    return tickets.issue(call.store, call.keys, SIGN_IN_TOKENS, row, lifetime)


@operation("RevokeSignInToken")
def revoke_sign_in_token(call: Call) -> Json:
    return public_fields(tickets.revoke(call.store, call.path_resource(SIGN_IN_TOKENS, "sign_in_token_id")))
