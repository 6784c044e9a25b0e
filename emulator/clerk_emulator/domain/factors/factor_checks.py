"""Check the factors with which a user proves who they are: sent codes, codes of an authenticator app, backup codes."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.domain.access import lockout
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.factors import second_factors
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

KINDS = {
    "email_code": "email_address",
    "phone_code": "phone_number",
    "email_link": "email_address",
    "reset_password_email_code": "email_address",
    "reset_password_phone_code": "phone_number",
}
"""For each strategy that sends something, the kind of identification that it is sent to."""

_WRONG = ("form_code_incorrect", "verification_failed")


def choose(available: Sequence[Json], strategy: str, identification_id: str | None) -> Json:
    """Return the factor with a strategy and, if it is given, this identification; by default the user's primary one.

    Raises Clerk's 400 if the user cannot use the strategy, and 422 if the identification is none of the user's.
    """
    fitting = [one for one in available if one["strategy"] == strategy]
    if not fitting:
        raise strategy_invalid(strategy)
    name = f"{KINDS[strategy]}_id"
    chosen = [one for one in fitting if one[name] == identification_id] if identification_id else fitting
    if not chosen:
        raise errors.referenced_not_found(name, str(identification_id))
    return min(chosen, key=lambda one: (not one.get("default"), not one.get("primary")))


def send_code(store: Store, strategy: str, factor: Json, before: Json | None) -> Json:
    """Send a code to the identification of a factor, and return the verification. `before` is the one it replaces."""
    kind = KINDS[strategy]
    row = identifications.require(store, kind, factor[f"{kind}_id"])
    verification = verification_codes.prepare(store, strategy, kind, row["_identifier"], before)
    slug = "reset_password_code" if strategy.startswith("reset_password") else "verification_code"
    messages.send_code(store, row, verification["_code"], slug)
    return verification


def check_sent_code(
    store: Store, user_id: str | None, prepared: Json | None, strategy: str, code: str
) -> tuple[Json, ClerkAPIError | None]:
    """Compare a code with the one that was sent for a strategy.

    Return the new verification, and the error if the code was wrong, which is counted for the user. The caller stores
    the verification, and then raises the error. Raises ClerkAPIError if no code was sent for the strategy.
    """
    if prepared is not None and prepared["strategy"] != strategy:
        prepared = None
    verification, error = verification_codes.attempt(store, prepared, code)
    if error and user_id and error.errors[0]["code"] in _WRONG:
        error = lockout.count_failure(store, user_id, error)
    return verification, error


def check_own_code(store: Store, user: Json, strategy: str, code: str) -> Json:
    """Return the verification of a code that the user has: of an authenticator app (`totp`), or a backup code.

    A backup code can be used once. Raises ClerkAPIError for a wrong code, which is counted.
    """
    if strategy == "totp":
        valid = second_factors.is_valid_totp(store, user, code)
    else:
        remaining = second_factors.remaining_backup_codes(user["_backup_codes"], code)
        valid = remaining is not None
        if valid:
            store.update(USERS, user, _backup_codes=remaining, updated_at=user["updated_at"])
    if valid:
        return verification_codes.verified(strategy, strategy)
    wrong = ClerkAPIError(422, "form_code_incorrect", "is incorrect", "The code is incorrect.", param_name="code")
    raise lockout.count_failure(store, user["id"], wrong)


def strategy_invalid(strategy: str) -> ClerkAPIError:
    """Return the error for a strategy that the user cannot use."""
    message = f"The user cannot verify a factor with {strategy}."
    return ClerkAPIError(400, "strategy_for_user_invalid", "is invalid", message, param_name="strategy")
