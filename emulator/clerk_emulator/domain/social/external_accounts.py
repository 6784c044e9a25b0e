"""External accounts: accounts with OAuth providers that users sign in with."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.users.identifications import find, of_user
from clerk_emulator.domain.users.user_accounts import delete_identification, update_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_OAUTH_MILLISECONDS = 10 * 60 * 1000
"""How long a sign-in with a provider may take. Our choice."""


def connect(store: Store, user_id: str, provider: str, email: str, provider_user_id: str, **values: Any) -> Json:
    """Connect an external account to a user, as a sign-in with `oauth_<provider>` does, and return it.

    `values` are further keys of the account (`first_name`, `approved_scopes`, ...) and its private keys: `_token`,
    `_token_secret`, `_id_token`, `_expires_at`.
    """
    user = store.require(USERS, user_id)
    row = add(store, user_id, provider, email, provider_user_id, **values)
    update_user(store, user)
    return row


def add(store: Store, user_id: str, provider: str, email: str, provider_user_id: str, **values: Any) -> Json:
    """Connect an external account as `connect` does, for a caller that records the event."""
    email = formats.email("email_address", email)
    row = create(store, user_id, provider, email, provider_user_id, **values)
    address = find(store, "email_address", email)
    if address and address["_user_id"] == user_id:
        link = {"type": f"oauth_{provider}", "id": row["identification_id"]}
        # Clerk does not change the address's own updated_at.
        links = [*address["linked_to"], link]
        store.update(IDENTIFICATIONS, address, linked_to=links, updated_at=address["updated_at"])
    return row


def create(store: Store, user_id: str, provider: str, email: str, provider_user_id: str, **values: Any) -> Json:
    """Store an external account without further effects, and return it. The arguments are as for `connect`."""
    account_id = store.ids.new("eac")
    sign_in_ends = store.clock.now() + _OAUTH_MILLISECONDS
    return store.create(
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


def require(store: Store, user: Json, account_id: str) -> Json:
    """Return an external account of a user. Raises Clerk's 404 if there is none."""
    where = IDENTIFICATIONS.c.id == account_id, IDENTIFICATIONS.c.object == "external_account"
    account = store.find(IDENTIFICATIONS, *where, IDENTIFICATIONS.c.user_id == user["id"])
    if account is None:
        raise errors.not_found("external account", account_id, "external_account_not_found")
    return account


def disconnect(store: Store, user: Json, account_id: str) -> Json:
    """Delete an external account of a user, and return the deleted object. Raises Clerk's 404 if there is none."""
    account = require(store, user, account_id)
    for row in of_user(store, user["id"]):
        links = [link for link in row.get("linked_to", ()) if link["id"] != account["identification_id"]]
        if len(links) < len(row.get("linked_to", ())):
            store.update(IDENTIFICATIONS, row, linked_to=links)
    return delete_identification(store, user, account)


def revoke_tokens(store: Store, user: Json, account_id: str) -> None:
    """Forget the tokens of an external account. Raises Clerk's 404 if there is none."""
    account = require(store, user, account_id)
    store.update(IDENTIFICATIONS, account, _token=None, _token_secret=None, _id_token=None, _expires_at=None)
    update_user(store, user)
