"""Sign in with a passkey, also without typing an identifier."""

from __future__ import annotations

from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.factors import passkeys, webauthn_ceremonies
from clerk_emulator.domain.factors.factor_checks import strategy_invalid
from clerk_emulator.domain.sign_in import attempts
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import ATTRIBUTES
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, SIGN_INS, USERS


def prepare(store: Store, row: Json) -> Json:
    """Return a sign-in whose first factor has options for the browser in `nonce`. Raises ClerkAPIError."""
    _require_enabled(store)
    attempts.require_status(row, "needs_identifier", "needs_first_factor")
    origin = webauthn_ceremonies.require_origin(row["_origin"])
    allowed: list[str] = []
    if row["status"] == "needs_first_factor":
        allowed = passkeys.credentials_of(store, row["_user_id"] or "")
        if not allowed:
            message = "The user has no passkeys."
            raise ClerkAPIError(400, "no_passkeys_found_for_user", "no passkeys", message)
    challenge = store.ids.hex(64)
    verification = {
        "object": "verification_passkey",
        "status": "unverified",
        "strategy": "passkey",
        "attempts": None,
        "expire_at": store.clock.now() + verification_codes.LIFETIME,
        "nonce": webauthn_ceremonies.authentication_options(origin, bytes.fromhex(challenge), allowed),
        "_challenge": challenge,
    }
    return store.update(SIGN_INS, row, _first_factor=verification)


def attempt(store: Store, row: Json, credential: str) -> Json:
    """Verify what a browser's authenticator has signed, and return the sign-in, which is complete then.

    A passkey verifies the user too, so that no second factor is needed. Raises ClerkAPIError.
    """
    _require_enabled(store)
    attempts.require_status(row, "needs_identifier", "needs_first_factor")
    prepared: Json = row["_first_factor"] or {}
    if "_challenge" not in prepared:
        message = "No passkey was asked for. Prepare the factor first."
        raise ClerkAPIError(400, "verification_missing", "missing", message)
    if prepared["expire_at"] <= store.clock.now():
        raise ClerkAPIError(400, "verification_expired", "expired", "The passkey was asked for too long ago.")
    passkey = passkeys.verify(store, row["_origin"], prepared["_challenge"], credential)
    if row["_user_id"] not in (None, passkey["_user_id"]):
        raise webauthn_ceremonies.authentication_failure()
    user = store.require(USERS, passkey["_user_id"])
    row = attempts.identify(store, row, store.require(CLIENTS, row["_client_id"]), user)
    verified = {name: value for name, value in prepared.items() if name not in ("nonce", "_challenge")}
    row = store.update(SIGN_INS, row, _first_factor={**verified, "status": "verified", "attempts": 1})
    return attempts.complete(store, row, with_second_factor=True)


def _require_enabled(store: Store) -> None:
    if not ATTRIBUTES.value(store, "passkey")["enabled"]:
        raise strategy_invalid("passkey")
