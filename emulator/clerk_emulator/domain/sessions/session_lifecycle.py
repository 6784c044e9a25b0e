"""Start, use, expire and end sessions."""

from __future__ import annotations

from typing import Any, Literal

from clerk_emulator.domain import events
from clerk_emulator.domain.sessions import client_tokens, session_activities, session_tasks
from clerk_emulator.domain.users.user_accounts import is_locked, record_user, serialize_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import AUTHENTICATION, USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, MEMBERSHIPS, SESSIONS, USERS

EndStatus = Literal["ended", "removed", "revoked"]

DAY = 24 * 3600 * 1000
OPEN = ("active", "pending")
"""The statuses of sessions that have not ended."""

_ABANDONED_AFTER = 30 * DAY
"""How long a session may be unused until it is abandoned."""


def start(
    store: Store,
    user_id: str,
    organization_id: str | None = None,
    *,
    client: Json | None = None,
    origin: str | None = None,
    actor: Json | None = None,
    seconds: int | None = None,
    with_second_factor: bool = False,
) -> Json:
    """Return a new session of a user. It is pending if the user has tasks.

    `client` is the browser, by default a new one. `actor` is who signs in as the user. `seconds` is the lifetime, by
    default that of the instance settings. `with_second_factor` says that the user has just verified both factors.
    Raises ClerkAPIError for an unknown, banned, deprovisioned or locked user, or one who is not a member of the
    organization.
    """
    user = store.require(USERS, user_id)
    require_may_sign_in(store, user)
    if organization_id is not None:
        require_member(store, organization_id, user_id)
    now = store.clock.now()
    settings = USER_SETTINGS.read(store)
    expire_at = now + (seconds or settings["session_seconds"]) * 1000
    client = client or client_tokens.create_client(store)
    tasks = session_tasks.open_tasks(store, user_id, organization_id)
    session = store.create(
        SESSIONS,
        {
            "client_id": client["id"],
            "user_id": user_id,
            "status": "pending" if tasks else "active",
            "actor": actor,
            "last_active_organization_id": organization_id,
            "last_active_at": now,
            "created_at": now,
            "expire_at": expire_at,
            "abandon_at": now + _ABANDONED_AFTER,
            "tasks": session_tasks.serialize_tasks(tasks),
            "_ends_at": min(expire_at, now + _ABANDONED_AFTER),
            "_origin": origin,
            "_refresh_token": f"rt_{store.ids.secret()}",
            "_activity": session_activities.of_request(store),
            "_first_factor_at": now,
            "_second_factor_at": now if with_second_factor else None,
        },
    )
    known = client["_known_user_ids"]
    store.update(
        CLIENTS,
        client,
        last_active_session_id=session["id"],
        _known_user_ids=known if user_id in known else [*known, user_id],
    )
    user = store.update(USERS, user, last_sign_in_at=now, last_active_at=now - now % DAY)
    record_session(store, "session.pending" if tasks else "session.created", session)
    if settings["user_updated_at_sign_in"]:
        record_user(store, "user.updated", user)
    return session


def require_may_sign_in(store: Store, user: Json) -> None:
    """Raise ClerkAPIError for a banned, deprovisioned or locked user."""
    if user["banned"]:
        raise ClerkAPIError(403, "user_banned", "user is banned", f"User {user['id']} is banned.")
    if user["deprovisioned"]:
        raise ClerkAPIError(401, "deprovisioned", "user is deprovisioned", f"User {user['id']} is deprovisioned.")
    if is_locked(store, user):
        raise ClerkAPIError(403, "user_locked", "user is locked", f"User {user['id']} is locked.")


def touch(store: Store, session: Json, **changes: Any) -> Json:
    """Record that a session is used, and return it. `changes` are further changes, such as the active organization.

    A pending session becomes active if no tasks are left.
    """
    now = store.clock.now()
    changes["_activity"] = session_activities.of_request(store, session["_activity"]["id"])
    abandon_at = now + _ABANDONED_AFTER
    times = {"last_active_at": now, "abandon_at": abandon_at, "_ends_at": min(session["expire_at"], abandon_at)}
    session = store.update(SESSIONS, session, **times, **changes)
    user = store.require(USERS, session["user_id"])
    store.update(USERS, user, last_active_at=now - now % DAY, updated_at=user["updated_at"])
    return finish_tasks(store, session)


def finish_tasks(store: Store, session: Json) -> Json:
    """Remove the tasks of a pending session that are done, and return it. It becomes active after the last one."""
    if session["status"] != "pending":
        return session
    still_open = session_tasks.open_tasks(store, session["user_id"], session["last_active_organization_id"])
    tasks = [one["key"] for one in session["tasks"] if one["key"] in still_open]
    if len(tasks) == len(session["tasks"]):
        return session
    status = "pending" if tasks else "active"
    session = store.update(SESSIONS, session, status=status, tasks=session_tasks.serialize_tasks(tasks))
    if not tasks:
        record_session(store, "session.created", session)
    return session


def record_session(store: Store, event_type: str, session: Json) -> None:
    """Record an event about a session. It contains the user."""
    user = serialize_user(store, store.require(USERS, session["user_id"]))
    events.record(store, event_type, {**public_fields(session), "user": user})


def require_member(store: Store, organization_id: str, user_id: str) -> Json:
    """Return the membership of a user. Raises Clerk's 403 if there is none."""
    found = store.find(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id, MEMBERSHIPS.c.user_id == user_id)
    if found is None:
        raise ClerkAPIError(
            403,
            "not_a_member_in_organization",
            "not a member",
            f"User {user_id} is not a member of organization {organization_id}.",
        )
    return found


def expire(store: Store) -> None:
    """Set the status of sessions whose time is over: `expired`, or `abandoned` without use. Call it before reading."""
    now = store.clock.now()
    # In the order of the index, which keeps SQLite from reading all open sessions.
    for session in store.all(SESSIONS, SESSIONS.c.ends_at <= now, order=SESSIONS.order_by(SESSIONS.c.ends_at)):
        status = "expired" if session["expire_at"] <= now else "abandoned"
        store.update(SESSIONS, session, status=status, _ends_at=None)
    inactivity = AUTHENTICATION.value(store, "inactivity_seconds") * 1000
    if inactivity:
        unused = SESSIONS.c.last_active_at <= now - inactivity
        store.update_all(SESSIONS, SESSIONS.c.ends_at.is_not(None), unused, status="expired", _ends_at=None)


def revoke_all(store: Store, user_id: str, *, keep: str | None = None) -> None:
    """Revoke all open sessions of a user, the oldest first, save the one with the id `keep`."""
    expire(store)
    for session in store.all(SESSIONS, SESSIONS.c.user_id == user_id, SESSIONS.c.status.in_(OPEN)):
        if session["id"] != keep:
            revoke(store, session)


def revoke(store: Store, session: Json) -> Json:
    """Revoke a session and return it."""
    return end(store, session, "revoked")


def end(store: Store, session: Json, status: EndStatus) -> Json:
    """End a session and return it. Nothing happens if it has ended before."""
    if session["status"] not in OPEN:
        return session
    session = store.update(SESSIONS, session, status=status, _ends_at=None)
    refresh_client(store, store.require(CLIENTS, session["client_id"]))
    record_session(store, f"session.{status}", session)
    return session


def refresh_client(store: Store, client: Json) -> None:
    """Make the open session that a client used last its active one, if the active one has ended."""
    remaining = store.all(SESSIONS, SESSIONS.c.client_id == client["id"], SESSIONS.c.status.in_(OPEN))
    if client["last_active_session_id"] not in [one["id"] for one in remaining]:
        latest = max(remaining, key=lambda one: one["last_active_at"], default=None)
        store.update(CLIENTS, client, last_active_session_id=latest["id"] if latest else None)
