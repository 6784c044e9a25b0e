"""Sessions, and the tokens that are made of them."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import session_rules, signed_tokens, template_claims
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request import versions
from clerk_emulator.request.call import Answer, Call, operation, shown
from clerk_emulator.request.listing import equals, listing
from clerk_emulator.storage.tables import JWT_TEMPLATES, SESSIONS

_OLDEST_TOKEN = 7 * 24 * 3600
"""Seconds for which an expired token can still be exchanged for a new one."""


@operation("createSession")
def create_session(call: Call) -> Json:
    return shown(session_rules.start(call.store, call.body["user_id"], call.body.get("active_organization_id")))


@operation("GetSessionList")
def list_sessions(call: Call) -> Answer:
    client_id, user_id = call.query["client_id"], call.query["user_id"]
    if not client_id and not user_id:
        message = "The query must have client_id or user_id."
        raise Refusal(400, "missing_query_parameter", "is missing", message, param_names=["client_id", "user_id"])
    session_rules.expire(call.store)
    return listing(
        call,
        SESSIONS,
        equals(SESSIONS.c.client_id, client_id),
        equals(SESSIONS.c.user_id, user_id),
        equals(SESSIONS.c.status, call.query["status"]),
    )


@operation("GetSession")
def get_session(call: Call) -> Json:
    return shown(_named(call))


@operation("RevokeSession")
def revoke_session(call: Call) -> Json:
    session = _named(call)
    if session["status"] in ("active", "pending"):
        session = call.store.update(SESSIONS, session, status="revoked")
    return shown(session)


@operation("CreateSessionToken")
def create_session_token(call: Call) -> Json:
    session = _active(call)
    return {"object": "token", "jwt": _session_token(call, session, seconds=call.body.get("expires_in_seconds"))}


@operation("CreateSessionTokenFromTemplate")
def create_session_token_from_template(call: Call) -> Json:
    session, name = _active(call), call.path["template_name"]
    template = call.store.find(JWT_TEMPLATES, JWT_TEMPLATES.c.name == name)
    if template is None:
        raise Refusal(404, "resource_not_found", "not found", f"No JWT template was found with name {name}.")
    seconds = call.body.get("expires_in_seconds")
    return {"object": "token", "jwt": template_claims.mint(call, template, session, seconds)}


@operation("RefreshSession")
def refresh_session(call: Call) -> Json:
    claims = signed_tokens.read(call.keys, call.body["expired_token"])
    if claims is None:
        raise _not_refreshed("expired_session_token_invalid", "The expired token is none of this instance.")
    if "sid" not in claims:
        raise _not_refreshed("expired_session_token_missing_sid", "The expired token names no session.")
    if not claims.get("azp"):
        raise _not_refreshed("expired_session_token_missing_azp", "The expired token names no origin.")
    if not call.body["request_origin"].startswith(("http://", "https://")):
        raise _not_refreshed("refresh_request_origin_invalid", "The request_origin is no origin.")
    if claims["azp"] != call.body["request_origin"]:
        raise _not_refreshed("refresh_request_origin_azp_mismatch", "The token was made for another origin.")
    if claims["sid"] != call.path["session_id"]:
        raise _not_refreshed("refresh_sid_mismatch", "The expired token is one of another session.")
    session_rules.expire(call.store)
    session = call.store.get(SESSIONS, claims["sid"])
    if session is None:
        raise _not_refreshed("session_refresh_session_not_found", "There is no such session.")
    if call.body["refresh_token"] != session["_refresh_token"]:
        raise _not_refreshed("refresh_token_not_found", "There is no such refresh token.")
    if session["status"] != "active":
        raise _not_refreshed("session_refresh_inactive_session", "The session is not active.")
    if claims["exp"] < call.clock.now() // 1000 - _OLDEST_TOKEN:
        raise _not_refreshed("session_refresh_expired_session_token_too_old", "The expired token is too old.")
    fresh = _session_token(call, session, origin=claims["azp"])
    if call.body.get("format") == "cookie":
        return {"object": "cookies", "cookies": [f"__session={fresh}; Path=/; Secure; SameSite=Lax"]}
    return {"object": "token", "jwt": fresh}


def _session_token(call: Call, session: Json, *, seconds: int | None = None, origin: str | None = None) -> str:
    compact = call.version >= versions.COMPACT_SESSION_TOKENS
    return signed_tokens.session_token(call.store, call.keys, session, seconds=seconds, origin=origin, compact=compact)


def _not_refreshed(code: str, message: str) -> Refusal:
    return Refusal(401, code, "cannot be refreshed", message)


def _named(call: Call) -> Json:
    session_rules.expire(call.store)
    return call.named(SESSIONS, "session_id")


def _active(call: Call) -> Json:
    session = _named(call)
    if session["status"] != "active":
        raise errors.not_found("active session", session["id"])
    return session
