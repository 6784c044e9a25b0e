"""What users do where no operation of the Backend API reaches: in a browser, at Clerk's Frontend API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clerk_emulator.domain import invitation_rules, signed_tokens, value_rules
from clerk_emulator.domain.identifications import find
from clerk_emulator.errors import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, IDENTIFICATIONS, INVITATIONS, USERS, WAITLIST_ENTRIES

_OAUTH_MILLISECONDS = 10 * 60 * 1000
"""How long a person has to sign in with an account elsewhere: the choice of this emulator."""


def connect(store: Store, user_id: str, provider: str, email: str, provider_user_id: str, **values: Any) -> Json:
    """Give a user an account elsewhere, as it is there after the user has signed in with `oauth_<provider>`.

    `values` are further keys of the account (`first_name`, `approved_scopes`, ...) and what is kept beside it:
    `_token`, `_token_secret`, `_id_token`, `_expires_at`.
    """
    store.need(USERS, user_id)
    email = value_rules.email("email_address", email)
    account_id = store.ids.new("eac")
    sign_in_ends = store.clock.now() + _OAUTH_MILLISECONDS
    row = store.create(
        IDENTIFICATIONS,
        {
            "id": account_id,
            "object": "external_account",
            "identification_id": store.ids.new("idn"),
            "provider": f"oauth_{provider}",
            "provider_user_id": provider_user_id,
            "approved_scopes": "email profile",
            "email_address": email,
            "email_address_verified": True,
            "first_name": "",
            "last_name": "",
            "image_url": None,
            "username": None,
            "phone_number": None,
            "label": None,
            "public_metadata": {},
            "verification": {
                "object": "verification_oauth",
                "status": "verified",
                "strategy": f"oauth_{provider}",
                "attempts": None,
                "expire_at": sign_in_ends,
            },
            "_user_id": user_id,
            "_identifier": f"{provider}:{provider_user_id}",
            "_token": f"token_{store.ids.secret()}",
            "_token_secret": None,
            "_id_token": None,
            "_expires_at": None,
            **values,
        },
    )
    address = find(store, "email_address", email)
    if address and address["_user_id"] == user_id:
        link = {"type": f"oauth_{provider}", "id": row["identification_id"]}
        store.update(IDENTIFICATIONS, address, linked_to=[*address["linked_to"], link])
    return row


def add_passkey(store: Store, user_id: str, name: str) -> Json:
    """Give a user a passkey."""
    store.need(USERS, user_id)
    verification = {
        "object": "verification_passkey",
        "status": "verified",
        "strategy": "passkey",
        "attempts": None,
        "expire_at": None,
    }
    data = {"object": "passkey", "name": name, "last_used_at": store.clock.now(), "verification": verification}
    return store.create(IDENTIFICATIONS, {**data, "_user_id": user_id})


def trust_device(store: Store, user_id: str, app_identifier: str, platform: str, name: str | None) -> Json:
    """Let a user trust a device."""
    user = store.need(USERS, user_id)
    now = store.clock.now()
    device = {
        "object": "trusted_device",
        "id": store.ids.new("tdev"),
        "app_identifier": app_identifier,
        "platform": platform,
        "name": name,
        "algorithm": "ES256",
        "status": "active",
        "last_used_at": None,
        "revoked_at": None,
        "created_at": now,
        "updated_at": now,
    }
    store.update(USERS, user, _trusted_devices=[*user["_trusted_devices"], device])
    return device


def client_token(store: Store, keys: Keys, client_id: str) -> str:
    """The token that a browser keeps for its client, in the cookie `__client`."""
    client = store.need(CLIENTS, client_id)
    return signed_tokens.sign(keys, {"id": client["id"], "rotating_token": store.ids.hex()})


def accept_invitation(store: Store, invitation_id: str, body: Json, create_user: Callable[[Json], Json]) -> Json:
    """Let the person sign up who was invited: the address is the user's, and the metadata end in the user's.

    `body` is what else `POST /users` is to be given. Raises Refusal where the invitation is not pending.
    """
    invitation_rules.expire(store)
    row = store.need(INVITATIONS, invitation_id)
    if row["status"] != "pending":
        raise invitation_rules.over(row)
    user = create_user(
        {
            **body,
            "email_address": [row["email_address"], *body.get("email_address", ())],
            "public_metadata": value_rules.merged(row["public_metadata"], body.get("public_metadata", {})),
        }
    )
    store.update(INVITATIONS, row, status="accepted")
    store.update_all(WAITLIST_ENTRIES, WAITLIST_ENTRIES.c.email_address == row["email_address"], status="completed")
    return user
