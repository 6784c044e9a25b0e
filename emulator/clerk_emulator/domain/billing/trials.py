"""Free trials: their notice, and their extension."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.billing import items
from clerk_emulator.domain.billing.catalog.periods import DAY, day_of_month
from clerk_emulator.domain.billing.recording import record_item
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

_NOTICE = 3 * DAY
_LONGEST_EXTENSION = 365 * DAY


def end_after(start: int, days: int) -> int:
    """Return when a trial of some days ends."""
    return start + days * DAY


def notice_at(item: Json, earliest: int) -> int:
    """Return when the notice of a trial's end is due: three days before, or at once if less is left."""
    end: int = item["period_end"]
    return max(earliest, end - _NOTICE)


def coming_notice_at(store: Store, item: Json) -> int | None:
    """Return when the notice of a trial's end is due; None if that has passed."""
    due: int = item["period_end"] - _NOTICE
    return due if due > store.clock.now() else None


def give_due_notice(store: Store, item: Json) -> Json:
    """Give notice of a trial's end if it is due, and return the item."""
    if item["status"] != "active" or item["_notice_at"] is None or item["_notice_at"] > store.clock.now():
        return item
    item = items.update(store, item, _notice_at=None, updated_at=item["updated_at"])
    record_item(store, "freeTrialEnding", item)
    return item


def extend(store: Store, item_id: str, until: int) -> Json:
    """Extend a free trial, and return the item. Nothing changes if it ends at that time already.

    Raises Clerk's errors for a plan without trials, an item that is not in one, and a time that is not allowed.
    """
    item = items.require(store, item_id)
    if not items.plan_of(store, item)["free_trial_enabled"]:
        message = f"The plan of {item_id} has no free trial."
        raise ClerkAPIError(403, "plan_free_trials_disabled", "not enabled", message)
    if not item["is_free_trial"] or item["status"] not in ("active", "canceled"):
        message = f"{item_id} is not in a free trial."
        raise ClerkAPIError(403, "subscription_item_not_in_free_trial", "not in a free trial", message)
    end: int = item["period_end"]
    if until == end:
        return item
    # Clerk gives the limit from now in one place and from the end of the trial in another: the later one holds here.
    if not end < until <= end + _LONGEST_EXTENSION:
        raise errors.invalid("extend_to", "must be after the end of the trial, by at most 365 days")
    # A trial whose notice was given has another one, unless the new end is near, too.
    was_given = item["_notice_at"] is None
    due = until - _NOTICE
    notice = None if was_given and due <= store.clock.now() else max(due, store.clock.now())
    scheduled = items.scheduled(store, item["payer_id"])
    item = items.update(store, item, period_end=until, _notice_at=notice, _anchor_day=day_of_month(until))
    record_item(store, "updated", item)
    if scheduled:
        record_item(store, "updated", items.start(store, scheduled, until))
    return give_due_notice(store, item)
