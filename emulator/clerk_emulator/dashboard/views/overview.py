"""The first page: addresses, keys, numbers, and what happened last."""

from __future__ import annotations

from clerk_emulator.dashboard.message_list import latest_messages
from clerk_emulator.dashboard.routes import PageCall, View, page, view
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.storage.tables import ORGANIZATIONS, SESSIONS, USERS

_SHOWN = 5


@page("")
def show_overview(call: PageCall) -> View:
    """Show addresses, keys, numbers, and what happened last."""
    store = call.store
    with store.transaction():
        session_lifecycle.expire(store)
        counts = {
            "users": store.count(USERS),
            "organizations": store.count(ORGANIZATIONS),
            "active sessions": store.count(SESSIONS, SESSIONS.c.status == "active"),
        }
        messages = latest_messages(store, limit=_SHOWN)
    return view(
        "dashboard/overview.html",
        current="overview",
        origin=call.origin,
        keys=call.state.keys,
        counts=counts,
        messages=messages,
        requests=list(call.controls.requests)[: -_SHOWN - 1 : -1],
        problems=call.controls.problems,
    )
