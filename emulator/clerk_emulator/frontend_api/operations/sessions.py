"""Sessions of the browser's client, and their tokens."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.sessions import session_lifecycle, session_tasks, session_tokens, template_claims
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse, signed_out
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.clients import serialize_client
from clerk_emulator.frontend_api.views.sessions import serialize_session
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.tables import JWT_TEMPLATES, MEMBERSHIPS, ORGANIZATIONS, SESSIONS


@frontend_operation("getSession")
def get_session(call: BrowserCall) -> Json:
    return serialize_session(call, own_session(call))


@frontend_operation("touchSession")
def touch_session(call: BrowserCall) -> Json:
    session = open_session(call)
    changes: Json = {}
    if "active_organization_id" in call.body:
        organization_id = _organization_id(call, session, call.body["active_organization_id"])
        # An instance that requires an organization has no personal accounts: the last organization stays active.
        if organization_id or not session_tasks.selects_organization(call.store):
            changes["last_active_organization_id"] = organization_id
    call.update_client(last_active_session_id=session["id"])
    return serialize_session(call, session_lifecycle.touch(call.store, session, **changes))


@frontend_operation("endSession")
def end_session(call: BrowserCall) -> Json:
    return serialize_session(call, session_lifecycle.end(call.store, own_session(call), "ended"))


@frontend_operation("removeSession")
def remove_session(call: BrowserCall) -> Json:
    return serialize_session(call, session_lifecycle.end(call.store, own_session(call), "removed"))


@frontend_operation("removeClientSessionsAndRetainCookie")
def remove_sessions(call: BrowserCall) -> BrowserResponse:
    _end_all(call, "removed")
    return BrowserResponse(serialize_client(call, call.require_client()), has_client=False)


@frontend_operation("deleteClientSessions")
def delete_client(call: BrowserCall) -> BrowserResponse:
    _end_all(call, "ended")
    shown = serialize_client(call, call.update_client(sign_in_id=None, sign_up_id=None))
    call.browser.forget_client()
    return BrowserResponse({**shown, "sessions": []}, has_client=False)


@frontend_operation("createSessionToken")
def create_token(call: BrowserCall) -> Json:
    session = open_session(call)
    if "organization_id" in call.body:
        # The browser's tabs can have different organizations, and this does not change the session's.
        active = _organization_id(call, session, call.body["organization_id"])
        session = {**session, "last_active_organization_id": active}
    token = session_tokens.create(call.store, call.keys, session, origin=call.origin)
    return {"object": "token", "jwt": token}


@frontend_operation("createSessionTokenWithTemplate")
def create_template_token(call: BrowserCall) -> Json:
    session, name = open_session(call), call.path["template_name"]
    template = call.store.find(JWT_TEMPLATES, JWT_TEMPLATES.c.name == name)
    if template is None:
        raise ClerkAPIError(404, "resource_not_found", "not found", f"No JWT template was found with name {name}.")
    return {"object": "token", "jwt": template_claims.signer(call.store, call.keys, template, session)()}


def own_session(call: BrowserCall) -> Json:
    """Return the session in the path. Raises Clerk's 404 if it is not one of the client's, 401 without a client."""
    client = call.require_client()
    session_lifecycle.expire(call.store)
    session = call.store.get(SESSIONS, call.path["session_id"])
    if session is None or session["client_id"] != client["id"]:
        raise errors.not_found("session", call.path["session_id"])
    return session


def open_session(call: BrowserCall) -> Json:
    """Return the session in the path. Raises Clerk's 401 if it has ended.

    With this status `clerk-js` asks for the client, and signs the user out. Which one Clerk returns is not known.
    """
    session = own_session(call)
    if session["status"] not in session_lifecycle.OPEN:
        raise signed_out()
    return session


def _end_all(call: BrowserCall, status: session_lifecycle.EndStatus) -> None:
    client = call.require_client()
    session_lifecycle.expire(call.store)
    for session in call.store.all(SESSIONS, SESSIONS.c.client_id == client["id"]):
        session_lifecycle.end(call.store, session, status)


def _organization_id(call: BrowserCall, session: Json, value: str | None) -> str | None:
    """Return the id of an organization given by id or slug; None for the personal account.

    Raises ClerkAPIError unless the user is a member.
    """
    if not value:
        return None
    if not ORGANIZATION_SETTINGS.value(call.store, "enabled"):
        message = "This instance does not have organizations."
        raise ClerkAPIError(403, "organization_not_enabled_in_instance", "not enabled", message)
    known = sql.or_(ORGANIZATIONS.c.id == value, ORGANIZATIONS.c.slug == value)
    organization = call.store.find(ORGANIZATIONS, known)
    here = MEMBERSHIPS.c.organization_id == (organization["id"] if organization else "")
    if organization is None or not call.store.find(MEMBERSHIPS, here, MEMBERSHIPS.c.user_id == session["user_id"]):
        message = "The organization does not exist, or the user is not a member of it."
        raise ClerkAPIError(404, "organization_not_found_or_unauthorized", "not found", message)
    found: str = organization["id"]
    return found
