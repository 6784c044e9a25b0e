"""Price transitions: move a subscription item to another price."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.billing import changes, items, payers, payments, views
from clerk_emulator.domain.billing.catalog import plans, prices
from clerk_emulator.domain.billing.catalog.money import money
from clerk_emulator.domain.billing.catalog.tables import PRICES
from clerk_emulator.domain.billing.changes import Choice
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


def transition(store: Store, item_id: str, from_price_id: str, to_price_id: str) -> Json:
    """Move an item to another price, at once or when its period ends, and return the transition.

    It happens at once if the new price is higher, or if the current period is not paid for: in a trial or for nothing.
    The period stays the same if the price supports it. Raises Clerk's errors.
    """
    item = items.require(store, item_id)
    choice = _choice(store, item, from_price_id, to_price_id)
    payer = payers.get(store, item["payer_id"])
    at_once = changes.happens_at_once(store, item, choice)
    if prices.amount_for(choice.price, choice.period) and payer["_payment_method"] is None:
        code = "payment_method_required_for_transition"
        raise ClerkAPIError(422, code, "has no payment method", f"{payer['id']} has no payment method.")
    following = changes.begin(store, payer, choice) if at_once else changes.schedule(store, payer, item, choice)
    if following["status"] == "incomplete":
        code, message = payments.FAILURE_CODES[payer["_failure"]], "The payment for the transition failed."
        raise ClerkAPIError(422, code, "payment failed", message)
    return _serialize(store, items.require(store, item_id), following)


def _choice(store: Store, item: Json, from_price_id: str, to_price_id: str) -> Choice:
    """Return the price and period to move an item to. Raises Clerk's errors."""
    if item["status"] != "active":
        message = f"{item['id']} is not active: it is {item['status']}."
        raise ClerkAPIError(409, "subscription_item_no_longer_active", "not active", message)
    if item["price_id"] != from_price_id:
        message = f"The price of {item['id']} is {item['price_id']}, not {from_price_id}."
        raise ClerkAPIError(409, "out_of_date_price", "out of date", message, param_name="from_price_id")
    price = store.get(PRICES, to_price_id)
    if price is None:
        raise errors.referenced_not_found("to_price_id", to_price_id)
    plan, before = items.plan_of(store, price), items.plan_of(store, item)
    if price["id"] == from_price_id or plan["is_default"] or plan["for_payer_type"] != before["for_payer_type"]:
        message = f"{item['id']} cannot move to {to_price_id}."
        raise ClerkAPIError(422, "price_transition_not_allowed", "not allowed", message, param_name="to_price_id")
    kept: str = item["plan_period"]
    return Choice(price, kept if prices.supports(price, kept) else {"month": "annual", "annual": "month"}[kept])


def _serialize(store: Store, previous: Json, following: Json) -> Json:
    """Return a transition as the API returns it."""
    at_once = following["status"] == "active"
    totals = following["_totals"]
    charged: int = totals["grand_total"]["amount"] if totals else 0
    return {
        "object": "commerce_price_transition",
        "subscription_item": views.serialize_former_item(store, following),
        "transition": {
            "previous_plan": plans.serialize_former(store, items.plan_of(store, previous)),
            "previous_price": prices.serialize(store, items.price_of(store, previous)),
            "effective_at": following["period_start"],
            "effective_mode": "immediate" if at_once else "end_of_period",
            "next_billing_date": items.next_payment_at(following),
            "charged_immediately": charged > 0,
            "immediate_charge": money(charged) if charged else None,
            "previous_subscription_item_status": previous["status"],
            "previous_subscription_item_id": previous["id"],
        },
    }
