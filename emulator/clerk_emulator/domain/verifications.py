"""Verifications: a person proves with a code that an address or a phone number is theirs.

A verification is a JSON object within the resource that it belongs to, such as a sign-up. Its private keys begin with
an underscore. Functions that change one return the changed object, for the caller to store.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from clerk_emulator import errors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store

LIFETIME_SECONDS = 10 * 60
MAX_ATTEMPTS = 5
"""Wrong codes after which a verification has failed. Clerk does not publish the number; our choice."""
RESEND_SECONDS = 30
TEST_CODE = "424242"

_TEST_EMAIL = re.compile(r"[^@]*\+clerk_test(?:[+_.-][^@]*)?@.*")
_TEST_PHONE = re.compile(r"\+1\d{3}55501\d{2}")


@dataclass(frozen=True)
class Outcome:
    """The result of an attempt: the verification as it is now, and the error for a wrong code."""

    verification: Json
    error: ClerkAPIError | None = None


def prepare_code(store: Store, strategy: str, identifier: str, previous: Json | None = None) -> Json:
    """Return a new verification with a code. `previous` is the one that it replaces.

    Raises Clerk's 429 if a code was sent less than half a minute ago.
    """
    now = store.clock.now()
    if previous and previous["strategy"] == strategy and previous.get("_sent_at", 0) > now - RESEND_SECONDS * 1000:
        message = f"A code was sent less than {RESEND_SECONDS} seconds ago. Try again later."
        raise ClerkAPIError(429, "verification_code_too_many_requests", "too many requests", message)
    return {
        "object": "verification_otp",
        "status": "unverified",
        "strategy": strategy,
        "attempts": 0,
        "expire_at": now + LIFETIME_SECONDS * 1000,
        "_code": code_for(store, identifier),
        "_sent_at": now,
    }


def code_for(store: Store, identifier: str) -> str:
    """Return a code for an email address or phone number: that for tests if it is a test identifier in test mode."""
    if USER_SETTINGS.read(store)["test_mode"] and is_test_identifier(identifier):
        return TEST_CODE
    return store.ids.code()


def is_test_identifier(identifier: str) -> bool:
    """Return whether a value is an email address or phone number that Clerk reserves for tests."""
    return bool(_TEST_EMAIL.fullmatch(identifier) or _TEST_PHONE.fullmatch(identifier))


def attempt_code(store: Store, verification: Json | None, strategy: str, code: str | None) -> Outcome:
    """Compare a code with that of a verification.

    Raises ClerkAPIError if nothing was prepared for the strategy, or it is verified already.
    """
    if verification is None or verification["strategy"] != strategy or "_code" not in verification:
        message = f"No verification with {strategy} was prepared."
        raise ClerkAPIError(400, "verification_missing", "is missing", message)
    require_open(store, verification)
    if not code:
        raise errors.missing("code")
    attempts = verification["attempts"] + 1
    if hmac.compare_digest(code.encode(), verification["_code"].encode()):
        return Outcome({**verification, "status": "verified", "attempts": attempts})
    if attempts >= MAX_ATTEMPTS:
        return Outcome({**verification, "status": "failed", "attempts": attempts}, _failed())
    message = "The code is not the one that was sent."
    wrong = ClerkAPIError(422, "form_code_incorrect", "is incorrect", message, param_name="code")
    return Outcome({**verification, "attempts": attempts}, wrong)


def require_open(store: Store, verification: Json) -> None:
    """Raise ClerkAPIError for a verification that is verified, has failed or has expired."""
    status = status_of(store, verification)
    if status == "verified":
        message = "This is already verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)
    if status == "expired":
        message = "The verification has expired. Prepare a new one."
        raise ClerkAPIError(400, "verification_expired", "has expired", message)
    if status == "failed":
        raise _failed()


def status_of(store: Store, verification: Json) -> str:
    """Return the status of a verification now."""
    is_over = verification["status"] == "unverified" and (verification["expire_at"] or 0) <= store.clock.now()
    return "expired" if is_over and verification["expire_at"] is not None else str(verification["status"])


def serialize(store: Store, verification: Json) -> Json:
    """Return a verification as the API returns it."""
    return {**public_fields(verification), "status": status_of(store, verification)}


def _failed() -> ClerkAPIError:
    message = "There were too many attempts. Prepare a new verification."
    return ClerkAPIError(400, "verification_failed", "has failed", message)
