"""The events of billing, and the objects in them."""

from __future__ import annotations

from typing import Literal

from clerk_emulator.domain import events
from clerk_emulator.domain.billing import items, payers
from clerk_emulator.domain.billing.catalog.money import CURRENCY
from clerk_emulator.domain.billing.catalog.settings import instance_id, payee
from clerk_emulator.domain.billing.catalog.tables import ITEMS, SUBSCRIPTIONS
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

ItemEvent = Literal[
    "abandoned", "active", "canceled", "ended", "freeTrialEnding", "incomplete", "pastDue", "upcoming", "updated"
]
SubscriptionEvent = Literal["created", "updated", "active", "pastDue"]


def record_item(store: Store, event: ItemEvent, item: Json) -> None:
    """Record an event about a subscription item."""
    payer = payers.get(store, item["payer_id"])
    data = {
        **_item(store, item),
        "payer": payers.event_payer(store, payer),
        "subscription_id": _subscription_id(store, item),
    }
    events.record(store, f"subscriptionItem.{event}", data)


def record_subscription(store: Store, event: SubscriptionEvent, subscription: Json) -> None:
    """Record an event about a subscription, with its items that have not ended."""
    payer = payers.get(store, subscription["payer_id"])
    card = payer["_payment_method"]
    names = ("object", "id", "status", "payer_id", "active_at", "past_due_at", "created_at", "updated_at")
    data = {
        **{name: subscription[name] for name in names},
        "canceled_at": subscription["_canceled_at"],
        "ended_at": subscription["_ended_at"],
        "latest_payment_id": subscription["_latest_payment_id"],
        "payment_source_id": card["id"] if card else None,
        "payer": payers.event_payer(store, payer),
        "items": [_item(store, item) for item in items.unfinished(store, payer["id"])],
    }
    events.record(store, f"subscription.{event}", data)


def record_payment(store: Store, event: Literal["created", "updated"], attempt: Json) -> None:
    """Record an event about a payment attempt."""
    payer = payers.get(store, attempt["_payer_id"])
    totals = attempt["_totals"]
    item = store.require(ITEMS, attempt["_subscription_item_id"])
    names = ("id", "payment_id", "gateway_external_id", "status", "created_at", "updated_at", "paid_at", "failed_at")
    data = {
        **{name: attempt[name] for name in names},
        "instance_id": instance_id(store),
        "statement_id": attempt["_statement_id"],
        "invoice_id": attempt["_statement_id"],
        "charge_type": attempt["charge_type"],
        "billing_date": attempt["created_at"],
        "failed_reason": attempt["_failed_reason"],
        "payee": payee(store),
        "payer": payers.event_payer(store, payer),
        "payment_source": payers.event_payment_source({**payer, "_payment_method": attempt["_card"]}),
        "totals": {name: totals[name] for name in ("subtotal", "tax_total", "grand_total")},
        "subscription_items": [_paid_item(store, item, attempt)],
    }
    events.record(store, f"paymentAttempt.{event}", data)


def _item(store: Store, item: Json) -> Json:
    names = ("id", "status", "is_free_trial", "created_at", "updated_at", "period_start", "period_end", "plan_id")
    return {
        "object": "commerce_subscription_item",
        **{name: item[name] for name in names},
        "interval": item["plan_period"],
        "plan": _plan(store, item),
        "subscription_id": None,
    }


def _plan(store: Store, item: Json) -> Json:
    plan = items.plan_of(store, item)
    named = {name: plan[name] for name in ("id", "slug", "name", "is_recurring")}
    return {**named, "amount": items.fee(store, item), "currency": CURRENCY}


def _paid_item(store: Store, item: Json, attempt: Json) -> Json:
    """Return an item as a payment attempt contains it."""
    names = ("id", "status", "created_at", "updated_at", "period_start", "period_end", "plan_id")
    data = {
        "object": "commerce_subscription_item",
        **{name: item[name] for name in names},
        "interval": item["plan_period"],
        "plan": _plan(store, item),
        "subscription_id": _subscription_id(store, item),
    }
    used = attempt["_totals"]["credits"]
    if used is None:
        return data
    proration = {"credit": used["proration"]} if used["proration"] else {}
    return {**data, "credits": used, **proration}


def _subscription_id(store: Store, item: Json) -> str:
    subscription = store.find(SUBSCRIPTIONS, SUBSCRIPTIONS.c.payer_id == item["payer_id"])
    assert subscription is not None
    return str(subscription["id"])
