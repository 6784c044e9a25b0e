"""Codes that are sent to a person, and the state of their verification.

A verification is a JSON object, which its owner stores: a sign-in, a sign-up, or an email address. `_code` is the code,
`_sent_at` when it was sent.
"""

from __future__ import annotations

import hmac
import re

from clerk_emulator import errors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store

LIFETIME = 10 * 60 * 1000
"""Milliseconds for which a code or link is valid."""
MAX_ATTEMPTS = 5
"""How often a code may be wrong. Our choice: Clerk does not say."""
TEST_CODE = "424242"

_RESEND_AFTER = 30 * 1000
_TEST_NUMBER = re.compile(r"\+1\d{3}55501\d\d")


def prepare(store: Store, strategy: str, kind: str, identifier: str, before: Json | None = None) -> Json:
    """Return a new verification for `email_code`, `phone_code`, or one of the strategies to reset a password.

    `kind` and `identifier` are what the code is sent to, `before` the verification that this one replaces. Raises
    Clerk's 429 if that was sent to the same identifier less than 30 seconds ago.
    """
    now = store.clock.now()
    if before and before.get("_sent_to") == identifier and before["strategy"] == strategy:
        wait = before["_sent_at"] + _RESEND_AFTER - now
        if before["status"] == "unverified" and wait > 0:
            raise _sent_too_often(-(-wait // 1000))
    return {
        "object": "verification_otp",
        "status": "unverified",
        "strategy": strategy,
        "attempts": 0,
        "expire_at": now + LIFETIME,
        "_code": TEST_CODE if is_test_identifier(store, kind, identifier) else store.ids.code(),
        "_sent_to": identifier,
        "_sent_at": now,
    }


def is_test_identifier(store: Store, kind: str, identifier: str) -> bool:
    """Return whether an identifier takes the code 424242: in test mode, those that Clerk reserves for tests."""
    if not USER_SETTINGS.value(store, "test_mode"):
        return False
    if kind == "phone_number":
        return _TEST_NUMBER.fullmatch(identifier) is not None
    return "+clerk_test" in identifier.partition("@")[0]


def attempt(store: Store, verification: Json | None, code: str) -> tuple[Json, ClerkAPIError | None]:
    """Compare a code with that of a verification. Return the new verification, and the error if the code was wrong.

    The caller stores the verification, and then raises the error, which keeps it. Raises ClerkAPIError if there is
    nothing to verify.
    """
    if verification is None:
        raise ClerkAPIError(400, "verification_missing", "missing", "No code was sent. Prepare the verification first.")
    if verification["status"] == "verified":
        raise ClerkAPIError(400, "verification_already_verified", "already verified", "This is already verified.")
    if verification["status"] == "failed":
        raise _failed()
    if verification["expire_at"] <= store.clock.now():
        return {**verification, "status": "expired"}, errors.keep_writes(_expired())
    attempts = verification["attempts"] + 1
    if hmac.compare_digest(code.encode(), verification["_code"].encode()):
        return {**verification, "status": "verified", "attempts": attempts}, None
    if attempts >= MAX_ATTEMPTS:
        return {**verification, "status": "failed", "attempts": attempts}, errors.keep_writes(_failed())
    wrong = ClerkAPIError(422, "form_code_incorrect", "is incorrect", "The code is incorrect.", param_name="code")
    return {**verification, "attempts": attempts}, errors.keep_writes(wrong)


def serialize(store: Store, verification: Json | None) -> Json | None:
    """Return a verification as the API returns it."""
    if verification is None:
        return None
    shown = public_fields(verification)
    expires = shown.get("expire_at")
    if shown["status"] == "unverified" and expires is not None and expires <= store.clock.now():
        shown["status"] = "expired"
    return shown


def verified(strategy: str, kind: str) -> Json:
    """Return the verification of a factor that is proved at once, such as a password. `kind` ends its `object`."""
    return {
        "object": f"verification_{kind}",
        "status": "verified",
        "strategy": strategy,
        "attempts": 1,
        "expire_at": None,
    }


def _expired() -> ClerkAPIError:
    return ClerkAPIError(400, "verification_expired", "expired", "The code has expired. Ask for a new one.")


def _failed() -> ClerkAPIError:
    message = "There were too many wrong codes. Ask for a new one."
    return ClerkAPIError(400, "verification_failed", "too many failed attempts", message)


def _sent_too_often(seconds: int) -> ClerkAPIError:
    message = f"A code has just been sent. Try again in {seconds} s."
    error = ClerkAPIError(429, "verification_code_too_many_requests", "too many requests", message)
    error.headers["Retry-After"] = str(seconds)
    return error
