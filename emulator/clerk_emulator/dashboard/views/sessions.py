"""Sessions."""

from __future__ import annotations

from clerk_emulator.dashboard.paging import newest_first
from clerk_emulator.dashboard.people import organizations_by_id, users_by_id
from clerk_emulator.dashboard.routes import NotFound, PageCall, Redirect, View, action, page, view
from clerk_emulator.dashboard.views.tokens import show_tokens_of
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import SESSIONS

STATUSES = ("active", "pending", "ended", "expired", "removed", "revoked", "abandoned", "replaced")


@page("/sessions")
def list_sessions(call: PageCall) -> View:
    """List sessions, the newest first."""
    store = call.store
    status, user_id = call.query.get("status", ""), call.query.get("user_id", "").strip()
    with store.transaction():
        session_lifecycle.expire(store)
        sessions = newest_first(
            store,
            SESSIONS,
            call.query,
            SESSIONS.c.status == status if status in STATUSES else None,
            SESSIONS.c.user_id == user_id if user_id else None,
        )
        users = users_by_id(store, [one["user_id"] for one in sessions.items])
    return view(
        "dashboard/sessions.html",
        current="sessions",
        sessions=sessions,
        users=users,
        statuses=STATUSES,
        status=status,
        user_id=user_id,
    )


@page("/sessions/{session_id}")
def show_session(call: PageCall) -> View:
    """Show a session."""
    store, session_id = call.store, call.path["session_id"]
    with store.transaction():
        session_lifecycle.expire(store)
        session = store.get(SESSIONS, session_id)
        if session is None:
            raise NotFound(f"There is no session {session_id}.")
        active = session["last_active_organization_id"]
        return view(
            "dashboard/session.html",
            current="sessions",
            session=session,
            is_open=session["status"] in session_lifecycle.OPEN,
            shown=public_fields(session),
            user=users_by_id(store, [session["user_id"]]).get(session["user_id"]),
            organization=organizations_by_id(store, [active]).get(active) if active else None,
        )


@action("/sessions/{session_id}/end", show_session)
def end_session(call: PageCall) -> Redirect:
    """End the session, as a sign-out does."""
    session_id = call.path["session_id"]
    call.controls.end_session(session_id)
    return Redirect(f"/dashboard/sessions/{session_id}", "session-ended")


@action("/sessions/{session_id}/tokens", show_session)
def show_tokens(call: PageCall) -> View:
    """Show new tokens of the session."""
    return show_tokens_of(call, call.path["session_id"])
