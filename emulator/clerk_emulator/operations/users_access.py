"""Access of users: bans, locks, passwords and second factors."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain.factors import passwords, second_factors
from clerk_emulator.domain.lifecycle.user_profiles import NO_PASSWORD
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.users.identifications import of_user
from clerk_emulator.domain.users.user_accounts import lock, record_user, serialize_user, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_UNLOCKED = {"_locked": False, "_locked_until": None, "_failed_attempts": 0}


@operation("BanUser")
def ban_user(call: Call) -> Json:
    _require_banning_enabled(call)
    return _ban(call, call.path_resource(USERS, "user_id"))


@operation("UnbanUser")
def unban_user(call: Call) -> Json:
    _require_banning_enabled(call)
    return update_user(call.store, call.path_resource(USERS, "user_id"), banned=False)


@operation("UsersBan")
def ban_users(call: Call) -> list[Json]:
    _require_banning_enabled(call)
    return [_ban(call, user) for user in _users_in_body(call)]


@operation("UsersUnban")
def unban_users(call: Call) -> list[Json]:
    _require_banning_enabled(call)
    return [update_user(call.store, user, banned=False) for user in _users_in_body(call)]


@operation("LockUser")
def lock_user(call: Call) -> Json:
    _require_lockout_enabled(call)
    return record_user(call.store, "user.updated", lock(call.store, call.path_resource(USERS, "user_id")))


@operation("UnlockUser")
def unlock_user(call: Call) -> Json:
    _require_lockout_enabled(call)
    return update_user(call.store, call.path_resource(USERS, "user_id"), **_UNLOCKED)


@operation("VerifyPassword")
def verify_password(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    if user["_password_digest"] is None:
        raise ClerkAPIError(400, "no_password_set", "no password set", "This user has no password.")
    if not passwords.matches(call.body["password"], user["_password_hasher"], user["_password_digest"]):
        raise ClerkAPIError(422, "incorrect_password", "is incorrect", "The password is incorrect.")
    return {"verified": True}


@operation("SetUserPasswordCompromised")
def set_password_compromised(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    if not USER_SETTINGS.value(call.store, "passwords"):
        raise ClerkAPIError(
            403, "password_disabled", "passwords are disabled", "Passwords are disabled for this instance."
        )
    serialized = update_user(call.store, user, _compromised=True)
    if call.body.get("revoke_all_sessions"):
        session_lifecycle.revoke_all(call.store, user["id"])
    return serialized


@operation("UnsetUserPasswordCompromised")
def unset_password_compromised(call: Call) -> Json:
    return update_user(call.store, call.path_resource(USERS, "user_id"), _compromised=False)


@operation("RemoveUserPassword")
def remove_password(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    if user["_password_digest"] is None:
        serialized = serialize_user(call.store, user)
    else:
        serialized = update_user(call.store, user, **NO_PASSWORD)
    if call.body.get("sign_out_of_other_sessions"):
        session_lifecycle.revoke_all(call.store, user["id"])
    return serialized


@operation("VerifyTOTP")
def verify_totp(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    code = call.body["code"]
    settings = USER_SETTINGS.read(call.store)
    if not (user["_totp_secret"] or user["_backup_codes"]) or not (settings["totp"] or settings["backup_codes"]):
        raise ClerkAPIError(
            400, "totp_disabled", "TOTP is disabled", "This user has no authenticator app and no backup codes."
        )
    if settings["totp"] and second_factors.is_valid_totp(call.store, user, code):
        return {"verified": True, "code_type": "totp"}
    remaining = second_factors.remaining_backup_codes(user["_backup_codes"], code)
    if settings["backup_codes"] and remaining is not None:
        call.store.update(USERS, user, _backup_codes=remaining)
        return {"verified": True, "code_type": "backup_code"}
    if len(code) != 6:
        raise ClerkAPIError(422, "totp_invalid_length", "has the wrong length", "A code has 6 digits.")
    raise ClerkAPIError(
        422, "totp_incorrect_code", "is incorrect", "The code is neither a current TOTP code nor a backup code."
    )


@operation("DisableMFA")
def disable_mfa(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    for row in of_user(call.store, user["id"]):
        if row.get("reserved_for_second_factor"):
            call.store.update(
                IDENTIFICATIONS, row, reserved_for_second_factor=False, default_second_factor=False, backup_codes=None
            )
    update_user(call.store, user, _totp_secret=None, _backup_codes=[], mfa_disabled_at=call.clock.now())
    return {"user_id": user["id"]}


@operation("DeleteTOTP")
def delete_totp(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    if user["_totp_secret"] is None:
        raise ClerkAPIError(404, "resource_not_found", "not found", "This user has no authenticator app.")
    update_user(call.store, user, _totp_secret=None, mfa_disabled_at=call.clock.now())
    return {"user_id": user["id"]}


@operation("DeleteBackupCode")
def delete_backup_codes(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    if not user["_backup_codes"]:
        raise ClerkAPIError(404, "resource_not_found", "not found", "This user has no backup codes.")
    update_user(call.store, user, _backup_codes=[])
    return {"user_id": user["id"]}


def _ban(call: Call, user: Json) -> Json:
    serialized = update_user(call.store, user, banned=True)
    session_lifecycle.revoke_all(call.store, user["id"])
    return serialized


def _users_in_body(call: Call) -> list[Json]:
    return [call.store.require(USERS, user_id) for user_id in dict.fromkeys(call.body["user_ids"])]


def _require_banning_enabled(call: Call) -> None:
    if not USER_SETTINGS.value(call.store, "banning"):
        raise errors.not_in_plan("ban_user", "banning users")


def _require_lockout_enabled(call: Call) -> None:
    if not USER_SETTINGS.value(call.store, "lockout"):
        raise ClerkAPIError(403, "feature_not_enabled", "not enabled", "This instance does not lock users.")
