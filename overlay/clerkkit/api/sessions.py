"""Flows for sessions."""

from __future__ import annotations

from clerk_bapi.api import sessions as bapi
from clerk_bapi.models import Session
from clerk_core import ClerkError, NotFound
from clerk_core.pages import Pager
from clerkkit.api.lookup import require_text
from clerkkit.flow import Flow

_OPEN = ("active", "pending")
"""The statuses of sessions in which a user is signed in or about to be. `GET /sessions` cannot filter by `pending`."""


def revoke_all(user_id: str) -> Flow[list[Session]]:
    """Return a flow that lists the sessions and revokes each open one; see `clerk.sessions.revoke_all`."""
    pager: Pager[Session] = Pager(bapi.list_sessions, {"user_id": require_text("user_id", user_id)})
    sessions: list[Session] = []
    while (page := pager.request()) is not None:
        sessions += pager.add((yield page))
    revoked: list[Session] = []
    failures: list[ClerkError] = []
    for session in sessions:
        if session.status not in _OPEN or session.user_id != user_id:
            continue
        try:
            revoked.append((yield bapi.revoke_session(session.id)))
        except NotFound:
            continue  # it has ended in the meantime
        except ClerkError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return revoked
