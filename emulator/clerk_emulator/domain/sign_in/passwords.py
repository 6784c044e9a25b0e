"""Sign in with a password."""

from __future__ import annotations

from clerk_emulator.domain.access import lockout
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.factors import password_rules
from clerk_emulator.domain.factors import passwords as hashing
from clerk_emulator.domain.sign_in import attempts, factors
from clerk_emulator.errors import ClerkAPIError, keep_writes
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION, PASSWORDS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS


def attempt(store: Store, row: Json, password: str) -> Json:
    """Compare a password with the user's, and return the sign-in. Raises ClerkAPIError for a wrong password."""
    user = store.get(USERS, row["_user_id"] or "")
    if user is None:
        raise keep_writes(_incorrect(store))
    lockout.require_unlocked(store, user)
    if not factors.has_password(store, user):
        message = "The user cannot sign in with a password."
        raise ClerkAPIError(400, "strategy_for_user_invalid", "is invalid", message, param_name="strategy")
    if not hashing.matches(password, user["_password_hasher"], user["_password_digest"]):
        raise lockout.count_failure(store, user["id"], _incorrect(store))
    if PASSWORDS.value(store, "enforce_hibp_on_sign_in") and password_rules.is_leaked(store, password):
        raise keep_writes(password_rules.pwned())
    if hashing.is_weak(user["_password_hasher"]):
        hasher, digest = hashing.hash_password(password)
        store.update(USERS, user, _password_hasher=hasher, _password_digest=digest, updated_at=user["updated_at"])
    if user["_compromised"]:
        message = "The password may be known to others. Sign in another way, and choose a new one."
        raise ClerkAPIError(422, "form_password_compromised", "is compromised", message, param_name="password")
    return attempts.pass_first_factor(store, row, verification_codes.verified("password", "password"))


def _incorrect(store: Store) -> ClerkAPIError:
    if AUTHENTICATION.value(store, "enumeration_protection"):
        message = "The password or the identifier is incorrect."
        return ClerkAPIError(
            422, "form_password_or_identifier_incorrect", "is incorrect", message, param_name="password"
        )
    message = "The password is incorrect. Try again, or use another method."
    return ClerkAPIError(422, "form_password_incorrect", "is incorrect", message, param_name="password")
