"""Subscriptions, their items and payment attempts as the API returns them."""

from __future__ import annotations

import datetime

from clerk_emulator.domain.billing import discounts, items, payers, subscriptions
from clerk_emulator.domain.billing.catalog import plans
from clerk_emulator.domain.billing.catalog.money import bill_totals, money
from clerk_emulator.domain.billing.catalog.settings import instance_id, payee
from clerk_emulator.domain.billing.catalog.tables import ITEMS
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

_ITEM = (
    "object",
    "id",
    "status",
    "plan_id",
    "price_id",
    "plan_period",
    "payer_id",
    "is_free_trial",
    "period_start",
    "period_end",
    "canceled_at",
    "past_due_at",
    "ended_at",
    "created_at",
    "updated_at",
)


def serialize_items(store: Store, rows: list[Json]) -> list[Json]:
    """Return subscription items as the API returns them."""
    return [serialize_item(store, row) for row in rows]


def serialize_item(store: Store, item: Json) -> Json:
    """Return a subscription item as the API returns it."""
    payer = payers.get(store, item["payer_id"])
    serialized = {
        **{name: item[name] for name in _ITEM},
        "instance_id": instance_id(store),
        "plan": plans.serialize(store, items.plan_of(store, item)),
        "payer": payers.serialize(store, payer),
        "lifetime_paid": money(item["_paid"]),
        "next_payment": _next_payment(store, item),
        "credits": item["_totals"] and item["_totals"]["credits"],
        "totals": item["_totals"],
        "seats": None,
    }
    if payer["_payment_method"]:
        serialized["payment_method"] = payers.payment_method(payer)
    return serialized


def serialize_former_item(store: Store, item: Json) -> Json:
    """Return a subscription item in the format that free trials and price transitions return.

    It has no status for a canceled item, which is active until it ends.
    """
    payer = payers.get(store, item["payer_id"])
    start = datetime.datetime.fromtimestamp(item["period_start"] / 1000, datetime.UTC)
    next_payment = _next_payment(store, item)
    return {
        **{name: item[name] for name in _ITEM},
        "status": "active" if item["status"] == "canceled" else item["status"],
        "instance_id": instance_id(store),
        "plan": plans.serialize_former(store, items.plan_of(store, item)),
        "payer": payers.serialize_former(store, payer),
        "payment_source": payers.payment_source(payer) if payer["_payment_method"] else None,
        "payment_source_id": payer["_payment_method"]["id"] if payer["_payment_method"] else "",
        "amount": money(items.fee(store, item)),
        "lifetime_paid": money(item["_paid"]),
        "next_payment": next_payment,
        "next_invoice": next_payment,
        "proration_date": f"{start:%Y-%m-%d}",
    }


def _next_payment(store: Store, item: Json) -> Json | None:
    """Return the next payment for an item, without credits, which are not known before."""
    moment = items.next_payment_at(item)
    if moment is None:
        return None
    fee = items.fee(store, item)
    discount = discounts.amount_off(discounts.active(store, item), fee)
    return {"date": moment, "amount": money(fee), "totals": bill_totals(fee, discount, fee - discount, None)}


def serialize_subscription(store: Store, subscription: Json) -> Json:
    """Return a subscription as the API returns it, with the items that have not ended."""
    rows = items.unfinished(store, subscription["payer_id"])
    payments = [payment for row in rows if (payment := _next_payment(store, row))]
    names = ("object", "id", "status", "payer_id", "active_at", "past_due_at", "created_at", "updated_at")
    serialized = {
        **{name: subscription[name] for name in names},
        "instance_id": instance_id(store),
        "subscription_items": serialize_items(store, rows),
        "eligible_for_free_trial": subscriptions.is_eligible_for_trial(
            store, payers.get(store, subscription["payer_id"])
        ),
    }
    if payments:
        serialized["next_payment"] = min(payments, key=lambda payment: int(payment["date"]))
    return serialized


def serialize_attempt(store: Store, attempt: Json) -> Json:
    """Return a payment attempt as the API returns it."""
    payer = payers.get(store, attempt["_payer_id"])
    names = ("object", "id", "payment_id", "status", "charge_type", "paid_at", "failed_at", "created_at", "updated_at")
    receiver = payee(store)
    return {
        **{name: attempt[name] for name in names},
        "instance_id": instance_id(store),
        "statement_id": attempt["_statement_id"],
        "payee_id": receiver["id"],
        "payee": receiver,
        "payer_id": payer["id"],
        "payer": payers.serialize(store, payer),
        "payment_method_id": attempt["_card"]["id"],
        "payment_method": payers.payment_method(
            {**payer, "_payment_method": attempt["_card"]}, is_credit=attempt["_is_credit"]
        ),
        "gateway_external_id": attempt["gateway_external_id"],
        "gateway_external_url": None,
        "subscription_item_id": attempt["_subscription_item_id"],
        "subscription_item": serialize_item(store, store.require(ITEMS, attempt["_subscription_item_id"])),
        "amount": attempt["_totals"]["grand_total"],
        "totals": attempt["_totals"],
    }
