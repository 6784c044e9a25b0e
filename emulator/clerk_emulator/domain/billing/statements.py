"""Statements: the payment attempts of a payer in a month."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.billing import payers, views
from clerk_emulator.domain.billing.catalog.money import money
from clerk_emulator.domain.billing.catalog.periods import month_of, start_of_day
from clerk_emulator.domain.billing.catalog.settings import instance_id
from clerk_emulator.domain.billing.catalog.tables import PAYMENTS, STATEMENTS
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import group_by
from clerk_emulator.storage.store import Store


def require(store: Store, statement_id: str) -> Json:
    """Return the statement with this id. Raises Clerk's 404 if there is none."""
    statement = store.get(STATEMENTS, statement_id)
    if statement is None:
        raise errors.not_found("statement", statement_id)
    return statement


def serialize(store: Store, statement: Json) -> Json:
    """Return a statement as the API returns it.

    Its totals are those of the paid attempts. Clerk does not say when a statement closes: here at the end of its month,
    in UTC.
    """
    attempts = store.all(PAYMENTS, PAYMENTS.c.statement_id == statement["id"])
    paid = [attempt["_totals"] for attempt in attempts if attempt["status"] == "paid"]
    days = group_by([{**attempt, "_day": start_of_day(attempt["created_at"])} for attempt in attempts], "_day")
    return {
        "object": "commerce_statement",
        "id": statement["id"],
        "instance_id": instance_id(store),
        "timestamp": statement["created_at"],
        "payer": payers.serialize(store, payers.get(store, statement["_payer_id"])),
        "status": "open" if statement["_month"] == month_of(store.clock.now()) else "closed",
        "totals": {
            name: money(sum(totals[name]["amount"] for totals in paid))
            for name in ("grand_total", "subtotal", "base_fee", "tax_total")
        },
        "groups": [_group(store, day, held) for day, held in days.items()],
    }


def _group(store: Store, day: Any, attempts: list[Json]) -> Json:
    data = [views.serialize_attempt(store, attempt) for attempt in attempts]
    return {"object": "commerce_statement_group", "timestamp": day, "items": data}
