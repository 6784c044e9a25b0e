"""Users: what is kept of them, and how they are shown. The operations are in `operations/users*.py`."""

from __future__ import annotations

from clerk_emulator.domain import images
from clerk_emulator.domain.identifications import PRIMARY, is_verified, of_user, of_users, show
from clerk_emulator.errors import Json
from clerk_emulator.request.call import Call, shown
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

NEW: Json = {
    "username": None,
    "external_id": None,
    "first_name": None,
    "last_name": None,
    "locale": None,
    "banned": False,
    "primary_email_address_id": None,
    "primary_phone_number_id": None,
    "primary_web3_wallet_id": None,
    "public_metadata": {},
    "private_metadata": {},
    "unsafe_metadata": {},
    "password_last_updated_at": None,
    "mfa_enabled_at": None,
    "mfa_disabled_at": None,
    "last_sign_in_at": None,
    "last_active_at": None,
    "legal_accepted_at": None,
    "delete_self_enabled": True,
    "create_organization_enabled": True,
    "bypass_client_trust": False,
    "deprovisioned": False,
    "_password_hasher": None,
    "_password_digest": None,
    "_compromised": False,
    "_totp_secret": None,
    "_backup_codes": [],
    "_locked": False,
    "_locked_until": None,
    "_failed_attempts": 0,
    "_image": None,
    "_trusted_devices": [],
}
"""A user of whom nothing is known. `_locked_until` is null for a lock without end."""

LISTS = {
    "email_address": "email_addresses",
    "phone_number": "phone_numbers",
    "web3_wallet": "web3_wallets",
    "passkey": "passkeys",
    "external_account": "external_accounts",
    "enterprise_account": "enterprise_accounts",
    "saml_account": "saml_accounts",
}
"""Where a user shows its identifications, by their `object`."""


def show_users(call: Call, rows: list[Json]) -> list[Json]:
    """Users as the API answers them."""
    settings = USER_SETTINGS.read(call.store)
    held = of_users(call.store, [row["id"] for row in rows])
    return [_shown(call, row, held.get(row["id"], []), settings) for row in rows]


def show_user(call: Call, row: Json) -> Json:
    """A user as the API answers it."""
    (user,) = show_users(call, [row])
    return user


def _shown(call: Call, row: Json, identifications: list[Json], settings: Json) -> Json:
    lists: dict[str, list[Json]] = {name: [] for name in LISTS.values()}
    for one in identifications:
        lists[LISTS[one["object"]]].append(show(one))
    image_url = images.url(call, row)
    has_totp = row["_totp_secret"] is not None
    locked = is_locked(call.store, row)
    until = row["_locked_until"]
    return {
        **shown(row),
        **lists,
        "image_url": image_url,
        "profile_image_url": image_url,
        "has_image": row["_image"] is not None,
        "password_enabled": row["_password_digest"] is not None,
        "requires_password_reset": row["_compromised"],
        "totp_enabled": has_totp,
        "backup_code_enabled": bool(row["_backup_codes"]),
        "two_factor_enabled": has_totp or any(one.get("reserved_for_second_factor") for one in identifications),
        "locked": locked,
        "lockout_expires_in_seconds": max(0, until - call.clock.now()) // 1000 if locked and until else None,
        "verification_attempts_remaining": (
            max(0, settings["lockout_attempts"] - row["_failed_attempts"]) if settings["lockout"] else None
        ),
    }


def is_locked(store: Store, row: Json) -> bool:
    """Whether a user is locked now."""
    return bool(row["_locked"]) and (row["_locked_until"] is None or row["_locked_until"] > store.clock.now())


def lock(store: Store, row: Json) -> Json:
    """Lock a user, for as long as the instance locks users."""
    until = store.clock.now() + USER_SETTINGS.read(store)["lockout_seconds"] * 1000
    return store.update(USERS, row, _locked=True, _locked_until=until)


def settle(store: Store, user: Json) -> Json:
    """Set the primary identifications right after some came or went, and what users are sorted by."""
    changes: Json = {}
    identifications = of_user(store, user["id"])
    for kind, (primary, column) in PRIMARY.items():
        these = [one for one in identifications if one["object"] == kind]
        if user[primary] not in [one["id"] for one in these]:
            verified = [one for one in these if is_verified(one)]
            # Clerk does not say which one follows a primary one that is deleted: the oldest that is verified.
            changes[primary] = verified[0]["id"] if verified else None
        chosen = changes.get(primary, user[primary])
        sorted_by = next((one for one in these if one["id"] == chosen), these[0] if these else None)
        changes[column] = sorted_by["_identifier"] if sorted_by else None
    changed = {name: value for name, value in changes.items() if user.get(name) != value}
    return store.update(USERS, user, **changed) if changed else user
