"""The parts of a seed about billing: plans, subscriptions and credit."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.billing import checkouts, credit_balances, items, payers, subscriptions, trials
from clerk_emulator.domain.billing.catalog import plans, prices
from clerk_emulator.domain.billing.catalog.periods import day_of_month
from clerk_emulator.domain.billing.catalog.plans import NewPlan
from clerk_emulator.domain.billing.catalog.tables import ITEMS, PLANS, PRICES
from clerk_emulator.domain.billing.changes import require_period
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.seeding import entries
from clerk_emulator.storage.store import Store

_PLAN = {
    "slug": str,
    "payer_type": str,
    "name": str,
    "amount": int,
    "annual_monthly_amount": int,
    "features": list,
    "free_trial_days": int,
    "is_default": bool,
    "publicly_visible": bool,
    "description": str,
}
_PRICE = {"id": str, "amount": int, "annual_monthly_amount": int, "description": str}
_STATUSES = ("active", "canceled", "past_due", "upcoming")
_SUBSCRIPTION = {
    "owner": str,
    "plan": str,
    "price": str,
    "period": str,
    "status": str,
    "is_free_trial": bool,
    "payment_method": bool,
}
_TIMES = ("period_start", "period_end", "canceled_at", "past_due_at")


def create_plan(store: Store, entry: Json) -> None:
    """Create a plan with its custom prices, and switch billing on for its type of payer."""
    own_prices = entries.pop_list(entry, "prices")
    _require_types(entry, _PLAN)
    if "slug" not in entry:
        raise errors.missing("slug")
    plan = plans.create(store, NewPlan(**entry))
    checkouts.enable(store, plan["for_payer_type"])
    for index, price in enumerate(own_prices):
        name = f"prices[{index}]"
        if not is_object(price):
            raise errors.wrong_type(name, "an object")
        _require_types(price, _PRICE, f"{name}.")
        price_id = entries.pop_id(values := dict(price), PRICES.prefix)
        if price_id:
            store.ids.expect(PRICES.prefix, price_id)
        fee = prices.fee(values.get("amount"), values.get("annual_monthly_amount"))
        prices.create_custom(store, plan, fee, values.get("description"))


def create_subscription(store: Store, owner_id: str, entry: Json) -> None:
    """Subscribe a user or an organization to a plan, in place of the default plan, without a payment."""
    times = entries.pop_times(entry, _TIMES)
    _require_types(entry, _SUBSCRIPTION)
    payer = payers.of_owner(store, owner_id)
    subscriptions.of_owner(store, owner_id)
    plan = plans.require(store, payer["_payer_type"], entry.get("plan", ""))
    period: str = entry.get("period", "month")
    status: str = entry.get("status", "active")
    if status not in _STATUSES:
        raise errors.invalid("status", f"must be one of {', '.join(_STATUSES)}")
    price = _price(store, plan, entry.get("price"))
    require_period(price, period)
    if entry.get("payment_method", True):
        payers.add_payment_method(store, payer)
    replaced = ITEMS.c.status == "upcoming" if status == "upcoming" else ITEMS.c.status.in_(items.RUNNING)
    store.delete(ITEMS, ITEMS.c.payer_id == payer["id"], replaced)
    start: int = times.get("period_start", store.clock.now())
    is_trial: bool = entry.get("is_free_trial", False)
    trial_end = (times.get("period_end") or trials.end_after(start, plan["free_trial_days"] or 7)) if is_trial else None
    item = items.create(store, payer, price, period, status=status, start=start, trial_end=trial_end)
    item = items.update(
        store,
        item,
        **times,
        updated_at=item["updated_at"],
        _notice_at=trials.coming_notice_at(store, item | times) if is_trial else None,
        # A period of a short month ends on another day than the one that it began on.
        _anchor_day=max(
            day_of_month(moment) for moment in (start, times.get("period_end") or item["period_end"] or start)
        ),
        _value=0 if is_trial or status in ("upcoming", "past_due") else items.fee(store, item),
    )
    if status == "canceled":
        subscriptions.schedule_default(store, payer, item["period_end"])
    subscriptions.refresh(store, payer["id"])


def _price(store: Store, plan: Json, price_id: str | None) -> Json:
    if price_id is None:
        return prices.default_of(store, plan)
    price = store.find(PRICES, PRICES.c.id == price_id, PRICES.c.plan_id == plan["id"])
    if price is None:
        raise errors.invalid("price", f"must be the id of a price of the plan; there is no {price_id}")
    return price


def _require_types(entry: Json, types: dict[str, type], prefix: str = "") -> None:
    """Raise an error for unknown keys and for values of the wrong type."""
    for name, value in entry.items():
        if name not in types:
            raise errors.unknown(prefix + name)
        if not isinstance(value, types[name]) or (types[name] is int and isinstance(value, bool)):
            raise errors.wrong_type(prefix + name, f"of type {types[name].__name__}")


def grant(store: Store, owner_id: str, amount: Any) -> None:
    """Give a user or an organization credit in cents."""
    largest = credit_balances.LARGEST
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= largest:
        raise errors.invalid("credits", f"must be a number of cents from 0 to {largest}")
    credit_balances.enter(
        store, payers.of_owner(store, owner_id), amount, source="grant", source_id=store.ids.new("ccgrant")
    )


def dump_plans(store: Store) -> list[Json]:
    """Return all plans with their custom prices."""
    return [_dump_plan(store, plan) for plan in store.all(PLANS, order=PLANS.as_stored)]


def _dump_plan(store: Store, plan: Json) -> Json:
    names = ("slug", "name", "description", "free_trial_days", "is_default")
    entry = {name: plan[name] for name in names if plan[name]}
    entry |= {"payer_type": plan["for_payer_type"], "publicly_visible": plan["publicly_visible"]}
    entry |= _amounts(prices.default_of(store, plan))
    if plan["_features"]:
        entry["features"] = plan["_features"]
    custom = store.all(PRICES, PRICES.c.plan_id == plan["id"], PRICES.c.is_default.is_(False), order=PRICES.as_stored)
    if custom:
        entry["prices"] = [
            {"id": price["id"], **_amounts(price)}
            | ({"description": price["description"]} if price["description"] else {})
            for price in custom
        ]
    return entry


def _amounts(price: Json) -> Json:
    amounts = {"month": "amount", "annual": "annual_monthly_amount"}
    return {name: price[name] for period, name in amounts.items() if prices.supports(price, period)}


def dump_owner(store: Store, owner_id: str) -> Json:
    """Return the credit of a user or an organization, and its plan if it is free of charge."""
    payer = payers.find(store, owner_id)
    if payer is None:
        return {}
    entry: Json = {} if payer["_balance"] is None else {"credits": payer["_balance"]}
    item = items.current(store, payer["id"])
    plan = items.plan_of(store, item) if item else None
    if item and plan and item["_is_free"] and not plan["is_default"]:
        entry |= {"plan": plan["slug"], "features": plan["_features"]}
    return entry


def dump_subscriptions(store: Store, to_time: Any) -> list[Json]:
    """Return the subscription items of paid plans that have not ended."""
    held = store.all(ITEMS, ITEMS.c.is_free.is_(False), ITEMS.c.status.in_(_STATUSES), order=ITEMS.as_stored)
    return [_dump_subscription(store, item, to_time) for item in held]


def _dump_subscription(store: Store, item: Json, to_time: Any) -> Json:
    payer = payers.get(store, item["payer_id"])
    price = items.price_of(store, item)
    entry: Json = {
        "owner": payer["user_id"] or payer["organization_id"],
        "plan": items.plan_of(store, item)["slug"],
        "period": item["plan_period"],
        "status": item["status"],
        **{name: to_time(item[name]) for name in _TIMES if item[name] is not None},
    }
    if not price["is_default"]:
        entry["price"] = price["id"]
    if item["is_free_trial"]:
        entry["is_free_trial"] = True
    if payer["_payment_method"] is None:
        entry["payment_method"] = False
    return entry
