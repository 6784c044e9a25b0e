"""Metadata, images, external accounts, passkeys, wallets and trusted devices of users."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import identifications, images, messages, metadata
from clerk_emulator.domain.user_accounts import refresh_primary_identifiers, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import deleted_object
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
    return [_serialize_access_token(row) for row in rows]


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
    where = IDENTIFICATIONS.c.id == call.path["external_account_id"], IDENTIFICATIONS.c.object == "external_account"
    account = call.store.find(IDENTIFICATIONS, *where, IDENTIFICATIONS.c.user_id == user["id"])
    if account is None:
        raise errors.not_found("external account", call.path["external_account_id"], "external_account_not_found")
    for row in identifications.of_user(call.store, user["id"]):
        links = [link for link in row.get("linked_to", ()) if link["id"] != account["identification_id"]]
        if len(links) < len(row.get("linked_to", ())):
            call.store.update(IDENTIFICATIONS, row, linked_to=links)
    return _delete_row(call, user, account)


@operation("UserPasskeyDelete")
def delete_passkey(call: Call) -> Json:
    deleted = _delete_identification(call, "passkey")
    messages.notify_user(call.store, call.path["user_id"], "passkey_removed")
    return deleted


@operation("UserWeb3WalletDelete")
def delete_web3_wallet(call: Call) -> Json:
    return _delete_identification(call, "web3_wallet")


def _delete_identification(call: Call, kind: str) -> Json:
    user = call.path_resource(USERS, "user_id")
    row = identifications.require(call.store, kind, call.path[f"{kind}_identification_id"], user["id"])
    return _delete_row(call, user, row)


def _delete_row(call: Call, user: Json, row: Json) -> Json:
    call.store.delete(IDENTIFICATIONS, IDENTIFICATIONS.c.id == row["id"])
    update_user(call.store, refresh_primary_identifiers(call.store, user))
    return deleted_object(row)


@operation("ListUserTrustedDevices")
def list_trusted_devices(call: Call) -> Json:
    devices = call.path_resource(USERS, "user_id")["_trusted_devices"]
    return {"data": devices, "total_count": len(devices)}


@operation("RevokeUserTrustedDevice")
def revoke_trusted_device(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    device_id = call.path["trusted_device_id"]
    devices: list[Json] = user["_trusted_devices"]
    device = next((one for one in devices if one["id"] == device_id), None)
    if device is None:
        raise errors.not_found("trusted device", device_id)
    if device["status"] == "active":
        now = call.clock.now()
        revoked = {**device, "status": "revoked", "revoked_at": now, "updated_at": now}
        call.store.update(USERS, user, _trusted_devices=[revoked if one is device else one for one in devices])
        return revoked
    return device
