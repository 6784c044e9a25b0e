"""Verify the values of a sign-up with codes."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.sign_up import attempts
from clerk_emulator.domain.sign_up.requirements import field_of
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

CODES = ("email_code", "phone_code")


def require_field(store: Store, row: Json, strategy: str) -> str:
    """Return the field that a strategy verifies.

    Raises ClerkAPIError if the instance does not use the strategy, or the sign-up does not have the field.
    """
    name = field_of(strategy, attempts.requirements_of(store))
    if name is None:
        message = f"Sign-ups of this instance are not verified with {strategy}."
        raise ClerkAPIError(400, "verification_strategy_invalid", "is invalid", message, param_name="strategy")
    if not row[name]:
        raise errors.null(name)
    return name


def prepare_code(store: Store, row: Json, strategy: str) -> Json:
    """Send a code to an address or number of a sign-up, and return the sign-up. Raises ClerkAPIError."""
    attempts.require_open(row)
    name = require_field(store, row, strategy)
    previous = row["_verifications"].get(name)
    require_unverified(previous)
    verification = verification_codes.prepare(store, strategy, name, row[name], previous)
    messages.send_sign_up_code(store, name, row[name], verification["_code"])
    return set_verification(store, row, name, verification)


def attempt_code(store: Store, row: Json, strategy: str, code: str | None) -> tuple[Json, ClerkAPIError | None]:
    """Compare a code with the one that was sent. Return the sign-up, and the error for a wrong code.

    Raises ClerkAPIError if no code was sent, or it cannot be attempted any more.
    """
    attempts.require_open(row)
    name = require_field(store, row, strategy)
    prepared = row["_verifications"].get(name)
    if prepared is None and name in row["_outdated"]:
        message = f"The {name} has changed since the code was sent."
        raise ClerkAPIError(410, "sign_up_outdated_verification", "is outdated", message)
    if prepared is not None and (prepared["strategy"] != strategy or "_code" not in prepared):
        require_unverified(prepared)
        prepared = None
    if not code:
        raise errors.missing("code")
    verification, error = verification_codes.attempt(store, prepared, code)
    return set_verification(store, row, name, verification), error


def verify(store: Store, row: Json, name: str) -> Json:
    """Mark the value of a field as verified, as the right code does, and return the sign-up."""
    attempts.require_open(row)
    if not row[name]:
        raise errors.null(name)
    strategies = {"email_address": "email_code", "phone_number": "phone_code", "web3_wallet": "web3_metamask_signature"}
    verification = {
        "object": "verification_web3" if name == "web3_wallet" else "verification_otp",
        "status": "verified",
        "strategy": strategies[name],
        "attempts": 1,
        "expire_at": store.clock.now() + verification_codes.LIFETIME,
    }
    return set_verification(store, row, name, verification)


def set_verification(store: Store, row: Json, name: str, verification: Json) -> Json:
    """Store the verification of a field, and return the sign-up."""
    outdated = [one for one in row["_outdated"] if one != name]
    return attempts.touch(store, row, _verifications={**row["_verifications"], name: verification}, _outdated=outdated)


def require_unverified(verification: Json | None) -> None:
    """Raise ClerkAPIError if a value is verified already."""
    if verification is not None and verification["status"] == "verified":
        message = "This is already verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)
