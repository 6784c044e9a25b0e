"""Discounts, and their redemptions by subscription items."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.billing import items
from clerk_emulator.domain.billing.catalog.money import money, share
from clerk_emulator.domain.billing.catalog.tables import DISCOUNTS, REDEMPTIONS
from clerk_emulator.domain.billing.recording import record_item
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

_DISCOUNTABLE = ("active", "canceled", "past_due", "upcoming", "incomplete")


def create(
    store: Store, name: str, *, percent_off: float | None, amount_off: int | None, cycles: int | None, active: bool
) -> Json:
    """Create a discount of a percentage or an amount, for a number of periods or for ever.

    Raises ClerkAPIError for values that Clerk rejects.
    """
    if (percent_off is None) == (amount_off is None):
        message = "A discount has either percent_off or amount_off."
        raise ClerkAPIError(422, "discount_invalid_effect", "is invalid", message)
    if percent_off is not None and not 0 < percent_off <= 100:
        message = "percent_off must be more than 0 and at most 100."
        raise ClerkAPIError(422, "discount_percent_off_invalid", "is invalid", message)
    if amount_off is not None and amount_off <= 0:
        raise ClerkAPIError(422, "discount_amount_invalid", "is invalid", "amount_off must be more than 0 cents.")
    if cycles is not None and cycles < 1:
        raise ClerkAPIError(422, "discount_duration_in_cycles_invalid", "is invalid", "cycles must be at least 1.")
    values = {"name": name, "percent_off": percent_off, "amount_off": amount_off, "cycles": cycles, "active": active}
    return store.create(DISCOUNTS, values)


def apply(store: Store, item_id: str, discount_id: str) -> Json:
    """Apply a discount to a subscription item in place of its active one, and return the redemption."""
    item = items.require(store, item_id)
    discount = store.get(DISCOUNTS, discount_id)
    if discount is None:
        raise _not_found(discount_id)
    if not discount["active"]:
        raise ClerkAPIError(422, "discount_inactive", "is inactive", f"Discount {discount_id} is not active.")
    if item["status"] not in _DISCOUNTABLE or item["_is_free"]:
        message = f"Discount {discount_id} cannot be applied to {item_id}, which is not paid for any more, or is free."
        code = "discount_not_applicable_to_subscription_item"
        raise ClerkAPIError(422, code, "is not applicable", message)
    before = active(store, item)
    if before and before["discount_id"] == discount_id:
        message = f"Discount {discount_id} is applied to {item_id} already."
        raise ClerkAPIError(409, "discount_already_applied", "already applied", message)
    if before:
        store.update(REDEMPTIONS, before, status="removed")
    redemption = store.create(
        REDEMPTIONS,
        {
            "subscription_item_id": item_id,
            "discount_id": discount_id,
            "name": discount["name"],
            "source": "manual",
            "effect": "percentage" if discount["amount_off"] is None else "fixed_amount",
            "percent_off": discount["percent_off"],
            "cycles_remaining": discount["cycles"],
            "cycles_applied": 0,
            "status": "active",
            "redeemed_by": None,
            "_amount_off": discount["amount_off"],
        },
    )
    record_item(store, "updated", items.update(store, item))
    return redemption


def remove(store: Store, item_id: str, discount_id: str) -> Json:
    """Remove the active discount of a subscription item, and return the redemption."""
    item = items.require(store, item_id)
    redemption = active(store, item)
    if redemption is None or redemption["discount_id"] != discount_id:
        raise _not_found(discount_id)
    redemption = store.update(REDEMPTIONS, redemption, status="removed")
    record_item(store, "updated", items.update(store, item))
    return redemption


def active(store: Store, item: Json) -> Json | None:
    """Return the active redemption of an item, or None."""
    return store.find(REDEMPTIONS, REDEMPTIONS.c.subscription_item_id == item["id"], REDEMPTIONS.c.status == "active")


def amount_off(redemption: Json | None, fee: int) -> int:
    """Return what a redemption takes off a fee, in cents."""
    if redemption is None:
        return 0
    if redemption["effect"] == "fixed_amount":
        off: int = redemption["_amount_off"]
        return min(fee, off)
    return share(fee, round(redemption["percent_off"] * 10_000), 1_000_000)


def count_cycle(store: Store, redemption: Json | None) -> None:
    """Count a paid period, after which a redemption may be exhausted."""
    if redemption is None:
        return
    remaining = redemption["cycles_remaining"]
    remaining = None if remaining is None else remaining - 1
    store.update(
        REDEMPTIONS,
        redemption,
        cycles_applied=redemption["cycles_applied"] + 1,
        cycles_remaining=remaining,
        status="exhausted" if remaining == 0 else "active",
    )


def serialize(store: Store, redemption: Json) -> Json:
    """Return a redemption as the API returns it."""
    item = items.require(store, redemption["subscription_item_id"])
    off = redemption["_amount_off"]
    renews = items.next_payment_at(item) is not None and redemption["status"] == "active"
    names = ("object", "id", "subscription_item_id", "discount_id", "name", "source", "effect", "percent_off")
    counts = ("cycles_remaining", "cycles_applied", "status", "redeemed_by")
    return {
        **{name: redemption[name] for name in (*names, *counts)},
        "amount_off": None if off is None else money(off),
        "amount": money(amount_off(redemption, items.fee(store, item))) if renews else None,
        "redeemed_at": redemption["created_at"],
    }


def _not_found(discount_id: str) -> ClerkAPIError:
    return errors.not_found("discount", discount_id, "discount_not_found")
