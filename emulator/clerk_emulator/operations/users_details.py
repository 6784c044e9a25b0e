"""Metadata, images, external accounts, passkeys, wallets and trusted devices of users."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain import images, metadata
from clerk_emulator.domain.factors import passkeys, trusted_devices
from clerk_emulator.domain.social import external_accounts
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import delete_identification, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")


@operation("UpdateUserMetadata")
def merge_metadata(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    changes = metadata.merged_fields(user, call.body, _METADATA)
    return update_user(call.store, user, **changes)


@operation("ReplaceUserMetadata")
def replace_metadata(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    # Only private metadata can be null in a response.
    changes = metadata.replaced_fields(call.body, _METADATA, nullable=("private_metadata",))
    return update_user(call.store, user, **changes)


@operation("SetUserProfileImage")
def set_profile_image(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    return update_user(call.store, user, _image=images.store_upload(call.store, call.files["file"], user))


@operation("DeleteUserProfileImage")
def delete_profile_image(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    if user["_image"] is None:
        raise ClerkAPIError(404, "image_not_found", "not found", "This user has no image.")
    images.delete(call.store, user)
    return update_user(call.store, user, _image=None)


@operation("GetOAuthAccessToken")
def get_oauth_access_tokens(call: Call) -> Response:
    user = call.path_resource(USERS, "user_id")
    provider = f"oauth_{call.path['provider'].removeprefix('oauth_')}"
    condition = IDENTIFICATIONS.c.user_id == user["id"], IDENTIFICATIONS.c.provider == provider
    if call.store.find(IDENTIFICATIONS, *condition) is None:
        message = f"The user has no account with {provider}, or the provider is not enabled."
        raise ClerkAPIError(404, "oauth_token_provider_not_enabled", "not found", message)
    return list_resources(call, IDENTIFICATIONS, *condition, serialize=_serialize_access_tokens)


def _serialize_access_tokens(_call: Call, rows: list[Json]) -> list[Json]:
    # Users revoke the tokens of an account through the Frontend API.
    return [_serialize_access_token(row) for row in rows if row["_token"] is not None]


def _serialize_access_token(row: Json) -> Json:
    token = {
        "object": "oauth_access_token",
        "external_account_id": row["id"],
        "provider_user_id": row["provider_user_id"],
        "provider": row["provider"],
        "token": row["_token"],
        "label": row["label"],
        "expires_at": row["_expires_at"],
        "public_metadata": row["public_metadata"],
        "scopes": row["approved_scopes"].split(),
    }
    further = {"token_secret": row["_token_secret"], "id_token": row["_id_token"]}
    return token | {name: value for name, value in further.items() if value is not None}


@operation("DeleteExternalAccount")
def delete_external_account(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    return external_accounts.disconnect(call.store, user, call.path["external_account_id"])


@operation("UserPasskeyDelete")
def delete_passkey(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    return passkeys.delete(call.store, user, call.path["passkey_identification_id"])


@operation("UserWeb3WalletDelete")
def delete_web3_wallet(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    wallet_id = call.path["web3_wallet_identification_id"]
    wallet = identifications.require(call.store, "web3_wallet", wallet_id, user["id"])
    return delete_identification(call.store, user, wallet)


@operation("ListUserTrustedDevices")
def list_trusted_devices(call: Call) -> Json:
    devices = call.path_resource(USERS, "user_id")["_trusted_devices"]
    return {"data": devices, "total_count": len(devices)}


@operation("RevokeUserTrustedDevice")
def revoke_trusted_device(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    return trusted_devices.revoke(call.store, user, call.path["trusted_device_id"])
