"""Changes of plans: at once or when the period ends."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_emulator.domain.billing import items, payments, subscriptions, trials
from clerk_emulator.domain.billing.catalog import prices
from clerk_emulator.domain.billing.payments import Proration
from clerk_emulator.domain.billing.recording import record_item
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


@dataclass(frozen=True)
class Choice:
    """What a payer chooses: a price of a plan, and the period in which to pay it."""

    price: Json
    period: str

    def is_of(self, item: Json | None) -> bool:
        """Return whether an item is what was chosen."""
        return bool(item and item["price_id"] == self.price["id"] and item["plan_period"] == self.period)


def require_period(price: Json, period: str) -> None:
    """Raise Clerk's error if a price cannot be paid in this period."""
    if period not in ("month", "annual"):
        raise ClerkAPIError(400, "invalid_plan_period", "is invalid", "period must be month or annual.")
    if not prices.supports(price, period):
        code = "annual_plan_period_not_supported" if period == "annual" else "monthly_plan_period_not_supported"
        raise ClerkAPIError(422, code, "is not supported", f"The price cannot be paid with the period {period}.")


def happens_at_once(store: Store, current: Json | None, choice: Choice) -> bool:
    """Return whether a change begins at once: it does unless it replaces a paid plan by one that costs less.

    A longer period for the same price also begins at once, a shorter one when the period ends.
    """
    if current is None or current["status"] == "past_due" or not current["_value"]:
        return True
    before, after = prices.monthly_value(items.price_of(store, current)), prices.monthly_value(choice.price)
    return after > before or (after == before and current["plan_period"] == "month" and choice.period == "annual")


def begin(store: Store, payer: Json, choice: Choice) -> Json:
    """Charge for what was chosen and begin it now. Return the item, which is incomplete if the payment failed."""
    item = items.create(store, payer, choice.price, choice.period, status="incomplete", start=store.clock.now())
    completed = complete(store, payer, item)
    if completed["status"] == "incomplete":
        record_item(store, "incomplete", completed)
    return completed


def complete(store: Store, payer: Json, item: Json) -> Json:
    """Charge for an incomplete item and make it the plan of a payer, unless the payment fails. Return the item."""
    current = items.current(store, payer["id"])
    proration = Proration.of(store, current) if current else None
    item, is_paid = payments.charge(store, item, "checkout", proration)
    return activate(store, payer, item) if is_paid else item


def begin_trial(store: Store, payer: Json, choice: Choice, days: int) -> Json:
    """Begin a free trial of what was chosen now, and return the item."""
    now = store.clock.now()
    item = items.create(
        store, payer, choice.price, choice.period, status="incomplete", start=now, trial_end=trials.end_after(now, days)
    )
    item = items.update(store, item, _notice_at=trials.notice_at(item, now))
    item = activate(store, payer, item)
    return trials.give_due_notice(store, item)


def activate(store: Store, payer: Json, item: Json) -> Json:
    """Make an item the plan of a payer, in place of the current one and of what was scheduled."""
    others = [other for other in items.unfinished(store, payer["id"]) if other["id"] != item["id"]]
    for other in others:
        if other["status"] not in items.RUNNING:
            abandon(store, other)
    for other in others:
        if other["status"] in items.RUNNING:
            record_item(store, "ended", items.end(store, other))
    item = items.update(store, item, status="active")
    record_item(store, "active", item)
    subscriptions.refresh(store, payer["id"])
    return item


def schedule(store: Store, payer: Json, current: Json, choice: Choice) -> Json:
    """Schedule what was chosen for the end of the current period, and return the item."""
    abandon_scheduled(store, payer)
    if current["status"] == "active":
        record_item(store, "canceled", items.update(store, current, status="canceled", canceled_at=store.clock.now()))
    item = items.create(store, payer, choice.price, choice.period, status="upcoming", start=current["period_end"])
    record_item(store, "upcoming", item)
    subscriptions.refresh(store, payer["id"])
    return item


def resume(store: Store, payer: Json, current: Json) -> Json:
    """Undo the cancellation of an item, and return it."""
    abandon_scheduled(store, payer)
    now = store.clock.now()
    notice_at = current["_notice_at"] and max(now, current["_notice_at"])
    current = items.update(store, current, status="active", canceled_at=None, _notice_at=notice_at)
    record_item(store, "active", current)
    subscriptions.refresh(store, payer["id"])
    return current


def abandon_scheduled(store: Store, payer: Json) -> None:
    """Abandon the items of a payer that have not begun."""
    for item in items.unfinished(store, payer["id"]):
        if item["status"] in ("upcoming", "incomplete"):
            abandon(store, item)


def abandon(store: Store, item: Json, **changes: object) -> Json:
    """Abandon an item that has not begun, with further changes, and return it."""
    item = items.update(store, item, status="abandoned", **changes)
    record_item(store, "abandoned", item)
    return item
