"""Sign-ups as both APIs return them."""

from __future__ import annotations

from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.sign_up import attempts
from clerk_emulator.domain.sign_up.requirements import VERIFIABLE
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store

_HIDDEN = ("created_at", "updated_at")


def serialize(store: Store, row: Json) -> Json:
    """Return a sign-up as the API returns it."""
    requirements = attempts.requirements_of(store)
    account = row["_external_account"]
    return {
        **{name: value for name, value in public_fields(row).items() if name not in _HIDDEN},
        "required_fields": list(requirements.required),
        "optional_fields": list(requirements.optional),
        "missing_fields": attempts.missing_fields(store, row),
        "unverified_fields": attempts.unverified_fields(store, row),
        "password_enabled": row["_password_digest"] is not None,
        "verifications": {
            **{name: _verification(store, row, name, requirements.strategies[name]) for name in VERIFIABLE},
            "external_account": verification_codes.serialize(store, account["verification"]) if account else None,
        },
    }


def _verification(store: Store, row: Json, name: str, strategies: list[str]) -> Json | None:
    """Return the state of a field's verification; None if the person has not given it.

    That of an email address or wallet is shown before it is prepared, that of a phone number is not.
    """
    prepared = row["_verifications"].get(name)
    if prepared is not None:
        shown: Json = verification_codes.serialize(store, prepared) or {}
        next_action = {"verified": "", "unverified": "needs_attempt"}.get(shown["status"], "needs_prepare")
        return {**shown, "next_action": next_action, "supported_strategies": strategies}
    if not row[name] or name == "phone_number":
        return None
    return {
        "object": "verification_web3" if name == "web3_wallet" else "verification_otp",
        "status": "unverified",
        "strategy": "web3_metamask_signature" if name == "web3_wallet" else "email_code",
        "attempts": 0,
        # The document requires a time, and there is none yet: our choice.
        "expire_at": row["created_at"] + verification_codes.LIFETIME,
        "next_action": "needs_prepare",
        "supported_strategies": strategies,
    }
