"""Which session of a browser a page load is for, and which organization is active in it."""

from __future__ import annotations

from clerk_emulator.domain.sessions import session_lifecycle, session_tasks
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATIONS, SESSIONS


def session_of_client(store: Store, keys: Keys, client: Json | None, old_token: str | None = None) -> Json | None:
    """Return the open session of a client that was active last; None if it is signed out.

    If that one has ended, it is the one that an old session token names. The token alone gives no session, because it
    can be another browser's.
    """
    if client is None:
        return None
    session_lifecycle.expire(store)
    claims = jwts.read(keys, old_token or "") or {}
    for session_id in (client["last_active_session_id"], claims.get("sid")):
        session = store.get(SESSIONS, str(session_id))
        if session and session["client_id"] == client["id"] and session["status"] in session_lifecycle.OPEN:
            return session
    return None


def activate_organization(store: Store, session: Json, id_or_slug: str) -> Json:
    """Make an organization active in a session, and return the session; an empty text is the personal account.

    A session whose user does not belong to the organization stays as it is.
    """
    organization_id = None
    if id_or_slug:
        matches = sql.or_(ORGANIZATIONS.c.id == id_or_slug, ORGANIZATIONS.c.slug == id_or_slug)
        organization = store.find(ORGANIZATIONS, matches)
        of_user = MEMBERSHIPS.c.user_id == session["user_id"]
        if organization is None or not store.find(
            MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization["id"], of_user
        ):
            return session
        organization_id = organization["id"]
    elif session_tasks.selects_organization(store):
        # There are no personal accounts.
        return session
    return session_lifecycle.touch(store, session, last_active_organization_id=organization_id)
