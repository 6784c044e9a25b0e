"""What time changes: renewals, ends of trials and of canceled items, and notices."""

from __future__ import annotations

from clerk_emulator.domain import events
from clerk_emulator.domain.billing import cancellations, changes, items, payers, payments, subscriptions, trials
from clerk_emulator.domain.billing.catalog.tables import ITEMS
from clerk_emulator.domain.billing.recording import record_item
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


def settle(store: Store) -> None:
    """Do what is due until now, in the order in which it became due, each at its time."""
    now = store.clock.now()
    while due := store.all(ITEMS, ITEMS.c.due_at <= now, order=ITEMS.order_by(ITEMS.c.due_at), limit=1):
        (item,) = due
        with store.clock.at(item["_due_at"]), events.caused_by_time(store):
            _settle(store, item)


def _settle(store: Store, item: Json) -> None:
    if item["_notice_at"] == item["_due_at"] and item["status"] == "active":
        trials.give_due_notice(store, item)
    elif item["status"] == "canceled":
        _end_canceled(store, item)
    elif item["is_free_trial"] and payers.get(store, item["payer_id"])["_payment_method"] is None:
        cancellations.end(store, payers.get(store, item["payer_id"]), item)
    else:
        _renew(store, item)


def _end_canceled(store: Store, item: Json) -> None:
    """End a canceled item and begin what was scheduled, which is past due if its payment fails."""
    payer = payers.get(store, item["payer_id"])
    following = items.scheduled(store, payer["id"])
    is_paid = True
    if following:
        following, is_paid = payments.charge(store, following, "recurring")
    record_item(store, "ended", items.end(store, item))
    if following and is_paid:
        record_item(store, "active", items.update(store, following, status="active"))
    elif following:
        _fall_past_due(store, following)
    subscriptions.refresh(store, payer["id"])


def _renew(store: Store, item: Json) -> None:
    """Charge for the next period of an item and begin it, or make the item past due."""
    item, is_paid = payments.charge(store, item, "recurring")
    if is_paid:
        record_item(store, "updated", items.begin_period(store, item, item["period_end"]))
    else:
        _fall_past_due(store, item)
        subscriptions.refresh(store, item["payer_id"])


def _fall_past_due(store: Store, item: Json) -> None:
    item = items.update(store, item, status="past_due", past_due_at=store.clock.now(), is_free_trial=False, _value=0)
    record_item(store, "pastDue", item)


def pay(store: Store, owner_id: str) -> Json:
    """Charge again for what a user or an organization has not paid, and return the item.

    A past due item continues where its period ended; an incomplete one begins now. Raises ClerkAPIError if nothing is
    due.
    """
    payer = payers.of_owner(store, owner_id)
    due = [item for item in items.unfinished(store, payer["id"]) if item["status"] in ("past_due", "incomplete")]
    if not due:
        raise ClerkAPIError(409, "checkout_already_complete", "is paid", f"{owner_id} has nothing to pay.")
    item = due[-1]
    if item["status"] == "incomplete":
        return changes.complete(store, payer, items.start(store, item, store.clock.now()))
    item, is_paid = payments.charge(store, item, "recurring")
    if is_paid:
        # An item that was past due from its beginning has its first period still to come.
        began = item["period_start"] == item["past_due_at"]
        item = items.begin_period(store, item, item["period_start"] if began else item["period_end"])
        record_item(store, "active", item)
        subscriptions.refresh(store, payer["id"])
        settle(store)
    return items.require(store, item["id"])
