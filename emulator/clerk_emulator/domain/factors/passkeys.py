"""Passkeys of users."""

from __future__ import annotations

from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.factors import webauthn_ceremonies
from clerk_emulator.domain.factors.webauthn_ceremonies import Credential
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.messaging.templates import APPLICATION_NAME
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import delete_identification, update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

MAX_PASSKEYS = 10
"""How many a user may have."""


def add(store: Store, user_id: str, name: str) -> Json:
    """Add a passkey to a user, and return it. Nobody can sign in with it, because it has no key."""
    return _create(store, store.require(USERS, user_id), {"name": name})


def begin_registration(store: Store, user: Json, origin: str | None) -> Json:
    """Return a passkey that is not verified yet; the `nonce` of its verification is for the browser.

    It is added to the user when it is verified. `origin` is that of the page. Raises ClerkAPIError if the user has as
    many passkeys as allowed.
    """
    page = webauthn_ceremonies.require_origin(origin)
    owned = [one for one in identifications.of_user(store, user["id"]) if one["object"] == "passkey"]
    if len(owned) >= MAX_PASSKEYS:
        message = f"A user may have {MAX_PASSKEYS} passkeys."
        raise ClerkAPIError(403, "passkey_quota_exceeded", "limit reached", message)
    challenge = store.ids.hex(64)
    existing = [one["_identifier"] for one in owned if one.get("_identifier")]
    named = (user["id"], user["username"] or user.get("_email_address") or user["id"])
    nonce = webauthn_ceremonies.registration_options(page, bytes.fromhex(challenge), APPLICATION_NAME, named, existing)
    now = store.clock.now()
    pending = {
        "object": "passkey",
        "id": store.ids.new("idn"),
        "name": "Passkey",
        "last_used_at": None,
        "created_at": now,
        "updated_at": now,
        "verification": {**_verification(store, "unverified"), "nonce": nonce},
    }
    kept = {"passkey": pending, "challenge": challenge, "origin": page}
    store.update(USERS, user, _pending_passkey=kept, updated_at=user["updated_at"])
    return pending


def finish_registration(store: Store, user: Json, passkey_id: str, credential: str) -> Json:
    """Add the passkey that a browser has created for `begin_registration`, and return it. Raises ClerkAPIError."""
    kept: Json = user.get("_pending_passkey") or {}
    pending: Json = kept.get("passkey") or {}
    if pending.get("id") != passkey_id:
        message = f"No registration of a passkey was begun with id {passkey_id}."
        raise ClerkAPIError(400, "passkey_invalid_verification", "is invalid", message)
    if pending["verification"]["expire_at"] <= store.clock.now():
        raise ClerkAPIError(400, "verification_expired", "expired", "The registration has expired. Begin a new one.")
    found = webauthn_ceremonies.verify_registration(
        kept["origin"], bytes.fromhex(kept["challenge"]), webauthn_ceremonies.parse(credential)
    )
    user = store.update(USERS, user, _pending_passkey=None)
    row = _create(
        store,
        user,
        {
            "id": passkey_id,
            "name": pending["name"],
            "_identifier": found.id,
            "_public_key": found.public_key,
            "_sign_count": found.sign_count,
        },
    )
    messages.notify_user(store, user["id"], "passkey_added", {"passkey_name": row["name"]})
    return row


def credentials_of(store: Store, user_id: str) -> list[str]:
    """Return the ids of the credentials with which a user can sign in."""
    owned = identifications.of_user(store, user_id)
    return [one["_identifier"] for one in owned if one["object"] == "passkey" and one.get("_public_key")]


def verify(store: Store, origin: str, challenge: str, credential: str) -> Json:
    """Return the passkey with which a browser has answered a challenge (hexadecimal). Raises ClerkAPIError."""
    sent = webauthn_ceremonies.parse(credential)
    row = identifications.find(store, "passkey", sent["id"])
    if row is None or not row.get("_public_key"):
        raise webauthn_ceremonies.authentication_failure()
    known = Credential(row["_identifier"], row["_public_key"], row["_sign_count"])
    count = webauthn_ceremonies.verify_authentication(origin, bytes.fromhex(challenge), sent, known)
    return store.update(IDENTIFICATIONS, row, _sign_count=count, last_used_at=store.clock.now())


def _create(store: Store, user: Json, values: Json) -> Json:
    row = store.create(
        IDENTIFICATIONS,
        {
            "object": "passkey",
            "last_used_at": store.clock.now(),
            "verification": _verification(store, "verified"),
            "_user_id": user["id"],
            **values,
        },
    )
    update_user(store, user)
    return row


def _verification(store: Store, status: str) -> Json:
    return {
        "object": "verification_passkey",
        "status": status,
        "strategy": "passkey",
        "attempts": None,
        "expire_at": store.clock.now() + verification_codes.LIFETIME,
    }


def delete(store: Store, user: Json, passkey_id: str) -> Json:
    """Delete a passkey of a user, tell the user by email, and return the deleted object. Raises Clerk's 404."""
    row = identifications.require(store, "passkey", passkey_id, user["id"])
    deleted = delete_identification(store, user, row)
    messages.notify_user(store, user["id"], "passkey_removed", {"passkey_name": row["name"]})
    return deleted


def rename(store: Store, user: Json, passkey_id: str, name: str) -> Json:
    """Change the name of a passkey of a user, and return it. Raises Clerk's 404."""
    row = store.update(IDENTIFICATIONS, identifications.require(store, "passkey", passkey_id, user["id"]), name=name)
    update_user(store, user)
    return row
