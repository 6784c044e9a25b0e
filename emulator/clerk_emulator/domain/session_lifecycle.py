"""Start, expire and revoke sessions."""

from __future__ import annotations

from clerk_emulator.domain.user_accounts import is_locked
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, MEMBERSHIPS, SESSIONS, USERS

DAY = 24 * 3600 * 1000
_ABANDONED_AFTER = 30 * DAY


def start(store: Store, user_id: str, organization_id: str | None = None, *, origin: str | None = None) -> Json:
    """Return a new session of a user, on a new client.

    Raises ClerkAPIError for an unknown, banned or locked user, or one who is not a member of the organization.
    """
    user = store.require(USERS, user_id)
    if user["banned"]:
        raise ClerkAPIError(403, "user_banned", "user is banned", f"User {user_id} is banned.")
    if is_locked(store, user):
        raise ClerkAPIError(403, "user_locked", "user is locked", f"User {user_id} is locked.")
    if organization_id is not None:
        require_member(store, organization_id, user_id)
    now = store.clock.now()
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
            "actor": None,
            "last_active_organization_id": organization_id,
            "last_active_at": now,
            "expire_at": now + USER_SETTINGS.read(store)["session_seconds"] * 1000,
            "abandon_at": now + _ABANDONED_AFTER,
            "_origin": origin,
            "_refresh_token": f"rt_{store.ids.secret()}",
        },
    )
    store.update(CLIENTS, client, last_active_session_id=session["id"])
    store.update(USERS, user, last_sign_in_at=now, last_active_at=now - now % DAY, updated_at=user["updated_at"])
    return session


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
    """Revoke all active sessions of a user."""
    expire(store)
    store.update_all(SESSIONS, SESSIONS.c.user_id == user_id, SESSIONS.c.status == "active", status="revoked")
