"""The accounts of users with providers and enterprise connections, by the identity that those tell.

An identity is a JSON object: the arguments of `external_accounts.connect`, or `enterprise_connection_id` with `email`,
`provider_user_id` and the names.
"""

from __future__ import annotations

from clerk_emulator.domain.enterprise import sign_on
from clerk_emulator.domain.social import external_accounts
from clerk_emulator.domain.users import identifications
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS, USERS


def owner(store: Store, identity: Json) -> Json | None:
    """Return the user who has an identity, or None.

    A user with the same verified email address gets the account, since the provider has verified the address too.
    """
    connection_id: str | None = identity.get("enterprise_connection_id")
    kind = "enterprise_account" if connection_id else "external_account"
    found = identifications.find(store, kind, f"{connection_id or identity['provider']}:{identity['provider_user_id']}")
    if found is None:
        found = identifications.find(store, "email_address", identity["email"])
        if found is None or not identifications.is_verified(found):
            return None
        if connection_id:
            sign_on.connect(store, found["_user_id"], connection_id, identity["email"], identity["provider_user_id"])
        else:
            external_accounts.connect(store, found["_user_id"], **identity)
    return store.get(USERS, found["_user_id"])


def add(store: Store, user_id: str, identity: Json) -> None:
    """Give a user who signs up the account with an identity. The caller records the event."""
    connection_id: str | None = identity.get("enterprise_connection_id")
    if connection_id is None:
        external_accounts.add(store, user_id, **identity)
        return
    connection = store.require(ENTERPRISE_CONNECTIONS, connection_id)
    sign_on.create_account(store, user_id, connection, identity["email"], identity["provider_user_id"])


def join_organization(store: Store, user_id: str, identity: Json) -> None:
    """Make a user who has signed up a member of the organization of the enterprise connection, if it has one."""
    connection = store.get(ENTERPRISE_CONNECTIONS, identity.get("enterprise_connection_id") or "")
    if connection is not None:
        sign_on.join_organization(store, store.require(USERS, user_id), connection)
