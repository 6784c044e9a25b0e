"""Tokens, to copy into a request or a test."""

from __future__ import annotations

import base64
import json

from clerk_emulator.control.controls import DEFAULT_ORIGIN
from clerk_emulator.dashboard.people import users_by_id
from clerk_emulator.dashboard.routes import PageCall, View, action, page, view
from clerk_emulator.domain.sessions import browser_sessions, session_lifecycle
from clerk_emulator.domain.sessions.browser_sessions import BrowserSession
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import IDENTIFICATIONS, ORGANIZATIONS, SESSIONS, USERS

_SHOWN = 20


@page("/tokens")
def show_form(call: PageCall) -> View:
    """Show the form for a token, and the last active sessions."""
    store = call.store
    with store.transaction():
        session_lifecycle.expire(store)
        sessions = store.all(SESSIONS, SESSIONS.c.status == "active", order=SESSIONS.newest_first, limit=_SHOWN)
        suggested = store.all(USERS, order=USERS.newest_first, limit=_SHOWN)
        organizations = store.all(ORGANIZATIONS, order=ORGANIZATIONS.newest_first, limit=_SHOWN)
        users = users_by_id(store, [one["user_id"] for one in sessions])
    return view(
        "dashboard/tokens.html",
        current="tokens",
        sessions=sessions,
        users=users,
        suggested=suggested,
        organizations=organizations,
        default_origin=DEFAULT_ORIGIN,
    )


@action("/tokens", show_form)
def sign_in(call: PageCall) -> View:
    """Sign a user in on a new client, and show the tokens."""
    form = call.form
    user_id, organization_id = _user_id(call, form.get("user", "")), _organization_id(call, form["organization"])
    started = call.controls.start_session(user_id, organization_id, origin=form.get("origin") or None)
    return show_signed_in(call, started)


def show_signed_in(call: PageCall, session: BrowserSession) -> View:
    """Show the tokens and cookies of a session."""
    with call.store.transaction():
        user = users_by_id(call.store, [session.user_id])[session.user_id]
    return view(
        "dashboard/token.html", current="tokens", session=session, user=user, claims=_claims(session.session_token)
    )


def show_tokens_of(call: PageCall, session_id: str) -> View:
    """Show new tokens of an active session. Raises ClerkAPIError for one that has ended."""
    store = call.store
    with store.transaction():
        session_lifecycle.expire(store)
        session = store.require(SESSIONS, session_id)
        if session["status"] not in session_lifecycle.OPEN:
            message = f"The session is {session['status']}; only an active one has tokens."
            raise ClerkAPIError(400, "session_not_active", "is not active", message)
        held = browser_sessions.of_session(store, call.state.keys, session)
    return show_signed_in(call, held)


def _user_id(call: PageCall, text: str) -> str:
    """Return the id of the user with this id, email address, phone number or username."""
    with call.store.transaction():
        if call.store.get(USERS, text):
            return text
        found = call.store.find(IDENTIFICATIONS, IDENTIFICATIONS.c.identifier == text.lower())
        user = found or call.store.find(USERS, USERS.c.username == text.lower())
    if user is None:
        raise ValueError(f"No user has the id, email address, phone number or username {text!r}.")
    return str(found["_user_id"] if found else user["id"])


def _organization_id(call: PageCall, text: str) -> str | None:
    """Return the id of the organization with this id or slug. None if the field is empty."""
    if not text:
        return None
    with call.store.transaction():
        found = call.store.get(ORGANIZATIONS, text) or call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == text)
    if found is None:
        raise ValueError(f"No organization has the id or slug {text!r}.")
    return str(found["id"])


def _claims(token: str) -> Json:
    payload = token.split(".")[1]
    claims: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
