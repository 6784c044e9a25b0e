"""Lock users after too many failed attempts to sign in."""

from __future__ import annotations

from clerk_emulator.domain.users.user_accounts import is_locked, lock, record_user
from clerk_emulator.errors import ClerkAPIError, keep_writes
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS


def require_unlocked(store: Store, user: Json) -> None:
    """Raise Clerk's 403 for a user who is locked."""
    if is_locked(store, user):
        raise _locked(store, user)


def count_failure(store: Store, user_id: str, error: ClerkAPIError) -> ClerkAPIError:
    """Count a failed attempt of a user. Return the error to raise: the given one, or that the user is locked now."""
    settings = USER_SETTINGS.read(store)
    user = store.require(USERS, user_id)
    if not settings["lockout"]:
        return keep_writes(error)
    expired = user["_locked"] and not is_locked(store, user)
    failed = 1 if expired else user["_failed_attempts"] + 1
    user = store.update(USERS, user, _failed_attempts=failed, updated_at=user["updated_at"])
    if failed < settings["lockout_attempts"]:
        return keep_writes(error)
    user = lock(store, user)
    record_user(store, "user.updated", user)
    return keep_writes(_locked(store, user))


def reset(store: Store, user_id: str) -> None:
    """Forget the failed attempts of a user, who has signed in."""
    user = store.require(USERS, user_id)
    store.update(USERS, user, _failed_attempts=0, _locked=False, _locked_until=None, updated_at=user["updated_at"])


def _locked(store: Store, user: Json) -> ClerkAPIError:
    until = user["_locked_until"]
    seconds = None if until is None else max(0, until - store.clock.now()) // 1000
    when = "Contact support." if seconds is None else f"Try again in {-(-seconds // 60)} minutes."
    return ClerkAPIError(
        403, "user_locked", "account locked", f"The account is locked. {when}", lockout_expires_in_seconds=seconds
    )
