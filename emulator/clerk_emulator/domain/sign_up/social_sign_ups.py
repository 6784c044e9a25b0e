"""Sign up with a provider."""

from __future__ import annotations

from typing import Any

from clerk_emulator.domain.sign_up import attempts, completion
from clerk_emulator.domain.social import accounts, flows
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, SIGN_INS

KIND = "sign_up"


def prepare(store: Store, row: Json, values: Json) -> Json:
    """Return a sign-up whose browser goes to the provider that a request names. Raises ClerkAPIError."""
    attempts.require_open(row)
    strategy: str = values["strategy"]
    connection = flows.connection_of(store, strategy, row["email_address"])
    verification = flows.start(store, row["_client_id"], KIND, row["id"], strategy, values, connection)
    return attempts.touch(store, row, _external_account={"account": None, "verification": verification})


def finish(store: Store, flow: Json, identity: Json) -> bool:
    """Give a sign-up the account with an identity, and complete it if it lacks nothing else. Return whether it does.

    If a user has the identity, the sign-up can be transferred to a sign-in. Raises ClerkAPIError.
    """
    row = attempts.require(store, flow["_owner_id"])
    attempts.require_open(row)
    if accounts.owner(store, identity):
        message = "There is already a user with this account."
        error = ClerkAPIError(422, "external_account_exists", "external account exists", message)
        verification = flows.verification(flow, "transferable", error)
        attempts.touch(store, row, _external_account={"account": identity, "verification": verification})
        return False
    row = _add_identity(store, row, identity, flows.verification(flow, "verified"))
    row = completion.complete_if_ready(store, row, store.require(CLIENTS, row["_client_id"]))
    return bool(row["status"] == "complete")


def fail(store: Store, flow: Json, error: ClerkAPIError) -> None:
    """Note why the browser comes back without an account."""
    row = store.get(attempts.SIGN_UPS, flow["_owner_id"])
    if row is not None and row["status"] == "missing_requirements":
        verification = flows.verification(flow, "failed", error)
        attempts.touch(store, row, _external_account={"account": None, "verification": verification})


def transfer(store: Store, row: Json, client: Json) -> Json:
    """Return a new sign-up with the account of the client's sign-in, which nobody has.

    Raises Clerk's 400 if the client has no such sign-in.
    """
    sign_in = store.get(SIGN_INS, client["sign_in_id"] or "") or {}
    verification: Json = sign_in.get("_first_factor") or {}
    external: Json = sign_in.get("_external_account") or {}
    account: Json | None = external.get("account")
    if account is None or verification.get("status") != "transferable":
        message = "The client has no sign-in with an account that nobody has."
        raise ClerkAPIError(400, "account_transfer_invalid", "invalid transfer", message)
    verified = {name: value for name, value in verification.items() if name != "error"}
    return _add_identity(store, row, account, {**verified, "status": "verified"})


def _add_identity(store: Store, row: Json, identity: Json, verification: Json) -> Json:
    """Return a sign-up with an account, and with what the provider tells about the person."""
    requirements = attempts.requirements_of(store)
    changes: dict[str, Any] = {"_external_account": {"account": identity, "verification": verification}}
    for name in ("first_name", "last_name"):
        if identity[name] and not row[name] and requirements.accepts(name):
            changes[name] = identity[name]
    if requirements.accepts("email_address") and row["email_address"] in (None, identity["email"]):
        if row["email_address"] is None:
            changes["email_address"] = identifications.require_available(store, "email_address", identity["email"])
        kind, strategy = verification["object"], verification["strategy"]
        is_oauth = kind == "verification_oauth"
        verified = {
            "object": "verification_from_oauth" if is_oauth else kind,
            "status": "verified",
            "strategy": f"from_{strategy}" if is_oauth else strategy,
            "attempts": None,
            "expire_at": None,
        }
        changes["_verifications"] = {**row["_verifications"], "email_address": verified}
    return attempts.touch(store, row, **changes)
