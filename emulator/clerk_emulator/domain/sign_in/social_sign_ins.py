"""Sign in with a provider."""

from __future__ import annotations

from clerk_emulator.domain.sign_in import attempts
from clerk_emulator.domain.social import accounts, flows
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, SIGN_INS

KIND = "sign_in"


def prepare(store: Store, row: Json, values: Json) -> Json:
    """Return a sign-in whose browser goes to the provider that a request names. Raises ClerkAPIError."""
    attempts.require_status(row, "needs_identifier", "needs_first_factor")
    strategy: str = values["strategy"]
    connection = flows.connection_of(store, strategy, row["_typed"])
    verification = flows.start(store, row["_client_id"], KIND, row["id"], strategy, values, connection)
    return store.update(SIGN_INS, row, _first_factor=verification)


def finish(store: Store, flow: Json, identity: Json) -> bool:
    """Sign in the user with an identity, and return whether the sign-in is complete.

    If nobody has it, the sign-in can be transferred to a sign-up. Raises ClerkAPIError for a user who may not sign in.
    """
    row = store.require(SIGN_INS, flow["_owner_id"])
    attempts.require_status(row, "needs_identifier", "needs_first_factor")
    user = accounts.owner(store, identity)
    if user is None:
        message = "Nobody has signed up with this account."
        error = ClerkAPIError(422, "external_account_not_found", "external account not found", message)
        verification = flows.verification(flow, "transferable", error)
        store.update(SIGN_INS, row, _first_factor=verification, _external_account={"account": identity})
        return False
    client = store.require(CLIENTS, row["_client_id"])
    if row["_user_id"] not in (None, user["id"]):
        message = "The account belongs to another user than the identifier."
        raise ClerkAPIError(400, "strategy_for_user_invalid", "is invalid", message)
    row = attempts.identify(store, row, client, user, _typed=row["_typed"] or identity["email"])
    row = attempts.pass_first_factor(store, row, flows.verification(flow, "verified"))
    return bool(row["status"] == "complete")


def fail(store: Store, flow: Json, error: ClerkAPIError) -> None:
    """Note why the browser comes back without a session."""
    row = store.get(SIGN_INS, flow["_owner_id"])
    if row is not None and row["status"] not in ("complete", "abandoned"):
        store.update(SIGN_INS, row, _first_factor=flows.verification(flow, "failed", error))
