"""Start, expire and revoke sessions."""

from __future__ import annotations

from typing import Literal

from clerk_emulator.domain import events
from clerk_emulator.domain.user_accounts import is_locked, record_user, serialize_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, MEMBERSHIPS, SESSIONS, USERS

DAY = 24 * 3600 * 1000
_ABANDONED_AFTER = 30 * DAY


def start(
    store: Store,
    user_id: str,
    organization_id: str | None = None,
    *,
    origin: str | None = None,
    actor: Json | None = None,
    seconds: int | None = None,
) -> Json:
    """Return a new session of a user, on a new client.

    `actor` is who signs in as the user. `seconds` is the lifetime, by default that of the instance settings.
    Raises ClerkAPIError for an unknown, banned, deprovisioned or locked user, or one who is not a member of the
    organization.
    """
    user = store.require(USERS, user_id)
    if user["banned"]:
        raise ClerkAPIError(403, "user_banned", "user is banned", f"User {user_id} is banned.")
    if user["deprovisioned"]:
        raise ClerkAPIError(401, "deprovisioned", "user is deprovisioned", f"User {user_id} is deprovisioned.")
    if is_locked(store, user):
        raise ClerkAPIError(403, "user_locked", "user is locked", f"User {user_id} is locked.")
    if organization_id is not None:
        require_member(store, organization_id, user_id)
    now = store.clock.now()
    settings = USER_SETTINGS.read(store)
    client = store.create(
        CLIENTS,
        {"last_authentication_strategy": None, "sign_in_id": None, "sign_up_id": None, "last_active_session_id": None},
    )
    session = store.create(
        SESSIONS,
        {
            "client_id": client["id"],
            "user_id": user_id,
            "status": "active",
            "actor": actor,
            "last_active_organization_id": organization_id,
            "last_active_at": now,
            "created_at": now,
            "expire_at": now + (seconds or settings["session_seconds"]) * 1000,
            "abandon_at": now + _ABANDONED_AFTER,
            "_origin": origin,
            "_refresh_token": f"rt_{store.ids.secret()}",
        },
    )
    store.update(CLIENTS, client, last_active_session_id=session["id"])
    user = store.update(USERS, user, last_sign_in_at=now, last_active_at=now - now % DAY)
    record_session(store, "session.created", session)
    if settings["user_updated_at_sign_in"]:
        record_user(store, "user.updated", user)
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
    """Set the status of expired sessions. Call it before reading sessions."""
    store.update_all(
        SESSIONS, SESSIONS.c.status == "active", SESSIONS.c.expire_at <= store.clock.now(), status="expired"
    )


def revoke_all(store: Store, user_id: str) -> None:
    """Revoke all active sessions of a user, the oldest first."""
    expire(store)
    for session in store.all(SESSIONS, SESSIONS.c.user_id == user_id, SESSIONS.c.status == "active"):
        revoke(store, session)


def revoke(store: Store, session: Json) -> Json:
    """Revoke a session and return it."""
    return end(store, session, "revoked")


def end(store: Store, session: Json, status: Literal["ended", "removed", "revoked"]) -> Json:
    """End a session and return it. Nothing happens if it has ended before."""
    if session["status"] not in ("active", "pending"):
        return session
    session = store.update(SESSIONS, session, status=status)
    record_session(store, f"session.{status}", session)
    return session
