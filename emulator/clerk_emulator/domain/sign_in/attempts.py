"""Attempts to sign in: what they store, and how they begin and end."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.access import lockout
from clerk_emulator.domain.sessions import client_tokens, session_lifecycle
from clerk_emulator.domain.sign_in import factors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store, Where
from clerk_emulator.storage.tables import CLIENTS, SESSIONS, SIGN_INS, USERS

_ABANDONED_AFTER = 24 * 3600 * 1000


def start(store: Store, client: Json, origin: str | None) -> Json:
    """Return a new sign-in of a client, which replaces its former one.

    `origin` is that of the page. Raises Clerk's 400 if the client is signed in, and may have only one session.
    """
    require_no_session(store, client)
    row = store.create(
        SIGN_INS,
        {
            "status": "needs_identifier",
            "identifier": None,
            "created_session_id": None,
            "client_trust_state": "pending",
            "abandon_at": store.clock.now() + _ABANDONED_AFTER,
            "_client_id": client["id"],
            "_user_id": None,
            "_typed": None,
            "_first_factor": None,
            "_second_factor": None,
            "_origin": origin,
        },
    )
    store.update(CLIENTS, client, sign_in_id=row["id"])
    return row


def require(store: Store, client: Json | None, sign_in_id: str) -> Json:
    """Return the sign-in of a client. One that was not completed within 24 hours is abandoned.

    Raises Clerk's 404 for an unknown one, and 403 for one that is not the client's latest.
    """
    row = store.get(SIGN_INS, sign_in_id)
    if client is None or row is None or row["_client_id"] != client["id"]:
        raise errors.not_found("sign-in", sign_in_id)
    if row["status"] == "complete":
        return row
    if row["id"] != client["sign_in_id"]:
        raise ClerkAPIError(403, "resource_forbidden", "is outdated", "This is not the latest sign-in of the client.")
    return abandon_if_idle(store, row)


def abandon_if_idle(store: Store, row: Json) -> Json:
    """Return a sign-in, whose status becomes `abandoned` 24 hours after it began."""
    if row["status"] not in ("complete", "abandoned") and row["abandon_at"] <= store.clock.now():
        return store.update(SIGN_INS, row, status="abandoned")
    return row


def require_status(row: Json, *statuses: str) -> None:
    """Raise Clerk's 400 if a sign-in does not have one of the statuses."""
    if row["status"] not in statuses:
        hint = " Begin a new one." if row["status"] in ("complete", "abandoned") else ""
        message = f"The sign-in has the status {row['status']}, not {' or '.join(statuses)}.{hint}"
        raise ClerkAPIError(400, "client_state_invalid", "invalid state", message)


def require_no_session(store: Store, client: Json) -> None:
    """Raise Clerk's 400 if a client is signed in, and the instance allows only one session for each client."""
    if AUTHENTICATION.value(store, "single_session_mode"):
        session = store.find(SESSIONS, *_open_sessions(client))
        if session:
            message = "The client is signed in already, and may have only one session."
            raise ClerkAPIError(400, "session_exists", "session exists", message, session_id=session["id"])


def require_not_signed_in(store: Store, client: Json, user_id: str) -> None:
    """Raise Clerk's 400 if a user is signed in on the client."""
    session = store.find(SESSIONS, *_open_sessions(client), SESSIONS.c.user_id == user_id)
    if session:
        message = "This account is signed in already."
        raise ClerkAPIError(400, "identifier_already_signed_in", "already signed in", message, session_id=session["id"])


def _open_sessions(client: Json) -> tuple[Where, ...]:
    return SESSIONS.c.client_id == client["id"], SESSIONS.c.status.in_(session_lifecycle.OPEN)


def identify(store: Store, row: Json, client: Json, user: Json, **changes: Any) -> Json:
    """Set the user of a sign-in, and return the sign-in. `changes` are further changes.

    Raises ClerkAPIError for a user who may not sign in, or is signed in already.
    """
    require_may_sign_in(store, user)
    require_not_signed_in(store, client, user["id"])
    known = user["id"] in client["_known_user_ids"]
    return store.update(
        SIGN_INS,
        row,
        status="needs_first_factor",
        client_trust_state="known" if known else "new",
        _user_id=user["id"],
        **changes,
    )


def require_user(store: Store, row: Json) -> Json:
    """Return the user of a sign-in. Raises ClerkAPIError for one who may not sign in."""
    user = store.require(USERS, row["_user_id"])
    require_may_sign_in(store, user)
    return user


def require_may_sign_in(store: Store, user: Json) -> None:
    """Raise Clerk's 403 for a user who is banned, deactivated or locked."""
    lockout.require_unlocked(store, user)
    if user["deprovisioned"]:
        message = "The account is deactivated."
        raise ClerkAPIError(403, "user_deactivated", "user is deactivated", message)
    session_lifecycle.require_may_sign_in(store, user)


def pass_first_factor(store: Store, row: Json, verification: Json) -> Json:
    """Note that the first factor is verified, and return the sign-in.

    It is complete unless the user needs a second factor, or must confirm a browser that is new.
    """
    row = store.update(SIGN_INS, row, _first_factor=verification)
    user = require_user(store, row)
    if factors.second_factors(store, user, row["_typed"] or ""):
        return store.update(SIGN_INS, row, status="needs_second_factor")
    if verification["strategy"] == "password" and _needs_client_trust(store, row, user):
        return store.update(SIGN_INS, row, status="needs_client_trust")
    return complete(store, row)


def _needs_client_trust(store: Store, row: Json, user: Json) -> bool:
    if not AUTHENTICATION.value(store, "client_trust") or user["bypass_client_trust"]:
        return False
    # Without an address or number there is nothing to confirm it with.
    return row["client_trust_state"] == "new" and bool(factors.trust_factors(store, user, row["_typed"] or ""))


def complete(store: Store, row: Json, **session: Any) -> Json:
    """Start the session of a sign-in, and return the sign-in. `session` are arguments of `session_lifecycle.start`."""
    client = client_tokens.rotate(store, store.require(CLIENTS, row["_client_id"]))
    lockout.reset(store, row["_user_id"])
    first: Json = row["_first_factor"] or {}
    second: Json = row["_second_factor"] or {}
    client = store.update(CLIENTS, client, last_authentication_strategy=first.get("strategy"), sign_in_id=None)
    verified = second.get("status") == "verified"
    arguments: dict[str, Any] = {"origin": row["_origin"], "with_second_factor": verified, **session}
    started = session_lifecycle.start(store, row["_user_id"], client=client, **arguments)
    store.update(SESSIONS, started, _identifier=row["_typed"], updated_at=started["updated_at"])
    return store.update(SIGN_INS, row, status="complete", created_session_id=started["id"])
