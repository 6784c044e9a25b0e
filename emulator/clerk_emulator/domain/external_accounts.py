"""External accounts: accounts with OAuth providers that users sign in with."""

from __future__ import annotations

from typing import Any

from clerk_emulator.domain import formats
from clerk_emulator.domain.identifications import find
from clerk_emulator.domain.user_accounts import update_user
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
    email = formats.email("email_address", email)
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
        # Clerk does not change the address's own updated_at.
        links = [*address["linked_to"], link]
        store.update(IDENTIFICATIONS, address, linked_to=links, updated_at=address["updated_at"])
    update_user(store, user)
    return row
