"""Sign in with what a sign-up has verified: an account with a provider that a user has already."""

from __future__ import annotations

from clerk_emulator.domain.sign_in import attempts
from clerk_emulator.domain.sign_up.attempts import SIGN_UPS
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, USERS

_EXISTS = "external_account_exists"


def sign_in(store: Store, row: Json, client: Json) -> Json:
    """Verify the first factor of a sign-in with the account of the client's sign-up, and return the sign-in.

    Raises Clerk's 400 if the client has no sign-up whose account belongs to a user.
    """
    sign_up = store.get(SIGN_UPS, client["sign_up_id"] or "") or {}
    external: Json = sign_up.get("_external_account") or {}
    user = _owner(store, external)
    if user is None:
        message = "The client has no sign-up with the account of a user."
        raise ClerkAPIError(400, "account_transfer_invalid", "invalid transfer", message)
    store.update(CLIENTS, store.require(CLIENTS, client["id"]), sign_up_id=None)
    row = attempts.identify(store, row, client, user)
    verification = {name: value for name, value in external["verification"].items() if name != "error"}
    return attempts.pass_first_factor(store, row, {**verification, "status": "verified"})


def _owner(store: Store, external: Json) -> Json | None:
    """Return the user who has an account with a provider that a sign-up could not use for that reason."""
    verification: Json = external.get("verification") or {}
    error: Json = verification.get("error") or {}
    if error.get("code") != _EXISTS:
        return None
    account = external["account"]
    found = identifications.find(store, "external_account", f"{account['provider']}:{account['provider_user_id']}")
    return store.get(USERS, found["_user_id"]) if found else None
