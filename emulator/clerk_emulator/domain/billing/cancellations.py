"""Cancel subscription items: now or when their period ends."""

from __future__ import annotations

from clerk_emulator.domain.billing import changes, items, payers, subscriptions
from clerk_emulator.domain.billing.recording import record_item
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


def cancel(store: Store, item_id: str, *, end_now: bool) -> Json:
    """Cancel an item and return it. The default plan follows it, if there is one.

    What has no period to end, such as a past due item, ends now in any case. Raises Clerk's errors for an item that is
    canceled already, has ended, or is of the default plan.
    """
    item = items.require(store, item_id)
    if item["status"] == "canceled" and not end_now:
        code = "commerce_subscription_item_already_canceled"
        raise ClerkAPIError(400, code, "already canceled", f"{item_id} is canceled already.")
    if item["status"] not in (*items.RUNNING, "upcoming") or items.plan_of(store, item)["is_default"]:
        what = "ended" if end_now else "canceled"
        reason = "has ended, has not begun, or is of the default plan"
        code = f"commerce_subscription_item_cannot_be_{what}"
        raise ClerkAPIError(422, code, f"cannot be {what}", f"{item_id} cannot be {what}: it {reason}.")
    payer = payers.get(store, item["payer_id"])
    if item["status"] == "upcoming":
        return _cancel_scheduled(store, payer, item)
    if end_now or item["status"] == "past_due" or item["period_end"] is None:
        return end(store, payer, item)
    item = items.update(store, item, status="canceled", canceled_at=store.clock.now())
    record_item(store, "canceled", item)
    subscriptions.schedule_default(store, payer, item["period_end"])
    subscriptions.refresh(store, payer["id"])
    return item


def end(store: Store, payer: Json, item: Json) -> Json:
    """End the current item of a payer now, in favour of the default plan, and return it."""
    now = store.clock.now()
    item = items.update(store, item, status="ended", ended_at=now, canceled_at=item["canceled_at"] or now)
    record_item(store, "ended", item)
    following = items.scheduled(store, payer["id"])
    if following and items.plan_of(store, following)["is_default"]:
        record_item(store, "active", items.update(store, items.start(store, following, now), status="active"))
    else:
        if following:
            changes.abandon(store, following)
        subscriptions.begin_default(store, payer)
    subscriptions.refresh(store, payer["id"])
    return item


def _cancel_scheduled(store: Store, payer: Json, item: Json) -> Json:
    """Abandon an item that has not begun, in favour of the default plan, and return it."""
    item = changes.abandon(store, item, canceled_at=store.clock.now())
    subscriptions.schedule_default(store, payer, item["period_start"])
    subscriptions.refresh(store, payer["id"])
    return item
