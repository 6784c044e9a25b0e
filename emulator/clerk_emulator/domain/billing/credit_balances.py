"""The credit of payers, and the ledger of its changes."""

from __future__ import annotations

import datetime

from clerk_emulator.contract.integers import INT64
from clerk_emulator.domain.billing import payers
from clerk_emulator.domain.billing.catalog.money import money, require_supported
from clerk_emulator.domain.billing.catalog.tables import CREDIT_LEDGER, PAYERS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

LARGEST = INT64[-1]
"""The largest balance in cents: the largest integer of the contract."""


def adjust(store: Store, owner_id: str, body: Json) -> Json:
    """Increase or decrease the credit of a user or an organization, and return the ledger entry.

    The same idempotency key returns the first entry again. Raises Clerk's errors for an amount that is not positive,
    for another currency, for a decrease by more than there is, and for an increase beyond `LARGEST`.
    """
    payer = payers.of_owner(store, owner_id)
    repeated = store.find(
        CREDIT_LEDGER,
        CREDIT_LEDGER.c.payer_id == payer["id"],
        CREDIT_LEDGER.c.idempotency_key == body["idempotency_key"],
    )
    if repeated:
        return repeated
    require_supported(body.get("currency"))
    amount: int = body["amount"]
    if amount <= 0:
        message = "amount must be greater than 0."
        raise ClerkAPIError(422, "invalid_credit_amount", "is invalid", message, param_name="amount")
    balance: int = payer["_balance"] or 0
    if body["action"] == "increase" and amount > LARGEST - balance:
        message = f"The balance would be more than {LARGEST} cents."
        raise ClerkAPIError(422, "invalid_credit_amount", "is too large", message, param_name="amount")
    if body["action"] == "decrease":
        if amount > balance:
            message = f"The balance is {balance} cents, less than {amount}."
            raise ClerkAPIError(422, "insufficient_credit_balance", "is too large", message, param_name="amount")
        amount = -amount
    return enter(
        store,
        payer,
        amount,
        source="grant",
        source_id=store.ids.new("ccgrant"),
        note=body.get("note"),
        key=body["idempotency_key"],
    )


def enter(
    store: Store,
    payer: Json,
    amount: int,
    *,
    source: str,
    source_id: str,
    note: str | None = None,
    key: str | None = None,
) -> Json:
    """Change the credit of a payer by an amount in cents, at most to `LARGEST`, and return the ledger entry."""
    payer = payers.get(store, payer["id"])
    balance: int = payer["_balance"] or 0
    amount = min(amount, LARGEST - balance)
    store.update(PAYERS, payer, _balance=balance + amount)
    return store.create(
        CREDIT_LEDGER,
        {
            "payer_id": payer["id"],
            "source_type": source,
            "source_id": source_id,
            "note": note,
            "_amount": amount,
            "_idempotency_key": key,
        },
    )


def serialize_balance(payer: Json | None) -> Json:
    """Return the credit of a payer as the API returns it; null if there never was one."""
    balance = payer["_balance"] if payer else None
    return {"object": "commerce_credit_balance", "balance": None if balance is None else money(balance)}


def serialize_entry(entry: Json) -> Json:
    """Return a ledger entry as the API returns it."""
    names = ("object", "id", "payer_id", "source_type", "source_id", "note")
    created_at = datetime.datetime.fromtimestamp(entry["created_at"] / 1000, datetime.UTC)
    return {
        **{name: entry[name] for name in names},
        "amount": money(entry["_amount"]),
        "created_at": created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
