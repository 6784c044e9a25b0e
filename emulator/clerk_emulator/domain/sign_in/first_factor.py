"""Verify the first factor of sign-ins."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.enterprise import sign_on
from clerk_emulator.domain.factors import factor_checks
from clerk_emulator.domain.sign_in import attempts, factors, links, passkeys, passwords, social_sign_ins
from clerk_emulator.domain.social import flows
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import SIGN_INS

_RESETS = ("reset_password_email_code", "reset_password_phone_code")
_CODES = ("email_code", "phone_code", *_RESETS)


def prepare(store: Store, keys: Keys, row: Json, values: Json) -> Json:
    """Send what the user needs for a strategy, and return the sign-in. `values` are those of the request."""
    strategy: str = values["strategy"]
    if strategy == "passkey":
        return passkeys.prepare(store, row)
    attempts.require_status(row, "needs_first_factor")
    if strategy == sign_on.STRATEGY:
        return social_sign_ins.prepare(store, row, values)
    if row["_user_id"] is None:
        return _prepare_for_nobody(store, row, strategy)
    user = attempts.require_user(store, row)
    available = factors.first_factors(store, user, row["_typed"] or "")
    if strategy.startswith(flows.PREFIX) and {"strategy": strategy} in available:
        return social_sign_ins.prepare(store, row, values)
    if strategy not in factor_checks.KINDS:
        raise factor_checks.strategy_invalid(strategy)
    named = values.get(f"{factor_checks.KINDS[strategy]}_id")
    factor = factor_checks.choose(_typed_first(available), strategy, named)
    if strategy == "email_link":
        return links.prepare(store, keys, row, factor, values.get("redirect_url"))
    verification = factor_checks.send_code(store, strategy, factor, row["_first_factor"])
    return store.update(SIGN_INS, row, _first_factor=verification)


def _typed_first(available: list[Json]) -> list[Json]:
    """Return factors, of which those of the typed identifier, which is not masked, are the default."""
    return [{**one, "default": "*" not in one.get("safe_identifier", "*")} for one in available]


def _prepare_for_nobody(store: Store, row: Json, strategy: str) -> Json:
    """Return a sign-in of nobody as if a code had been sent."""
    if strategy not in _CODES or row["_kind"] != factor_checks.KINDS[strategy]:
        raise factor_checks.strategy_invalid(strategy)
    verification = verification_codes.prepare(store, strategy, row["_kind"], row["_typed"], row["_first_factor"])
    # No code is right.
    return store.update(SIGN_INS, row, _first_factor={**verification, "_code": store.ids.secret()})


def attempt(store: Store, row: Json, values: Json) -> Json:
    """Verify the first factor with the values of a request, and return the sign-in.

    Raises ClerkAPIError; that for a wrong password or code counts, and keeps what was written.
    """
    strategy: str = values["strategy"]
    if strategy == "passkey":
        return passkeys.attempt(store, row, _required(values, "public_key_credential"))
    attempts.require_status(row, "needs_first_factor")
    if factors.enterprise_factors(store, row["_typed"] or ""):
        raise factor_checks.strategy_invalid(strategy)
    if strategy == "password":
        return passwords.attempt(store, row, _required(values, "password"))
    if strategy not in _CODES:
        raise factor_checks.strategy_invalid(strategy)
    if row["_user_id"] is not None:
        attempts.require_user(store, row)
    code = _required(values, "code")
    verification, error = factor_checks.check_sent_code(store, row["_user_id"], row["_first_factor"], strategy, code)
    row = store.update(SIGN_INS, row, _first_factor=verification)
    if error:
        raise error
    if strategy in _RESETS:
        return store.update(SIGN_INS, row, status="needs_new_password")
    return attempts.pass_first_factor(store, row, verification)


def _required(values: Json, name: str) -> str:
    if not values.get(name):
        raise errors.missing(name)
    value: str = values[name]
    return value
