"""Begin a reverification, and verify its factors."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.access import lockout
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.factors import factor_checks, passwords
from clerk_emulator.domain.reverification import factors
from clerk_emulator.domain.reverification.factors import Level
from clerk_emulator.domain.sessions import factor_ages
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import SESSIONS, USERS

_SENT = ("email_code", "phone_code")


def start(store: Store, session: Json, level: Level) -> Json:
    """Begin a reverification of a session, and return the session. One that was begun before is replaced."""
    user = store.require(USERS, session["user_id"])
    reached = factors.lowered(level, has_second_factor=bool(factors.second_factors(store, user)))
    state = {"level": reached, "status": factors.first_status(reached), "first": None, "second": None}
    return _set(store, session, state)


def prepare_first(store: Store, session: Json, strategy: str, identification_id: str | None) -> Json:
    """Send a code to an email address or phone number of the user, and return the session. Raises ClerkAPIError."""
    state = _require_status(session, "needs_first_factor")
    available = factors.first_factors(store, store.require(USERS, session["user_id"]))
    verification = _send_code(store, strategy, identification_id, available, state["first"])
    return _set(store, session, {**state, "first": verification})


def prepare_second(store: Store, session: Json, strategy: str, identification_id: str | None) -> Json:
    """Send a code to a phone number that is the user's second factor, and return the session. Raises ClerkAPIError."""
    state = _require_status(session, "needs_second_factor")
    available = factors.second_factors(store, store.require(USERS, session["user_id"]))
    verification = _send_code(store, strategy, identification_id, available, state["second"])
    return _set(store, session, {**state, "second": verification})


def attempt_first(store: Store, session: Json, strategy: str, password: str | None, code: str | None) -> Json:
    """Verify the first factor with a password or a code, and return the session.

    Raises ClerkAPIError; that for a wrong password or code counts, and keeps what was written.
    """
    state = _require_status(session, "needs_first_factor")
    user = _require_strategy(store, session, strategy, factors.first_factors)
    if strategy == "password":
        if not password:
            raise errors.missing("password")
        if not passwords.matches(password, user["_password_hasher"], user["_password_digest"]):
            message = "The password is incorrect."
            wrong = ClerkAPIError(422, "form_password_incorrect", "is incorrect", message, param_name="password")
            raise lockout.count_failure(store, user["id"], wrong)
        verification = verification_codes.verified("password", "password")
    else:
        verification = _check_code(store, session, state, "first", strategy, code)
    after = factors.status_after_first(state["level"])
    session = factor_ages.record_verified(store, session, "first_factor")
    return _set(store, session, {**state, "status": after, "first": verification})


def attempt_second(store: Store, session: Json, strategy: str, code: str | None) -> Json:
    """Verify the second factor with a code of an authenticator app, a backup code, or a code that was sent.

    Return the session. Raises ClerkAPIError as `attempt_first` does.
    """
    state = _require_status(session, "needs_second_factor")
    user = _require_strategy(store, session, strategy, factors.second_factors)
    if not code:
        raise errors.missing("code")
    if strategy == "phone_code":
        verification = _check_code(store, session, state, "second", strategy, code)
    else:
        verification = factor_checks.check_own_code(store, user, strategy, code)
    session = factor_ages.record_verified(store, session, "second_factor")
    return _set(store, session, {**state, "status": "complete", "second": verification})


def state_of(session: Json) -> Json:
    """Return the state of a session's reverification. Raises Clerk's 400 if none was begun."""
    state: Json | None = session.get("_reverification")
    if state is None:
        message = "No reverification was begun for this session."
        raise ClerkAPIError(400, "session_reverification_missing", "is missing", message)
    return state


def _set(store: Store, session: Json, state: Json) -> Json:
    return store.update(SESSIONS, session, _reverification=state, updated_at=session["updated_at"])


def _require_status(session: Json, status: str) -> Json:
    """Return the state of a session's reverification. Raises Clerk's 400 if it does not have the status."""
    state = state_of(session)
    if state["status"] != status:
        message = f"The reverification has the status {state['status']}, not {status}."
        raise ClerkAPIError(400, "invalid_action_for_session_reverification", "invalid action", message)
    return state


def _require_strategy(store: Store, session: Json, strategy: str, list_factors: Any) -> Json:
    """Return the user of a session. Raises Clerk's 400 if the user cannot use the strategy, 403 for a locked one."""
    user = store.require(USERS, session["user_id"])
    lockout.require_unlocked(store, user)
    if strategy not in {one["strategy"] for one in list_factors(store, user)}:
        raise factor_checks.strategy_invalid(strategy)
    return user


def _send_code(
    store: Store, strategy: str, identification_id: str | None, available: list[Json], before: Json | None
) -> Json:
    """Send a code to one of the factors that are available, by default the primary one; return its verification."""
    if strategy not in _SENT:
        raise factor_checks.strategy_invalid(strategy)
    factor = factor_checks.choose(available, strategy, identification_id)
    return factor_checks.send_code(store, strategy, factor, before)


def _check_code(store: Store, session: Json, state: Json, name: str, strategy: str, code: str | None) -> Json:
    """Return the verification of a right code. A wrong one is counted, for the code and for the user."""
    if not code:
        raise errors.missing("code")
    verification, error = factor_checks.check_sent_code(store, session["user_id"], state[name], strategy, code)
    if error:
        _set(store, session, {**state, name: verification})
        raise error
    return verification
