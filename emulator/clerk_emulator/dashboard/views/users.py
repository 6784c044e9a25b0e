"""Users."""

from __future__ import annotations

from clerk_emulator.dashboard.paging import newest_first
from clerk_emulator.dashboard.people import organizations_by_id
from clerk_emulator.dashboard.routes import NotFound, PageCall, Redirect, View, action, page, view
from clerk_emulator.dashboard.views.tokens import show_signed_in
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.users import user_filters
from clerk_emulator.domain.users.user_accounts import is_locked, serialize_user
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import MEMBERSHIPS, SESSIONS, USERS

_SHOWN = 20


@page("/users")
def list_users(call: PageCall) -> View:
    """List users, the newest first."""
    store = call.store
    text = call.query.get("q", "").strip()
    with store.transaction():
        users = newest_first(store, USERS, call.query, _matches(text))
        locked = {row["id"] for row in users.items if is_locked(store, row)}
    return view("dashboard/users.html", current="users", users=users, locked=locked, text=text)


def _matches(text: str) -> Where | None:
    fields, name = user_filters.any_field_contains(text), contains_text(text, user_filters.FULL_NAME)
    return fields | name if fields is not None and name is not None else None


@page("/users/{user_id}")
def show_user(call: PageCall) -> View:
    """Show a user with organizations, sessions and events."""
    store, user_id = call.store, call.path["user_id"]
    with store.transaction():
        row = store.get(USERS, user_id)
        if row is None:
            raise NotFound(f"There is no user {user_id}.")
        session_lifecycle.expire(store)
        memberships = store.all(MEMBERSHIPS, MEMBERSHIPS.c.user_id == user_id)
        sessions = store.all(SESSIONS, SESSIONS.c.user_id == user_id, order=SESSIONS.newest_first, limit=_SHOWN)
        active = [one["last_active_organization_id"] for one in sessions]
        organization_ids = [one["_organization_id"] for one in memberships] + [one for one in active if one]
        return view(
            "dashboard/user.html",
            current="users",
            row=row,
            user=serialize_user(store, row),
            memberships=memberships,
            organizations=organizations_by_id(store, organization_ids),
            sessions=sessions,
        )


@action("/users/{user_id}/sessions", show_user)
def start_session(call: PageCall) -> View | Redirect:
    """Sign the user in on a new client, and show the tokens."""
    organization_id = call.form.get("organization_id") or None
    return show_signed_in(call, call.controls.start_session(call.path["user_id"], organization_id))
