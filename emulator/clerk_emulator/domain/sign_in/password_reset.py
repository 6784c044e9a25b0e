"""Set a new password in a sign-in whose user has forgotten the old one."""

from __future__ import annotations

from clerk_emulator.domain.factors import passwords
from clerk_emulator.domain.lifecycle import user_profiles
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.sign_in import attempts
from clerk_emulator.domain.users.user_accounts import record_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS


def set_password(store: Store, row: Json, password: str, *, sign_out_of_other_sessions: bool = False) -> Json:
    """Set the new password, and return the sign-in, which is complete unless the user needs a second factor.

    Raises ClerkAPIError for a password that is not allowed.
    """
    attempts.require_status(row, "needs_new_password")
    user = attempts.require_user(store, row)
    user_profiles.validate_password(store, user, password)
    changes = user_profiles.new_password(store, *passwords.hash_password(password))
    user = store.update(USERS, user, **changes)
    record_user(store, "user.updated", user)
    messages.notify_user(store, user["id"], "password_changed")
    if sign_out_of_other_sessions:
        session_lifecycle.revoke_all(store, user["id"])
    return attempts.pass_first_factor(store, row, row["_first_factor"])
