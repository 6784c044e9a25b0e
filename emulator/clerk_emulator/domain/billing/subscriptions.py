"""Subscriptions: one for each payer, with the items that the payer has had."""

from __future__ import annotations

from typing import Literal

from clerk_emulator import errors
from clerk_emulator.domain.billing import items, payers
from clerk_emulator.domain.billing.catalog import plans, prices
from clerk_emulator.domain.billing.catalog.settings import is_on
from clerk_emulator.domain.billing.catalog.tables import ITEMS, SUBSCRIPTIONS
from clerk_emulator.domain.billing.recording import record_item, record_subscription
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.store import Store

_OF_PAYER = SUBSCRIPTIONS.prepare(SUBSCRIPTIONS.c.payer_id == sql.parameter("payer_id"))


def start_for(store: Store, owner_id: str) -> None:
    """Subscribe a user or an organization to the default plan, if billing is on and there is such a plan."""
    payer_type = payers.type_of(owner_id)
    if is_on(store, payer_type) and plans.default(store, payer_type):
        of_owner(store, owner_id)


def of_owner(store: Store, owner_id: str) -> Json:
    """Return the subscription of a user or an organization, a new one if there is none.

    A new one has an item of the default plan, if there is such a plan.
    """
    payer = payers.of_owner(store, owner_id)
    subscription = find(store, payer["id"])
    if subscription is not None:
        return subscription
    plan = plans.default(store, payer["_payer_type"])
    subscription = store.create(
        SUBSCRIPTIONS,
        {
            "status": "active" if plan else "incomplete",
            "payer_id": payer["id"],
            "active_at": store.clock.now() if plan else None,
            "past_due_at": None,
            "_canceled_at": None,
            "_ended_at": None,
            "_latest_payment_id": None,
        },
    )
    item = _default_item(store, payer, plan, "active", store.clock.now()) if plan else None
    record_subscription(store, "created", subscription)
    if item:
        record_item(store, "active", item)
        record_subscription(store, "active", subscription)
    return subscription


def find(store: Store, payer_id: str) -> Json | None:
    """Return the subscription of a payer, or None."""
    return next(iter(store.query(_OF_PAYER, payer_id=payer_id)), None)


def _require(store: Store, payer_id: str) -> Json:
    subscription = find(store, payer_id)
    assert subscription is not None, f"{payer_id} has items without a subscription"
    return subscription


def require_of_owner(store: Store, owner_id: str) -> Json:
    """Return the subscription of a user or an organization. Raises Clerk's 404 if there is none."""
    payer = payers.find(store, owner_id)
    subscription = find(store, payer["id"]) if payer else None
    if subscription is None:
        raise errors.not_found("subscription", owner_id, "subscription_not_found")
    return subscription


def begin_default(store: Store, payer: Json) -> Json | None:
    """Begin the default plan of a payer now, and return the item; None if there is no such plan."""
    return _add_default(store, payer, "active", store.clock.now())


def schedule_default(store: Store, payer: Json, start: int) -> Json | None:
    """Schedule the default plan of a payer, and return the item; None if there is no such plan."""
    return _add_default(store, payer, "upcoming", start)


def _add_default(store: Store, payer: Json, status: Literal["active", "upcoming"], start: int) -> Json | None:
    plan = plans.default(store, payer["_payer_type"])
    if plan is None:
        return None
    item = _default_item(store, payer, plan, status, start)
    record_item(store, status, item)
    return item


def _default_item(store: Store, payer: Json, plan: Json, status: str, start: int) -> Json:
    return items.create(store, payer, prices.default_of(store, plan), "month", status=status, start=start)


def refresh(store: Store, payer_id: str) -> Json:
    """Update the status of a subscription after its items have changed, and record the event for it."""
    subscription = _require(store, payer_id)
    statuses = {item["status"] for item in items.unfinished(store, payer_id)}
    now = store.clock.now()
    if "past_due" in statuses:
        status = "past_due"
    elif statuses & set(items.RUNNING):
        status = "active"
    else:
        status = "incomplete" if subscription["active_at"] is None else "ended"
    is_new = status != subscription["status"]
    changes: Json = {"status": status}
    if status == "active" and is_new:
        changes |= {"active_at": now, "past_due_at": None, "_ended_at": None}
    elif is_new:
        changes |= {"past_due_at": now} if status == "past_due" else {"past_due_at": None, "_ended_at": now}
    subscription = store.update(SUBSCRIPTIONS, subscription, updated_at=now, **changes)
    if is_new and status == "active":
        record_subscription(store, "active", subscription)
    elif is_new and status == "past_due":
        record_subscription(store, "pastDue", subscription)
    else:
        record_subscription(store, "updated", subscription)
    return subscription


def set_latest_payment(store: Store, payer: Json, payment_id: str) -> None:
    """Set the payment that was made last."""
    subscription = _require(store, payer["id"])
    store.update(SUBSCRIPTIONS, subscription, updated_at=subscription["updated_at"], _latest_payment_id=payment_id)


def is_eligible_for_trial(store: Store, payer: Json) -> bool:
    """Return whether a payer may have a free trial: one who never had a plan that is paid."""
    return store.count(ITEMS, ITEMS.c.payer_id == payer["id"], ITEMS.c.is_free.is_(False)) == 0
