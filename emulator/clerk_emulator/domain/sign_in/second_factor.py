"""Verify the second factor of sign-ins, and confirm browsers that are new."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.factors import factor_checks
from clerk_emulator.domain.sign_in import attempts, factors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import SIGN_INS

_SENT = ("phone_code", "email_code")


def prepare(store: Store, row: Json, values: Json) -> Json:
    """Send a code for the second factor, and return the sign-in. `values` are those of the request."""
    available = _available(store, row)
    strategy: str = values.get("strategy") or "phone_code"
    if strategy not in _SENT:
        raise factor_checks.strategy_invalid(strategy)
    factor = factor_checks.choose(available, strategy, values.get(f"{factor_checks.KINDS[strategy]}_id"))
    verification = factor_checks.send_code(store, strategy, factor, row["_second_factor"])
    return store.update(SIGN_INS, row, _second_factor=verification)


def attempt(store: Store, row: Json, values: Json) -> Json:
    """Verify the second factor with a code, and return the sign-in, which is complete then.

    Raises ClerkAPIError; that for a wrong code counts, and keeps what was written.
    """
    available = _available(store, row)
    strategy: str = values.get("strategy") or ""
    if strategy not in {one["strategy"] for one in available}:
        raise factor_checks.strategy_invalid(strategy)
    code: str = values.get("code") or ""
    if not code:
        raise errors.missing("code")
    if strategy in _SENT:
        prepared = row["_second_factor"]
        verification, error = factor_checks.check_sent_code(store, row["_user_id"], prepared, strategy, code)
        if error:
            store.update(SIGN_INS, row, _second_factor=verification)
            raise error
    else:
        verification = factor_checks.check_own_code(store, attempts.require_user(store, row), strategy, code)
    row = store.update(SIGN_INS, row, _second_factor=verification)
    # A code that confirms a browser is sent to what the user signs in with, and is no second factor.
    confirms = row["status"] == "needs_client_trust"
    return attempts.complete(store, row, **({"with_second_factor": False} if confirms else {}))


def _available(store: Store, row: Json) -> list[Json]:
    """Return the second factors of a sign-in. Raises ClerkAPIError if it does not need one now."""
    attempts.require_status(row, "needs_second_factor", "needs_client_trust")
    user = attempts.require_user(store, row)
    if row["status"] == "needs_client_trust":
        return factors.trust_factors(store, user, row["_typed"] or "")
    available = factors.second_factors(store, user, row["_typed"] or "")
    if not available:
        message = "The user does not have a second factor any more. Begin a new sign-in."
        raise ClerkAPIError(400, "no_second_factors", "no second factors", message)
    return available
