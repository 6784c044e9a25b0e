"""The user's external accounts, passkeys, wallets and trusted devices.

New wallets and trusted devices are not emulated: they need a signature of a wallet, or of a native app.
"""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.factors import passkeys, trusted_devices
from clerk_emulator.domain.social import external_accounts
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.identifications import serialize_identification
from clerk_emulator.domain.users.user_accounts import delete_identification
from clerk_emulator.frontend_api.access import require_verified_user
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.users import serialize_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import USERS

_WALLET = "web3_wallet"


@frontend_operation("deleteExternalAccount")
def delete_external_account(call: BrowserCall) -> Json:
    return external_accounts.disconnect(call.store, require_verified_user(call), call.path["external_account_id"])


@frontend_operation("revokeExternalAccountTokens")
def revoke_external_account_tokens(call: BrowserCall) -> Json:
    user = call.require_user()
    external_accounts.revoke_tokens(call.store, user, call.path["external_account_id"])
    return serialize_user(call, call.store.require(USERS, user["id"]))


@frontend_operation("postPasskey")
def begin_passkey(call: BrowserCall) -> Json:
    pending = passkeys.begin_registration(call.store, require_verified_user(call), call.origin)
    return serialize_identification(pending)


@frontend_operation("attemptPasskeyVerification")
def finish_passkey(call: BrowserCall) -> Json:
    credential = call.body.get("public_key_credential")
    if not credential:
        raise errors.missing("public_key_credential")
    user = call.require_user()
    return serialize_identification(passkeys.finish_registration(call.store, user, call.path["passkey_id"], credential))


@frontend_operation("readPasskey")
def get_passkey(call: BrowserCall) -> Json:
    user = call.require_user()
    return serialize_identification(identifications.require(call.store, "passkey", call.path["passkey_id"], user["id"]))


@frontend_operation("patchPasskey")
def rename_passkey(call: BrowserCall) -> Json:
    user = call.require_user()
    name = (call.body.get("name") or "").strip()
    if not name:
        raise errors.null("name")
    return serialize_identification(passkeys.rename(call.store, user, call.path["passkey_id"], name))


@frontend_operation("deletePasskey")
def delete_passkey(call: BrowserCall) -> Json:
    return passkeys.delete(call.store, require_verified_user(call), call.path["passkey_id"])


@frontend_operation("getWeb3Wallets")
def list_wallets(call: BrowserCall) -> list[Json]:
    rows = identifications.of_user(call.store, call.require_user()["id"])
    return [serialize_identification(row) for row in rows if row["object"] == _WALLET]


@frontend_operation("readWeb3Wallet")
def get_wallet(call: BrowserCall) -> Json:
    return serialize_identification(_wallet(call, call.require_user()))


@frontend_operation("deleteWeb3Wallet")
def delete_wallet(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    return delete_identification(call.store, user, _wallet(call, user))


@frontend_operation("listTrustedDevices")
def list_trusted_devices(call: BrowserCall) -> list[Json]:
    devices: list[Json] = call.require_user()["_trusted_devices"]
    return devices


@frontend_operation("revokeTrustedDevice")
def revoke_trusted_device(call: BrowserCall) -> Json:
    return trusted_devices.revoke(call.store, call.require_user(), call.path["trusted_device_id"])


def _wallet(call: BrowserCall, user: Json) -> Json:
    return identifications.require(call.store, _WALLET, call.path["web3_wallet_id"], user["id"])
