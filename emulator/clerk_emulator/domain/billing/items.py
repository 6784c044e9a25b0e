"""Subscription items: one plan of a payer, from when it is scheduled until it ends."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.billing.catalog import prices
from clerk_emulator.domain.billing.catalog.periods import day_of_month, end_of
from clerk_emulator.domain.billing.catalog.tables import ITEMS, PLANS, PRICES
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.store import Store

RUNNING = ("active", "canceled", "past_due")
"""The statuses of an item whose plan the payer has. Clerk does not say that a past due item loses the plan: it keeps it
until it is canceled."""

_OVER = (sql.Expression("'ended'"), sql.Expression("'abandoned'"))
_OF_PAYER = ITEMS.prepare(
    ITEMS.c.payer_id == sql.parameter("payer_id"), *(ITEMS.c.status != status for status in _OVER)
)


def require(store: Store, item_id: str) -> Json:
    """Return the item with this id. Raises Clerk's 404 if there is none."""
    item = store.get(ITEMS, item_id)
    if item is None:
        raise errors.not_found("subscription item", item_id, "subscription_item_not_found")
    return item


def unfinished(store: Store, payer_id: str) -> list[Json]:
    """Return the items of a payer that have not ended and were not abandoned, the oldest first."""
    return store.query(_OF_PAYER, payer_id=payer_id)


def current(store: Store, payer_id: str) -> Json | None:
    """Return the item whose plan the payer has, or None."""
    return next((item for item in unfinished(store, payer_id) if item["status"] in RUNNING), None)


def scheduled(store: Store, payer_id: str) -> Json | None:
    """Return the item that begins when the current one ends, or None."""
    return next((item for item in unfinished(store, payer_id) if item["status"] == "upcoming"), None)


def create(
    store: Store, payer: Json, price: Json, period: str, *, status: str, start: int, trial_end: int | None = None
) -> Json:
    """Create an item. Only an item of a free plan has no periods. `trial_end` is when a free trial ends."""
    plan = store.require(PLANS, price["plan_id"])
    is_free = not (plan["is_recurring"] or prices.amount_for(price, period))
    return _store(
        store,
        None,
        {
            "status": status,
            "plan_id": plan["id"],
            "price_id": price["id"],
            "plan_period": period,
            "payer_id": payer["id"],
            "is_free_trial": trial_end is not None,
            "period_start": start,
            "period_end": trial_end or (None if is_free else end_of(start, period, day_of_month(start))),
            "canceled_at": None,
            "past_due_at": None,
            "ended_at": None,
            "_is_free": is_free,
            "_payer_type": payer["_payer_type"],
            "_anchor_day": day_of_month(trial_end or start),
            "_notice_at": None,
            "_value": 0,
            "_paid": 0,
            "_totals": None,
        },
    )


def update(store: Store, item: Json, **changes: object) -> Json:
    """Change an item and return it."""
    return _store(store, item, {**item, "updated_at": store.clock.now(), **changes})


def _store(store: Store, before: Json | None, item: Json) -> Json:
    """Store an item together with when time changes it next: at the notice of a trial's end, or a period's end."""
    waits = item["status"] in ("active", "canceled")
    notice_at = item["_notice_at"] if item["status"] == "active" else None
    item["_due_at"] = (notice_at or item["period_end"]) if waits else None
    return store.create(ITEMS, item) if before is None else store.update(ITEMS, before, **item)


def begin_period(store: Store, item: Json, start: int) -> Json:
    """Let the next period of an item begin, active and without a trial."""
    return update(
        store,
        item,
        status="active",
        is_free_trial=False,
        past_due_at=None,
        period_start=start,
        period_end=end_of(start, item["plan_period"], item["_anchor_day"]),
        _notice_at=None,
    )


def start(store: Store, item: Json, at: int) -> Json:
    """Let the first period of an item that has not begun start at a time."""
    day = day_of_month(at)
    ends = None if item["_is_free"] else end_of(at, item["plan_period"], day)
    return update(store, item, period_start=at, period_end=ends, _anchor_day=day)


def end(store: Store, item: Json) -> Json:
    """End an item now."""
    return update(store, item, status="ended", ended_at=store.clock.now())


def price_of(store: Store, item: Json) -> Json:
    """Return the price of an item."""
    return store.require(PRICES, item["price_id"])


def plan_of(store: Store, item: Json) -> Json:
    """Return the plan of an item."""
    return store.require(PLANS, item["plan_id"])


def fee(store: Store, item: Json) -> int:
    """Return what a period of an item costs, in cents."""
    return prices.amount_for(price_of(store, item), item["plan_period"])


def next_payment_at(item: Json) -> int | None:
    """Return when an item is charged next, or None."""
    if item["_is_free"] or item["status"] not in ("active", "upcoming"):
        return None
    moment: int = item["period_start" if item["status"] == "upcoming" else "period_end"]
    return moment
