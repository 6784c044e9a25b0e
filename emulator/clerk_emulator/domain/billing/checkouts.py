"""Checkouts: a payer chooses a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerk_emulator.domain.billing import cancellations, changes, items, payers, subscriptions
from clerk_emulator.domain.billing.catalog import plans, prices
from clerk_emulator.domain.billing.catalog.plans import NewPlan
from clerk_emulator.domain.billing.catalog.settings import BILLING, PayerType
from clerk_emulator.domain.billing.changes import Choice
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


@dataclass(frozen=True)
class Offer:
    """What a payer has chosen, and can begin."""

    payer: Json
    plan: Json
    choice: Choice
    current: Json | None
    """The item that it replaces."""
    trial: bool
    """Whether it begins with a free trial."""

    @property
    def resumes(self) -> bool:
        """Whether it continues the current item, which is canceled."""
        return bool(self.current and self.choice.is_of(self.current) and self.current["status"] == "canceled")

    def happens_at_once(self, store: Store) -> bool:
        """Return whether it begins now, rather than when the current period ends."""
        return self.trial or self.resumes or changes.happens_at_once(store, self.current, self.choice)


def checkout(
    store: Store,
    owner_id: str,
    plan_reference: str,
    period: str = "month",
    *,
    trial: bool | None = None,
    with_payment_method: bool = True,
    at_once: bool = False,
) -> Json:
    """Choose a plan for a user or an organization, and return the subscription item.

    It begins at once, or when the period ends if the plan costs less than the current one. `trial` is whether it begins
    with a free trial; None means if the plan has one and the payer is eligible. `with_payment_method` adds a test card;
    only a trial or a free plan needs none. `at_once` begins a cheaper plan at once, too.

    Raises ClerkAPIError for a plan that does not exist, that the payer has, or that has no such period.
    """
    chosen = offer(store, owner_id, plan_reference, period, trial=trial)
    return accept(store, chosen, with_payment_method=with_payment_method, at_once=at_once)


def offer(store: Store, owner_id: str, plan_reference: str, period: str, *, trial: bool | None = None) -> Offer:
    """Return what a user or an organization would get. Raises ClerkAPIError as `checkout` does."""
    payer = payers.of_owner(store, owner_id)
    plan = plans.require(store, payer["_payer_type"], plan_reference)
    price = prices.default_of(store, plan)
    choice = Choice(price, period)
    changes.require_period(price, period)
    if plan["is_default"]:
        message = "The default plan is not chosen: it follows when the current plan is canceled."
        raise ClerkAPIError(400, "invalid_plan_change", "is invalid", message)
    subscriptions.of_owner(store, owner_id)
    payer = payers.get(store, payer["id"])
    current = items.current(store, payer["id"])
    if current and choice.is_of(current) and current["status"] == "canceled":
        return Offer(payer, plan, choice, current, trial=False)
    _require_new(choice, current, items.scheduled(store, payer["id"]))
    if trial and not plan["free_trial_enabled"]:
        raise ClerkAPIError(403, "plan_free_trials_disabled", "not enabled", f"Plan {plan['slug']} has no free trial.")
    if trial is None:
        trial = plan["free_trial_enabled"] and subscriptions.is_eligible_for_trial(store, payer)
    return Offer(payer, plan, choice, current, trial=bool(trial))


def accept(store: Store, chosen: Offer, *, with_payment_method: bool, at_once: bool = False) -> Json:
    """Begin or schedule what was chosen, and return the subscription item, as `checkout` does."""
    payer, current, choice = chosen.payer, chosen.current, chosen.choice
    if chosen.resumes and current:
        return changes.resume(store, payer, current)
    if with_payment_method and chosen.plan["is_recurring"]:
        payer = payers.add_payment_method(store, payer)
    if chosen.trial:
        return changes.begin_trial(store, payer, choice, chosen.plan["free_trial_days"])
    if current and not at_once and not changes.happens_at_once(store, current, choice):
        return changes.schedule(store, payer, current, choice)
    return changes.begin(store, payer, choice)


def _require_new(choice: Choice, current: Json | None, scheduled: Json | None) -> None:
    """Raise Clerk's error if the payer has what was chosen, or has scheduled it."""
    if choice.is_of(scheduled):
        raise ClerkAPIError(409, "plan_already_active", "is scheduled", "The plan is scheduled already.")
    if current and choice.is_of(current):
        code = "free_trial_already_active" if current["is_free_trial"] else "plan_already_active"
        raise ClerkAPIError(409, code, "is active", "The plan is active already.")


def enable(store: Store, payer_type: PayerType) -> None:
    """Switch billing on for users or organizations. Those that exist are subscribed to the default plan."""
    BILLING.update(store, **{payer_type: True})
    if plans.default(store, payer_type):
        for owner in store.all(payers.OWNERS[payer_type]):
            subscriptions.of_owner(store, owner["id"])


def subscribe(store: Store, owner_id: str, slug: str | None, features: Sequence[str] = ()) -> None:
    """Give a user or an organization a plan at once, or take it away with None.

    A plan that does not exist is created, free of charge, and billing is switched on. The plan gets the features that
    it lacks. Raises ClerkAPIError for an unknown owner, and for a plan or a feature that is not a slug.
    """
    payer_type = payers.type_of(owner_id)
    store.require(payers.OWNERS[payer_type], owner_id)
    if slug is None:
        _unsubscribe(store, owner_id)
        return
    plans.require_slug("plan", slug)
    plan = plans.find(store, payer_type, slug) or plans.create(store, NewPlan(slug, payer_type))
    plans.add_features(store, plan, features)
    BILLING.update(store, **{payer_type: True})
    payer = payers.of_owner(store, owner_id)
    current = items.current(store, payer["id"])
    if not (current and current["plan_id"] == plan["id"] and current["status"] == "active"):
        checkout(store, owner_id, slug, trial=False, at_once=True)


def _unsubscribe(store: Store, owner_id: str) -> None:
    payer = payers.find(store, owner_id)
    current = items.current(store, payer["id"]) if payer else None
    if current and not items.plan_of(store, current)["is_default"]:
        cancellations.cancel(store, current["id"], end_now=True)
