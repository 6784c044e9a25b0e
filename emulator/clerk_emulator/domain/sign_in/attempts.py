"""Attempts to sign in: what they store, how they begin and end."""

from __future__ import annotations

from typing import Any

from clerk_emulator.domain import client_tokens, lockout, session_lifecycle
from clerk_emulator.domain.sign_in import factors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store, Where
from clerk_emulator.storage.tables import CLIENTS, SESSIONS, SIGN_INS, USERS

_ABANDONED_AFTER = 24 * 3600 * 1000


def start(store: Store, client: Json, origin: str | None) -> Json:
    """Return a new sign-in of a client, which replaces its former one."""
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
    """Return the sign-in of a client.

    Raises Clerk's 404 for an unknown one, and 403 for one that is not the client's latest, or was abandoned.
    """
    row = store.get(SIGN_INS, sign_in_id)
    if client is None or row is None or row["_client_id"] != client["id"]:
        message = f"No sign-in was found with id {sign_in_id}."
        raise ClerkAPIError(404, "resource_not_found", "not found", message)
    if row["id"] != client["sign_in_id"] and row["status"] != "complete":
        raise ClerkAPIError(403, "resource_forbidden", "is outdated", "This is not the latest sign-in of the client.")
    if row["status"] != "complete" and row["abandon_at"] <= store.clock.now():
        return store.update(SIGN_INS, row, status="abandoned")
    return row


def require_open(row: Json) -> None:
    """Raise Clerk's 400 for a sign-in that is complete or abandoned."""
    if row["status"] in ("complete", "abandoned"):
        message = f"The sign-in is {row['status']}. Begin a new one."
        raise ClerkAPIError(400, "client_state_invalid", "invalid state", message)


def require_status(row: Json, *statuses: str) -> None:
    """Raise Clerk's 400 if a sign-in does not have one of the statuses."""
    require_open(row)
    if row["status"] not in statuses:
        message = f"The sign-in has the status {row['status']}, not {' or '.join(statuses)}."
        raise ClerkAPIError(400, "client_state_invalid", "invalid state", message)


def require_no_session(store: Store, client: Json) -> None:
    """Raise Clerk's 400 if the client is signed in, and the instance allows only one session for each client."""
    if AUTHENTICATION.read(store)["single_session_mode"]:
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
    return SESSIONS.c.client_id == client["id"], SESSIONS.c.status.in_(("active", "pending"))


def identify(store: Store, row: Json, client: Json, user: Json, identifier: str, typed: str) -> Json:
    """Set the user of a sign-in. Raises ClerkAPIError for a user who may not sign in, or is signed in already."""
    lockout.require_unlocked(store, user)
    session_lifecycle.require_may_sign_in(store, user)
    require_not_signed_in(store, client, user["id"])
    known = user["id"] in client["_known_user_ids"]
    return store.update(
        SIGN_INS,
        row,
        status="needs_first_factor",
        identifier=identifier,
        client_trust_state="known" if known else "new",
        _user_id=user["id"],
        _typed=typed,
    )


def pass_first_factor(store: Store, row: Json, verification: Json) -> Json:
    """Note that the first factor is verified; complete the sign-in unless the user needs a second one."""
    row = store.update(SIGN_INS, row, _first_factor=verification)
    user = store.require(USERS, row["_user_id"])
    if factors.second_factors(store, user, row["_typed"] or ""):
        return store.update(SIGN_INS, row, status="needs_second_factor")
    untrusted = row["client_trust_state"] == "new" and not user["bypass_client_trust"]
    if verification["strategy"] == "password" and untrusted and AUTHENTICATION.read(store)["client_trust"]:
        return store.update(SIGN_INS, row, status="needs_client_trust")
    return complete(store, row)


def complete(store: Store, row: Json, **session: Any) -> Json:
    """Start the session of a sign-in, and return the sign-in. `session` are arguments of `session_lifecycle.start`."""
    client = client_tokens.rotate(store, store.require(CLIENTS, row["_client_id"]))
    lockout.reset(store, row["_user_id"])
    strategy = (row["_first_factor"] or {}).get("strategy")
    client = store.update(CLIENTS, client, last_authentication_strategy=strategy, sign_in_id=None)
    arguments: dict[str, Any] = {"origin": row["_origin"], "with_second_factor": bool(row["_second_factor"]), **session}
    started = session_lifecycle.start(store, row["_user_id"], client=client, **arguments)
    store.update(SESSIONS, started, _identifier=row["_typed"], updated_at=started["updated_at"])
    return store.update(SIGN_INS, row, status="complete", created_session_id=started["id"])
