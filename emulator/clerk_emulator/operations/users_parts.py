"""What belongs to users: metadata, image, accounts elsewhere, passkeys, wallets, devices, memberships, invitations."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import identifications, images, value_rules
from clerk_emulator.domain.user_rules import settle, show_user
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, operation
from clerk_emulator.request.listing import listing
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")


@operation("UpdateUserMetadata")
def merge_metadata(call: Call) -> Json:
    user = call.named(USERS, "user_id")
    changes = value_rules.metadata_merged(user, call.body, _METADATA)
    return show_user(call, call.store.update(USERS, user, **changes))


@operation("ReplaceUserMetadata")
def replace_metadata(call: Call) -> Json:
    user = call.named(USERS, "user_id")
    # Of a user's metadata the private ones alone can be null in an answer.
    changes = value_rules.metadata_replaced(call.body, _METADATA, nullable=("private_metadata",))
    return show_user(call, call.store.update(USERS, user, **changes))


@operation("SetUserProfileImage")
def set_profile_image(call: Call) -> Json:
    user = call.named(USERS, "user_id")
    return show_user(call, call.store.update(USERS, user, _image=images.take(call, user)))


@operation("DeleteUserProfileImage")
def delete_profile_image(call: Call) -> Json:
    user = call.named(USERS, "user_id")
    if user["_image"] is None:
        raise Refusal(404, "image_not_found", "not found", "This user has no image.")
    images.drop(call, user)
    return show_user(call, call.store.update(USERS, user, _image=None))


@operation("GetOAuthAccessToken")
def get_oauth_access_tokens(call: Call) -> Answer:
    user = call.named(USERS, "user_id")
    provider = f"oauth_{call.path['provider'].removeprefix('oauth_')}"
    held = IDENTIFICATIONS.c.user_id == user["id"], IDENTIFICATIONS.c.provider == provider
    if call.store.find(IDENTIFICATIONS, *held) is None:
        message = f"The user has no account with {provider}, or the instance does not know it."
        raise Refusal(404, "oauth_token_provider_not_enabled", "not found", message)
    return listing(call, IDENTIFICATIONS, *held, show=_access_tokens)


def _access_tokens(_call: Call, rows: list[Json]) -> list[Json]:
    return [_access_token(row) for row in rows]


def _access_token(row: Json) -> Json:
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
    user = call.named(USERS, "user_id")
    where = IDENTIFICATIONS.c.id == call.path["external_account_id"], IDENTIFICATIONS.c.object == "external_account"
    account = call.store.find(IDENTIFICATIONS, *where, IDENTIFICATIONS.c.user_id == user["id"])
    if account is None:
        raise errors.not_found("external account", call.path["external_account_id"], "external_account_not_found")
    for row in identifications.of_user(call.store, user["id"]):
        links = [link for link in row.get("linked_to", ()) if link["id"] != account["identification_id"]]
        if len(links) < len(row.get("linked_to", ())):
            call.store.update(IDENTIFICATIONS, row, linked_to=links)
    return _removed(call, account)


@operation("UserPasskeyDelete")
def delete_passkey(call: Call) -> Json:
    return _delete_identification(call, "passkey")


@operation("UserWeb3WalletDelete")
def delete_web3_wallet(call: Call) -> Json:
    return _delete_identification(call, "web3_wallet")


def _delete_identification(call: Call, kind: str) -> Json:
    user = call.named(USERS, "user_id")
    row = identifications.need(call.store, kind, call.path[f"{kind}_identification_id"], user["id"])
    answer = _removed(call, row)
    settle(call.store, user)
    return answer


def _removed(call: Call, row: Json) -> Json:
    call.store.delete(IDENTIFICATIONS, IDENTIFICATIONS.c.id == row["id"])
    return deleted(row)


@operation("ListUserTrustedDevices")
def list_trusted_devices(call: Call) -> Json:
    devices = call.named(USERS, "user_id")["_trusted_devices"]
    return {"data": devices, "total_count": len(devices)}


@operation("RevokeUserTrustedDevice")
def revoke_trusted_device(call: Call) -> Json:
    user = call.named(USERS, "user_id")
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
