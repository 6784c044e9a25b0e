"""Arguments for `users`."""

from __future__ import annotations

from typing import Any

from api import PASSWORD, control, email, image, phone, unique, upload, user

_TOTP = {"totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "backup_codes": ["12345678"]}


def _create() -> Any:
    return {
        "email_address": [email()],
        "phone_number": [phone()],
        "username": unique("py_user"),
        "password": PASSWORD,
        "first_name": "Ada",
        "web3_wallet": ["0x" + "ef" * 20],
        "public_metadata": {"plan": "pro"},
        **_TOTP,
    }


def _id(**values: Any) -> dict[str, Any]:
    return {"user_id": user(**values)["id"]}


def _with_image() -> dict[str, Any]:
    one = _id()
    upload("POST", f"/users/{one['user_id']}/profile_image")
    return one


def _account() -> dict[str, Any]:
    user_id = user()["id"]
    body = {"provider": "google", "email_address": email(), "provider_user_id": unique("google_")}
    account = control("POST", f"/users/{user_id}/external_accounts", body)
    return {"user_id": user_id, "external_account_id": account["id"]}


def _passkey() -> Any:
    user_id = user()["id"]
    passkey = control("POST", f"/users/{user_id}/passkeys", {"name": "Laptop"})
    return {"user_id": user_id, "passkey_identification_id": passkey["id"]}


def _trusted_device() -> dict[str, Any]:
    user_id = user()["id"]
    return {"user_id": user_id, "trusted_device_id": control("POST", f"/users/{user_id}/trusted_devices", {})["id"]}


def _wallet() -> Any:
    one = user(web3_wallet=["0x" + "fa" * 20])
    return {"user_id": one["id"], "web3_wallet_identification_id": one["web3_wallets"][0]["id"]}


MAKERS = {
    "users.create": _create,
    "users.get": _id,
    "users.list": lambda: {"request": {"user_id": [user()["id"]], "limit": 10}},
    "users.count": lambda: {"request": {"query": "example.com"}},
    "users.update": lambda: {**_id(), "first_name": "Ada", "create_organizations_limit": 3},
    "users.delete": _id,
    "users.update_metadata": lambda: {**_id(), "public_metadata": {"plan": "pro"}},
    "users.replace_metadata": lambda: {**_id(), "public_metadata": {"plan": "free"}},
    "users.set_profile_image": lambda: {**_id(), "file": image()},
    "users.delete_profile_image": _with_image,
    "users.verify_password": lambda: {**_id(), "password": PASSWORD},
    "users.verify_totp": lambda: {**_id(**_TOTP), "code": "12345678"},
    "users.delete_totp": lambda: _id(**_TOTP),
    "users.delete_backup_codes": lambda: _id(**_TOTP),
    "users.disable_mfa": lambda: _id(**_TOTP),
    "users.remove_password": lambda: {**_id(), "sign_out_of_other_sessions": True},
    "users.set_password_compromised": lambda: {**_id(), "revoke_all_sessions": True},
    "users.unset_password_compromised": _id,
    "users.ban": _id,
    "users.unban": _id,
    "users.lock": _id,
    "users.unlock": _id,
    "users.bulk_ban": lambda: {"user_ids": [user()["id"], user()["id"]]},
    "users.bulk_unban": lambda: {"user_ids": [user()["id"], user()["id"]]},
    "users.get_organization_memberships": _id,
    "users.get_organization_invitations": _id,
    "users.get_instance_organization_memberships": lambda: {"limit": 5},
    "users.get_o_auth_access_token": lambda: {"user_id": _account()["user_id"], "provider": "google"},
    "users.delete_external_account": _account,
    "users.delete_passkey": _passkey,
    "users.delete_web3_wallet": _wallet,
    "users.list_trusted_devices": lambda: {"user_id": _trusted_device()["user_id"]},
    "users.revoke_trusted_device": _trusted_device,
}
