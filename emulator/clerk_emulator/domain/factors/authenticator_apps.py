"""Authenticator apps: users set up a secret, whose time-based codes (TOTP) are a second factor."""

from __future__ import annotations

import base64
from urllib.parse import quote, urlencode

from clerk_emulator import errors
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.factors import backup_codes, second_factors
from clerk_emulator.domain.messaging.templates import APPLICATION_NAME
from clerk_emulator.domain.users.user_accounts import update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import ATTRIBUTES, USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

_SECRET_BYTES = 20


def begin(store: Store, user: Json) -> Json:
    """Return a new secret to be entered in an app. It counts after `verify`. Raises ClerkAPIError."""
    if not (USER_SETTINGS.value(store, "totp") and ATTRIBUTES.value(store, "authenticator_app")["enabled"]):
        message = "Authenticator apps are disabled for this instance."
        raise ClerkAPIError(403, "feature_not_enabled", "not enabled", message)
    if user["_totp_secret"]:
        message = "The user already has an authenticator app."
        raise ClerkAPIError(400, "totp_already_enabled", "already enabled", message)
    secret = base64.b32encode(bytes.fromhex(store.ids.hex(2 * _SECRET_BYTES))).decode()
    now = store.clock.now()
    pending = {
        "object": "totp",
        "id": store.ids.new("totp"),
        "secret": secret,
        "uri": _uri(user, secret),
        "verified": False,
        "backup_codes": None,
        "created_at": now,
        "updated_at": now,
    }
    store.update(USERS, user, _pending_totp={**pending, "_attempts": 0}, updated_at=user["updated_at"])
    return pending


def verify(store: Store, user: Json, code: str) -> Json:
    """Make the pending secret a second factor, if the code is right, and return it without the secret.

    The first second factor comes with backup codes. Raises ClerkAPIError for a wrong code, which counts as an attempt.
    """
    pending = user["_pending_totp"]
    if user["_totp_secret"]:
        message = "The authenticator app is already verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)
    if pending is None:
        message = "There is no authenticator app to verify."
        raise ClerkAPIError(400, "verification_missing", "is missing", message)
    if pending["_attempts"] >= verification_codes.MAX_ATTEMPTS:
        message = "There were too many attempts. Set up the authenticator app again."
        raise ClerkAPIError(400, "verification_failed", "has failed", message)
    now = store.clock.now()
    if not second_factors.is_valid_totp(store, {**user, "_totp_secret": pending["secret"]}, code):
        store.update(USERS, user, _pending_totp={**pending, "_attempts": pending["_attempts"] + 1})
        message = "The code is not a current one of the authenticator app."
        wrong = ClerkAPIError(422, "form_code_incorrect", "is incorrect", message, param_name="code")
        raise errors.keep_writes(wrong)
    user, codes = backup_codes.give_first(store, user)
    update_user(
        store,
        user,
        _totp_secret=pending["secret"],
        _pending_totp=None,
        _totp_id=pending["id"],
        mfa_enabled_at=now,
    )
    shown = {key: value for key, value in pending.items() if key[0] != "_"}
    return {**shown, "secret": None, "uri": None, "verified": True, "backup_codes": codes, "updated_at": now}


def delete(store: Store, user: Json) -> Json:
    """Remove the authenticator app of a user, and return the deleted object. Raises Clerk's 404 if there is none."""
    if user["_totp_secret"] is None:
        raise ClerkAPIError(404, "resource_not_found", "not found", "This user has no authenticator app.")
    update_user(store, user, _totp_secret=None, mfa_disabled_at=store.clock.now())
    return {"object": "totp", "id": user["_totp_id"] or user["id"], "deleted": True}


def _uri(user: Json, secret: str) -> str:
    """Return the URI that apps read from a QR code."""
    account = user["_email_address"] or user["username"] or user["_phone_number"] or user["id"]
    query = urlencode({"algorithm": "SHA1", "digits": 6, "issuer": APPLICATION_NAME, "period": 30, "secret": secret})
    return f"otpauth://totp/{quote(APPLICATION_NAME)}:{quote(account)}?{query}"
