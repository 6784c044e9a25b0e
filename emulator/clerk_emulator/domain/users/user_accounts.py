"""Users: their fields, locks and primary identifications, and how the API returns them."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from clerk_emulator.domain import events, images
from clerk_emulator.domain.users.enterprise_accounts import serialize_accounts
from clerk_emulator.domain.users.identifications import (
    PRIMARY,
    is_verified,
    of_user,
    serialize_identification,
    texts_of_user,
    texts_of_users,
)
from clerk_emulator.json_types import Json, KeptJson, from_json
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store, decode_rows
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

NEW_USER: Json = {
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
    "_totp_id": None,
    "_pending_totp": None,
    "_backup_codes": [],
    "_locked": False,
    "_locked_until": None,
    "_failed_attempts": 0,
    "_image": None,
    "_trusted_devices": [],
}
"""The fields of a new user. `_locked_until` is null for a lock that does not expire."""

LISTS = {
    "email_address": "email_addresses",
    "phone_number": "phone_numbers",
    "web3_wallet": "web3_wallets",
    "passkey": "passkeys",
    "external_account": "external_accounts",
}
"""The keys of the lists in a user object, by the `object` of the identifications, except for enterprise accounts."""


class _IdentificationView(NamedTuple):
    """What the API returns of a user's identifications, as far as it depends on nothing else."""

    lists: dict[str, list[Json]]
    enterprise_accounts: list[Json]
    """The rows of these accounts, whose connections can change."""
    has_second_factor: bool


# What these return must not be changed: it is returned again as long as a user or the identifications do not change.


@functools.lru_cache(maxsize=1000)  # most users of a list have not changed since the last one
def _kept_user(user: str, identifications: tuple[str, ...], origin: str, lockout_attempts: int | None) -> Json | None:
    """Return a user as the API returns it; None if that depends on the time or on enterprise connections."""
    row, shown = from_json(user), _stored_identifications(identifications)
    if row["_locked"] or shown.enterprise_accounts:
        return None
    return KeptJson(_serialize(row, shown, origin, lockout_attempts))


@functools.lru_cache(maxsize=1000)  # users change more often than their identifications
def _stored_identifications(texts: tuple[str, ...]) -> _IdentificationView:
    return _identification_view(decode_rows(texts))


def serialize_stored_users(store: Store, stored: list[tuple[str, str]]) -> list[Json]:
    """Return users as the API returns them, for their ids and JSON texts."""
    texts = texts_of_users(store, [user_id for user_id, _ in stored])
    origin, attempts = store.origin, _lockout_attempts(store)
    kept = [_kept_user(text, tuple(texts[user_id]), origin, attempts) for user_id, text in stored]
    return [user or serialize_user(store, from_json(text)) for user, (_, text) in zip(kept, stored, strict=True)]


def serialize_user(store: Store, row: Json, identifications: list[Json] | None = None) -> Json:
    """Return a user as the API returns it. The identifications are read from the store unless they are given."""
    if identifications is None:
        shown = _stored_identifications(texts_of_user(store, row["id"]))
    else:
        shown = _identification_view(identifications)
    locked, until = is_locked(store, row), row["_locked_until"]
    return _serialize(
        row,
        shown,
        store.origin,
        _lockout_attempts(store),
        serialize_accounts(store, shown.enterprise_accounts),
        locked=locked,
        lockout_seconds=max(0, until - store.clock.now()) // 1000 if locked and until else None,
    )


def record_user(store: Store, event_type: str, row: Json, identifications: list[Json] | None = None) -> Json:
    """Record an event about a user, and return the user as `serialize_user` does."""
    return events.record(store, event_type, serialize_user(store, row, identifications))


def update_user(store: Store, row: Json, **changes: Any) -> Json:
    """Change a user, record that it was updated, and return the user as the API returns it."""
    return record_user(store, "user.updated", store.update(USERS, row, **changes))


def _identification_view(identifications: list[Json]) -> _IdentificationView:
    lists: dict[str, list[Json]] = {name: [] for name in LISTS.values()}
    enterprise_accounts: list[Json] = []
    for one in identifications:
        if one["object"] == "enterprise_account":
            enterprise_accounts.append(one)
        else:
            lists[LISTS[one["object"]]].append(KeptJson(serialize_identification(one)))
    has_second_factor = any(one.get("reserved_for_second_factor") for one in identifications)
    return _IdentificationView(lists, enterprise_accounts, has_second_factor)


def _serialize(
    row: Json,
    identifications: _IdentificationView,
    origin: str,
    lockout_attempts: int | None,
    accounts: tuple[list[Json], list[Json]] | None = None,
    *,
    locked: bool = False,
    lockout_seconds: int | None = None,
) -> Json:
    has_totp = row["_totp_secret"] is not None
    image_url = images.url_at(origin, row)
    enterprise_accounts, saml_accounts = accounts or ([], [])
    failed: int = row["_failed_attempts"]
    user = public_fields(row)
    user |= identifications.lists
    user |= {
        "has_image": row["_image"] is not None,
        "password_enabled": row["_password_digest"] is not None,
        "requires_password_reset": row["_compromised"],
        "totp_enabled": has_totp,
        "backup_code_enabled": bool(row["_backup_codes"]),
        "two_factor_enabled": has_totp or identifications.has_second_factor,
        "enterprise_accounts": enterprise_accounts,
        "saml_accounts": saml_accounts,
        "image_url": image_url,
        "profile_image_url": image_url,
        "locked": locked,
        "lockout_expires_in_seconds": lockout_seconds,
        "verification_attempts_remaining": None if lockout_attempts is None else max(0, lockout_attempts - failed),
    }
    return user


def _lockout_attempts(store: Store) -> int | None:
    """Return how often a user may enter a wrong secret; None if there is no limit."""
    limit: int = USER_SETTINGS.value(store, "lockout_attempts")
    return limit if USER_SETTINGS.value(store, "lockout") else None


def is_locked(store: Store, row: Json) -> bool:
    """Return whether a user is locked now."""
    return bool(row["_locked"]) and (row["_locked_until"] is None or row["_locked_until"] > store.clock.now())


def lock(store: Store, row: Json) -> Json:
    """Lock a user for the time in the instance settings."""
    until = store.clock.now() + USER_SETTINGS.value(store, "lockout_seconds") * 1000
    return store.update(USERS, row, _locked=True, _locked_until=until)


def refresh_primary_identifiers(store: Store, user: Json) -> Json:
    """Update a user's primary identifications and sort columns after identifications were added or removed."""
    changes = primary_identifiers(user, of_user(store, user["id"]))
    changed = {name: value for name, value in changes.items() if user.get(name) != value}
    return store.update(USERS, user, **changed) if changed else user


def primary_identifiers(user: Json, identifications: list[Json]) -> Json:
    """Return a user's primary identifications and sort columns for all these identifications, the oldest first."""
    changes: Json = {}
    for kind, (primary, column) in PRIMARY.items():
        candidates = [one for one in identifications if one["object"] == kind]
        if user[primary] not in [one["id"] for one in candidates]:
            verified = [one for one in candidates if is_verified(one)]
            # Clerk does not say which identification replaces a deleted primary one. The oldest verified one: our
            # choice.
            changes[primary] = verified[0]["id"] if verified else None
        chosen = changes.get(primary, user[primary])
        sorted_by = next((one for one in candidates if one["id"] == chosen), candidates[0] if candidates else None)
        changes[column] = sorted_by["_identifier"] if sorted_by else None
    return changes


def delete_identification(store: Store, user: Json, row: Json) -> Json:
    """Delete an identification of a user, record that the user was updated, and return the deleted object."""
    store.delete(IDENTIFICATIONS, IDENTIFICATIONS.c.id == row["id"])
    update_user(store, refresh_primary_identifiers(store, user))
    return deleted_object(row)
