"""The user's authenticator app and backup codes."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.contacts.contacts import require_second_factor_left
from clerk_emulator.domain.factors import authenticator_apps, backup_codes
from clerk_emulator.domain.sessions import factor_ages, session_lifecycle, session_tasks
from clerk_emulator.domain.users.user_accounts import update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.access import require_verified_user
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json


@frontend_operation("postTOTP")
def create_totp(call: BrowserCall) -> Json:
    return authenticator_apps.begin(call.store, require_verified_user(call))


@frontend_operation("verifyTOTP")
def verify_totp(call: BrowserCall) -> Json:
    session, user = call.require_session(), call.require_user()
    if not call.body.get("code"):
        raise errors.missing("code")
    totp = authenticator_apps.verify(call.store, user, call.body["code"])
    session = factor_ages.record_verified(call.store, session, "second_factor")
    session_lifecycle.finish_tasks(call.store, session)
    return totp


@frontend_operation("deleteTOTP")
def delete_totp(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    require_second_factor_left(call.store, user, without=user["_totp_secret"])
    return authenticator_apps.delete(call.store, user)


@frontend_operation("createBackupCodes")
def create_backup_codes(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    if not backup_codes.are_enabled(call.store) or not session_tasks.has_second_factor(call.store, user):
        message = "Backup codes need another second factor, and must be enabled for the instance."
        raise ClerkAPIError(400, "backup_codes_not_available", "not available", message)
    user, codes = backup_codes.replace(call.store, user)
    update_user(call.store, user)
    now = call.clock.now()
    return {"object": "backup_code", "id": call.ids.new("bcode"), "codes": codes, "created_at": now, "updated_at": now}
