"""API keys of the user, and of organizations that the user manages.

These requests have a session token in `Authorization` in place of the development browser and cookies.
"""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.domain.organizations import memberships, roles
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.tokens import issued_keys, jwts, opaque_tokens
from clerk_emulator.domain.tokens.issued_keys import API_KEYS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse, signed_out
from clerk_emulator.frontend_api.listing import list_page
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import SESSIONS

READ_KEYS = "org:sys_api_keys:read"
MANAGE_KEYS = "org:sys_api_keys:manage"

_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


@frontend_operation("createApiKey", anonymous=True)
def create_api_key(call: BrowserCall) -> BrowserResponse:
    user_id = _require_access(call, call.body["subject"], MANAGE_KEYS)
    key = issued_keys.create(call.store, call.body, user_id)
    return BrowserResponse({**opaque_tokens.serialize(call.store, key), "secret": key["_secret"]}, 201)


@frontend_operation("getApiKeys", anonymous=True)
def list_api_keys(call: BrowserCall) -> Json:
    _require_access(call, call.query["subject"], READ_KEYS)
    return list_page(call, API_KEYS, *issued_keys.conditions(call.store, call.query), serialize=_serialize)


@frontend_operation("updateApiKey", anonymous=True)
def update_api_key(call: BrowserCall) -> Json:
    key = _key(call)
    changes = {name: call.body[name] for name in ("description",) if name in call.body}
    return opaque_tokens.serialize(call.store, call.store.update(API_KEYS, key, **changes))


@frontend_operation("revokeApiKey", anonymous=True)
def revoke_api_key(call: BrowserCall) -> Json:
    revoked = opaque_tokens.revoke(call.store, API_KEYS, _key(call), call.body.get("revocation_reason"))
    return opaque_tokens.serialize(call.store, revoked)


def _key(call: BrowserCall) -> Json:
    """Return the key in the path. Raises Clerk's 404 for a key that the caller may not manage."""
    key = call.store.require(API_KEYS, call.path["apiKeyID"])
    try:
        _require_access(call, key["subject"], MANAGE_KEYS)
    except ClerkAPIError as error:
        if error.status == 401:
            raise
        raise errors.not_found("api key", key["id"]) from None
    return key


def _require_access(call: BrowserCall, subject: str, permission: str) -> str:
    """Return the id of the caller, whose own keys these are, or who may manage those of the organization.

    The system permissions of the emulator do not have the one for keys. So it is enough to have those of a creator.
    Raises ClerkAPIError.
    """
    user_id = _caller(call)
    if subject == user_id:
        return user_id
    membership = memberships.of_user(call.store, subject, user_id)
    role = membership and roles.require_role(call.store, membership["role"])
    if not role or not (roles.is_elevated(role) or {permission, MANAGE_KEYS} & set(role["_permissions"])):
        message = f"User {user_id} may not use the API keys of {subject}."
        raise ClerkAPIError(
            403, "missing_organization_permission", "lacks a permission", message, permissions=[permission]
        )
    return user_id


def _caller(call: BrowserCall) -> str:
    """Return the id of the user whose session token the request has. Raises Clerk's 401."""
    found = _BEARER.fullmatch(call.headers.get("authorization", ""))
    claims = (jwts.read(call.keys, found[1]) if found else None) or {}
    session_lifecycle.expire(call.store)
    session = call.store.get(SESSIONS, str(claims.get("sid")))
    if not session or session["status"] not in session_lifecycle.OPEN or claims["exp"] * 1000 <= call.clock.now():
        raise signed_out()
    return str(session["user_id"])


def _serialize(call: BrowserCall, rows: list[Json]) -> list[Json]:
    return [opaque_tokens.serialize(call.store, row) for row in rows]
