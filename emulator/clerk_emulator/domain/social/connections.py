"""Connect accounts with providers to users who are signed in."""

from __future__ import annotations

from typing import Any

from clerk_emulator.domain.social import external_accounts, flows
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

KIND = "external_account"


def start(store: Store, client_id: str, user: Json, values: Json) -> Json:
    """Return a new external account of a user, which is unverified until the browser has been at the provider.

    `values` are those of the request. Raises ClerkAPIError for a provider that is not enabled.
    """
    account_id = store.ids.new("eac")
    strategy = values.get("strategy") or ""
    verification = flows.start(store, client_id, KIND, account_id, strategy, values)
    provider = strategy.removeprefix(flows.PREFIX)
    # Nobody can have the identity of an unverified account.
    pending = {"id": account_id, "verification": verification, "_identifier": f"pending:{account_id}"}
    return external_accounts.create(store, user["id"], provider, "", "", **pending)


def reauthorize(store: Store, client_id: str, user: Json, account_id: str, values: Json) -> Json:
    """Return an external account whose user goes to the provider again. Raises Clerk's 404 if there is none."""
    account = external_accounts.require(store, user, account_id)
    verification = flows.start(store, client_id, KIND, account["id"], account["provider"], values)
    return store.update(IDENTIFICATIONS, account, verification=verification)


def finish(store: Store, flow: Json, identity: Json) -> bool:
    """Give an external account its identity, and return True. Raises Clerk's 400 if a user has it already."""
    account = store.require(IDENTIFICATIONS, flow["_owner_id"])
    identifier = f"{identity['provider']}:{identity['provider_user_id']}"
    found = identifications.find(store, "external_account", identifier)
    if found is not None and found["id"] != account["id"]:
        message = "The account is connected to a user already."
        raise ClerkAPIError(400, "oauth_account_already_connected", "already connected", message)
    values: dict[str, Any] = {
        name: identity[name] for name in ("provider_user_id", "first_name", "last_name", "username")
    }
    store.update(
        IDENTIFICATIONS,
        account,
        email_address=identity["email"],
        verification=flows.verification(flow, "verified"),
        _identifier=identifier,
        **values,
    )
    update_user(store, store.require(USERS, account["_user_id"]))
    return True


def fail(store: Store, flow: Json, error: ClerkAPIError) -> None:
    """Note why the account is not connected."""
    account = store.get(IDENTIFICATIONS, flow["_owner_id"])
    if account is not None:
        store.update(IDENTIFICATIONS, account, verification=flows.verification(flow, "failed", error))
