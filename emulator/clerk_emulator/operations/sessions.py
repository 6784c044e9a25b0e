"""Sessions and their tokens."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.contract import versions
from clerk_emulator.domain.sessions import handshakes, session_lifecycle, session_tokens, template_claims
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import equals
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import JWT_TEMPLATES, SESSIONS

_MAX_TOKEN_AGE = 7 * 24 * 3600
"""Seconds after which an expired token can no longer be refreshed."""


@operation("createSession")
def create_session(call: Call) -> Json:
    return public_fields(
        session_lifecycle.start(call.store, call.body["user_id"], call.body.get("active_organization_id"))
    )


@operation("GetSessionList")
def list_sessions(call: Call) -> Response:
    client_id, user_id = call.query["client_id"], call.query["user_id"]
    if not client_id and not user_id:
        message = "The query must have client_id or user_id."
        raise ClerkAPIError(400, "missing_query_parameter", "is missing", message, param_names=["client_id", "user_id"])
    session_lifecycle.expire(call.store)
    return list_resources(
        call,
        SESSIONS,
        equals(SESSIONS.c.client_id, client_id),
        equals(SESSIONS.c.user_id, user_id),
        equals(SESSIONS.c.status, call.query["status"]),
    )


@operation("GetSession")
def get_session(call: Call) -> Json:
    return public_fields(_session(call))


@operation("RevokeSession")
def revoke_session(call: Call) -> Json:
    return public_fields(session_lifecycle.revoke(call.store, _session(call)))


@operation("CreateSessionToken")
def create_session_token(call: Call) -> Response:
    session = _active_session(call)
    return _token_response(_signer(call, session, seconds=call.body.get("expires_in_seconds")))


@operation("CreateSessionTokenFromTemplate")
def create_session_token_from_template(call: Call) -> Response:
    session, name = _active_session(call), call.path["template_name"]
    template = call.store.find(JWT_TEMPLATES, JWT_TEMPLATES.c.name == name)
    if template is None:
        raise ClerkAPIError(404, "resource_not_found", "not found", f"No JWT template was found with name {name}.")
    seconds = call.body.get("expires_in_seconds")
    return _token_response(template_claims.signer(call.store, call.keys, template, session, seconds))


@operation("RefreshSession")
def refresh_session(call: Call) -> Response:
    claims = jwts.read(call.keys, call.body["expired_token"])
    if claims is None:
        raise _refresh_error("expired_session_token_invalid", "The expired token was not signed by this instance.")
    if "sid" not in claims:
        raise _refresh_error("expired_session_token_missing_sid", "The expired token has no session.")
    if not claims.get("azp"):
        raise _refresh_error("expired_session_token_missing_azp", "The expired token has no origin.")
    if not call.body["request_origin"].startswith(("http://", "https://")):
        raise _refresh_error("refresh_request_origin_invalid", "The request_origin is not an origin.")
    if claims["azp"] != call.body["request_origin"]:
        raise _refresh_error("refresh_request_origin_azp_mismatch", "The token was created for another origin.")
    if claims["sid"] != call.path["session_id"]:
        raise _refresh_error("refresh_sid_mismatch", "The expired token belongs to another session.")
    session_lifecycle.expire(call.store)
    session = call.store.get(SESSIONS, claims["sid"])
    if session is None:
        raise _refresh_error("session_refresh_session_not_found", "The session does not exist.")
    if call.body["refresh_token"] != session["_refresh_token"]:
        raise _refresh_error("refresh_token_not_found", "The refresh token is unknown.")
    if session["status"] != "active":
        raise _refresh_error("session_refresh_inactive_session", "The session is not active.")
    if claims["exp"] < call.clock.now() // 1000 - _MAX_TOKEN_AGE:
        raise _refresh_error("session_refresh_expired_session_token_too_old", "The expired token is too old.")
    sign = _signer(call, session, origin=claims["azp"])
    if call.body.get("format") != "cookie":
        return _token_response(sign)
    return Response(
        compute_body=lambda: {
            "object": "cookies",
            "cookies": handshakes.session_cookies(call.keys, sign(), claims["azp"]),
        }
    )


def _signer(call: Call, session: Json, *, seconds: int | None = None, origin: str | None = None) -> jwts.Signer:
    compact = call.version >= versions.COMPACT_SESSION_TOKENS
    return session_tokens.signer(call.store, call.keys, session, seconds=seconds, origin=origin, compact=compact)


def _token_response(sign: jwts.Signer) -> Response:
    return Response(compute_body=lambda: {"object": "token", "jwt": sign()})


def _refresh_error(code: str, message: str) -> ClerkAPIError:
    return ClerkAPIError(401, code, "cannot be refreshed", message)


def _session(call: Call) -> Json:
    session_lifecycle.expire(call.store)
    return call.path_resource(SESSIONS, "session_id")


def _active_session(call: Call) -> Json:
    session = _session(call)
    if session["status"] != "active":
        raise errors.not_found("active session", session["id"])
    return session
