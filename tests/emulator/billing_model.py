"""A simple model of billing, in memory: what payers have, what they paid, and which events that causes."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from dateutil.relativedelta import relativedelta

DAY = 24 * 3600 * 1000
"""A day in milliseconds."""
RUNNING = ("active", "canceled", "past_due")


@dataclass(frozen=True)
class Plan:
    """A plan: its price for a month, and for a year if it has one."""

    month: int
    year: int | None = None
    trial: int | None = None

    def fee(self, period: str) -> int:
        return self.month if period == "month" else self.year or 0


PLANS = {
    "basic": Plan(500),
    "pro": Plan(2000, year=12 * 1500),
    "team": Plan(5000, trial=14),
    "short": Plan(3000, year=12 * 3000, trial=2),
}


@dataclass(eq=False)
class Item:
    plan: str
    period: str
    status: str
    start: int
    end: int | None
    anchor: int = 0
    trial: bool = False
    notice: int | None = None
    value: int = 0
    paid: int = 0
    unbegun: bool = False
    """Whether its first period was due and is not paid."""

    def due(self) -> int | None:
        """Return when time changes it next."""
        if self.status == "active" and self.notice is not None:
            return self.notice
        return self.end if self.status in ("active", "canceled") else None


@dataclass(eq=False)
class Payer:
    items: list[Item] = field(default_factory=list[Item])
    """Those that have not ended, the oldest first."""
    status: str = "active"
    balance: int | None = None
    card: bool = False
    failing: bool = False
    eligible: bool = True
    paid: int = 0
    keys: set[str] = field(default_factory=set[str])
    """The idempotency keys that were used."""
    events: list[str] = field(default_factory=list[str])
    """The events that are expected, since the last comparison."""

    def current(self) -> Item:
        (item,) = [one for one in self.items if one.status in RUNNING]
        return item

    def scheduled(self) -> Item | None:
        return next((one for one in self.items if one.status == "upcoming"), None)


def _utc(moment: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(0, datetime.UTC) + datetime.timedelta(milliseconds=moment)


def day_of(moment: int) -> int:
    return _utc(moment).day


def end_of(start: int, period: str, anchor: int) -> int:
    months = 1 if period == "month" else 12
    end = _utc(start) + relativedelta(months=months, day=anchor)
    return start + (end - _utc(start)) // datetime.timedelta(milliseconds=1)


class BillingModel:
    """Payers whose plans change as Clerk's do."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.payers: dict[str, Payer] = {}

    def add_payer(self, owner_id: str) -> None:
        payer = Payer([Item("free_user", "month", "active", self.now, None)])
        payer.events = ["subscription.created", "subscriptionItem.active free_user", "subscription.active"]
        self.payers[owner_id] = payer

    # Time

    def advance(self, milliseconds: int) -> None:
        until = self.now + milliseconds
        for payer in self.payers.values():
            self._settle(payer, until)
        self.now = until

    def _settle(self, payer: Payer, until: int) -> None:
        while True:
            due = [item for item in payer.items if (item.due() or until + 1) <= until]
            if not due:
                return
            (item,) = due
            self.now = item.due() or 0
            self._fall_due(payer, item)

    def _fall_due(self, payer: Payer, item: Item) -> None:
        if item.status == "active" and item.notice is not None:
            item.notice = None
            self._tell(payer, "freeTrialEnding", item)
        elif item.status == "canceled":
            following = payer.scheduled()
            assert following
            is_paid = following.plan == "free_user" or self._charge(payer, following)
            self._end(payer, item)
            if is_paid:
                following.status = "active"
                self._tell(payer, "active", following)
            else:
                self._past_due(payer, following)
            self._refresh(payer)
        elif item.trial and not payer.card:
            self._end(payer, item)
            self._begin_free(payer)
            self._refresh(payer)
        elif self._charge(payer, item):
            self._next_period(item, item.end or 0)
            self._tell(payer, "updated", item)
        else:
            self._past_due(payer, item)
            self._refresh(payer)

    # Acts

    def checkout(self, payer: Payer, plan: str, period: str, trial: bool | None, card: bool) -> str | None:
        """Choose a plan. Return the code of the error that is expected, or None."""
        chosen, current = PLANS[plan], payer.current()
        scheduled = payer.scheduled()
        if period == "annual" and chosen.year is None:
            return "annual_plan_period_not_supported"
        if (current.plan, current.period) == (plan, period):
            if current.status != "canceled":
                return "free_trial_already_active" if current.trial else "plan_already_active"
            self._abandon(payer)
            current.status = "active"
            if current.notice is not None:
                current.notice = max(self.now, current.notice)
            self._tell(payer, "active", current)
            self._refresh(payer)
            return None
        if scheduled and (scheduled.plan, scheduled.period) == (plan, period):
            return "plan_already_active"
        if trial and chosen.trial is None:
            return "plan_free_trials_disabled"
        if trial is None:
            trial = chosen.trial is not None and payer.eligible
        payer.card = payer.card or card
        payer.eligible = False
        if trial:
            self._begin_trial(payer, plan, period)
        elif self._at_once(current, plan, period):
            self._begin(payer, plan, period)
        else:
            assert current.end is not None
            self._abandon(payer)
            if current.status == "active":
                current.status = "canceled"
                self._tell(payer, "canceled", current)
            self._add(payer, plan, period, "upcoming", current.end)
            self._tell(payer, "upcoming", payer.items[-1])
            self._refresh(payer)
        return None

    def _at_once(self, current: Item, plan: str, period: str) -> bool:
        if current.value == 0 or current.status == "past_due":
            return True
        before, after = PLANS[current.plan].month, PLANS[plan].month
        return after > before or (after == before and (current.period, period) == ("month", "annual"))

    def _begin_trial(self, payer: Payer, plan: str, period: str) -> None:
        days = PLANS[plan].trial
        assert days
        end = self.now + days * DAY
        self._add(payer, plan, period, "incomplete", self.now)
        item = payer.items[-1]
        item.trial, item.end, item.anchor, item.notice = True, end, day_of(end), max(self.now, end - 3 * DAY)
        self._activate(payer, item)
        if item.notice == self.now:
            item.notice = None
            self._tell(payer, "freeTrialEnding", item)

    def _begin(self, payer: Payer, plan: str, period: str) -> None:
        self._add(payer, plan, period, "incomplete", self.now)
        item = payer.items[-1]
        if not self._complete(payer, item):
            self._tell(payer, "incomplete", item)

    def _complete(self, payer: Payer, item: Item) -> bool:
        current = payer.current()
        rest = 0
        if current.value and current.end is not None:
            total = current.end - current.start
            rest = (2 * current.value * (current.end - self.now) + total) // (2 * total)
        is_paid = self._charge(payer, item, rest)
        if is_paid:
            self._activate(payer, item)
        return is_paid

    def pay(self, payer: Payer) -> str | None:
        """Charge again. Return the code of the error that is expected, or None."""
        due = [item for item in payer.items if item.status in ("past_due", "incomplete")]
        if not due:
            return "checkout_already_complete"
        item = due[-1]
        if item.status == "incomplete":
            item.start, item.anchor = self.now, day_of(self.now)
            item.end = end_of(self.now, item.period, item.anchor)
            self._complete(payer, item)
        elif self._charge(payer, item):
            self._next_period(item, item.start if item.unbegun else item.end or 0)
            self._tell(payer, "active", item)
            self._refresh(payer)
            now = self.now
            self._settle(payer, now)
            self.now = now
        return None

    def cancel(self, payer: Payer, item: Item, *, end_now: bool) -> str | None:
        """Cancel an item. Return the code of the error that is expected, or None."""
        if item.status == "canceled" and not end_now:
            return "commerce_subscription_item_already_canceled"
        if item.plan == "free_user" or item.status == "incomplete":
            return f"commerce_subscription_item_cannot_be_{'ended' if end_now else 'canceled'}"
        if item.status == "upcoming":
            self._abandon(payer, "upcoming")
            self._add_free(payer, item.start)
        elif end_now or item.status == "past_due":
            self._end(payer, item)
            following = payer.scheduled()
            if following and following.plan == "free_user":
                following.status, following.start = "active", self.now
                self._tell(payer, "active", following)
            else:
                self._abandon(payer, "upcoming")
                self._begin_free(payer)
        else:
            assert item.end is not None
            item.status = "canceled"
            self._tell(payer, "canceled", item)
            self._add_free(payer, item.end)
        self._refresh(payer)
        return None

    def extend(self, payer: Payer, item: Item, until: int) -> str | None:
        """Extend a trial. Return the code of the error that is expected, or None."""
        if PLANS.get(item.plan, Plan(0)).trial is None:
            return "plan_free_trials_disabled"
        if not item.trial or item.status not in ("active", "canceled"):
            return "subscription_item_not_in_free_trial"
        assert item.end is not None
        if until == item.end:
            return None
        if not item.end < until <= item.end + 365 * DAY:
            return "form_param_value_invalid"
        near = until - 3 * DAY <= self.now
        item.notice = None if item.notice is None and near else max(self.now, until - 3 * DAY)
        item.end, item.anchor = until, day_of(until)
        self._tell(payer, "updated", item)
        following = payer.scheduled()
        if following:
            following.start = until
            if following.plan != "free_user":
                following.anchor = day_of(until)
                following.end = end_of(until, following.period, following.anchor)
            self._tell(payer, "updated", following)
        if item.status == "active" and item.notice == self.now:
            item.notice = None
            self._tell(payer, "freeTrialEnding", item)
        return None

    def adjust(self, payer: Payer, amount: int, key: str) -> str | None:
        """Change the credit, once for each key. Return the code of the error that is expected, or None."""
        if key in payer.keys:
            return None
        if amount < 0 and -amount > (payer.balance or 0):
            return "insufficient_credit_balance"
        payer.keys.add(key)
        payer.balance = (payer.balance or 0) + amount
        return None

    # Parts of acts

    def _charge(self, payer: Payer, item: Item, rest: int = 0) -> bool:
        """Charge for a period, less the rest of another one. Return whether it is paid."""
        if not payer.card:
            return False
        fee = PLANS[item.plan].fee(item.period)
        prorated = min(rest, fee)
        credit = min(payer.balance or 0, fee - prorated)
        due = fee - prorated - credit
        payer.events.append("paymentAttempt.created pending")
        if payer.failing and not (credit and due == 0):
            payer.events.append("paymentAttempt.updated failed")
            return False
        payer.events.append("paymentAttempt.updated paid")
        if credit or rest > prorated:
            payer.balance = (payer.balance or 0) - credit + rest - prorated
        item.value = fee
        item.paid += due
        payer.paid += due
        return True

    def _add(self, payer: Payer, plan: str, period: str, status: str, start: int) -> None:
        anchor = day_of(start)
        payer.items.append(Item(plan, period, status, start, end_of(start, period, anchor), anchor))

    def _add_free(self, payer: Payer, start: int) -> None:
        payer.items.append(Item("free_user", "month", "upcoming", start, None))
        self._tell(payer, "upcoming", payer.items[-1])

    def _begin_free(self, payer: Payer) -> None:
        payer.items.append(Item("free_user", "month", "active", self.now, None))
        self._tell(payer, "active", payer.items[-1])

    def _next_period(self, item: Item, start: int) -> None:
        item.status, item.trial, item.notice, item.unbegun = "active", False, None, False
        item.start, item.end = start, end_of(start, item.period, item.anchor)

    def _activate(self, payer: Payer, item: Item) -> None:
        others = [one for one in payer.items if one is not item]
        for other in sorted(others, key=lambda one: one.status in RUNNING):
            if other.status in RUNNING:
                self._end(payer, other)
            else:
                payer.items.remove(other)
                self._tell(payer, "abandoned", other)
        item.status = "active"
        self._tell(payer, "active", item)
        self._refresh(payer)

    def _end(self, payer: Payer, item: Item) -> None:
        payer.items.remove(item)
        self._tell(payer, "ended", item)

    def _past_due(self, payer: Payer, item: Item) -> None:
        item.unbegun = item.status == "upcoming"
        item.status, item.trial, item.value = "past_due", False, 0
        self._tell(payer, "pastDue", item)

    def _abandon(self, payer: Payer, *statuses: str) -> None:
        for item in [one for one in payer.items if one.status in (statuses or ("upcoming", "incomplete"))]:
            payer.items.remove(item)
            self._tell(payer, "abandoned", item)

    def _refresh(self, payer: Payer) -> None:
        status = "past_due" if payer.current().status == "past_due" else "active"
        changed = {"past_due": "pastDue", "active": "active"}[status]
        payer.events.append(f"subscription.{changed if status != payer.status else 'updated'}")
        payer.status = status

    @staticmethod
    def _tell(payer: Payer, event: str, item: Item) -> None:
        payer.events.append(f"subscriptionItem.{event} {item.plan}")
