"""The controls of billing that tests use: plans, discounts, checkouts and payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from clerk_emulator.domain.billing import checkouts, discounts, payers, payments, renewals, views
from clerk_emulator.domain.billing.catalog import plans
from clerk_emulator.domain.billing.catalog.plans import NewPlan
from clerk_emulator.domain.billing.catalog.settings import PayerType
from clerk_emulator.domain.billing.catalog.tables import PAYERS
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

Failure = Literal["card_declined", "insufficient_funds", "expired_card", "processing_error"]


class Billing:
    """What Clerk's dashboard and its checkout do: add plans, subscribe, pay. Methods raise ClerkAPIError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_plan(
        self,
        slug: str,
        *,
        payer_type: PayerType = "user",
        name: str | None = None,
        amount: int | None = None,
        annual_monthly_amount: int | None = None,
        features: Sequence[str] = (),
        free_trial_days: int | None = None,
        publicly_visible: bool = True,
        description: str | None = None,
    ) -> Json:
        """Add a plan for users or organizations (`org`), and return it.

        The first plan switches billing on for this type of payer: all have the default plan then, `free_user` or
        `free_org`. `amount` is the price of a month in cents, `annual_monthly_amount` that of a month if a year is
        paid. A plan without amounts is free. A plan with `free_trial_days` begins with a free trial for those who never
        had a paid plan.
        """
        with self._store.transaction():
            renewals.settle(self._store)
            if plans.default(self._store, payer_type) is None:
                plans.create(self._store, NewPlan(f"free_{payer_type}", payer_type, "Free", is_default=True))
            plan = plans.create(
                self._store,
                NewPlan(
                    slug,
                    payer_type,
                    name,
                    amount,
                    annual_monthly_amount,
                    features,
                    free_trial_days,
                    publicly_visible=publicly_visible,
                    description=description,
                ),
            )
            checkouts.enable(self._store, payer_type)
            return plans.serialize(self._store, plan)

    def add_discount(
        self,
        name: str,
        *,
        percent_off: float | None = None,
        amount_off: int | None = None,
        cycles: int | None = None,
        active: bool = True,
    ) -> str:
        """Add a discount of a percentage or of cents, and return its id. `cycles` is for how many periods it lasts."""
        with self._store.transaction():
            discount = discounts.create(
                self._store, name, percent_off=percent_off, amount_off=amount_off, cycles=cycles, active=active
            )
            return str(discount["id"])

    def checkout(
        self,
        owner_id: str,
        plan: str,
        period: Literal["month", "annual"] = "month",
        *,
        trial: bool | None = None,
        payment_method: bool = True,
    ) -> Json:
        """Choose a plan for a user or an organization, by slug or id, and return the subscription item.

        A plan begins at once, or when the period ends if it costs less than the current one. Choosing a canceled plan
        again continues it. `trial` is whether to begin with a free trial, by default if the plan has one and the payer
        is eligible. A trial without `payment_method` ends in the default plan. If the payment fails, the item is
        incomplete, and the plan does not change.
        """
        with self._store.transaction():
            renewals.settle(self._store)
            item = checkouts.checkout(
                self._store, owner_id, plan, period, trial=trial, with_payment_method=payment_method
            )
            return views.serialize_item(self._store, item)

    def fail_payments(self, owner_id: str, reason: Failure = "card_declined") -> None:
        """Let the payments of a user or an organization fail from now on."""
        if reason not in payments.FAILURES:
            raise ValueError(f"reason: {reason!r} is not one of {', '.join(payments.FAILURES)}")
        self._set(owner_id, _failure=reason)

    def accept_payments(self, owner_id: str) -> None:
        """Let the payments of a user or an organization succeed again. `pay` charges for what is due."""
        self._set(owner_id, _failure=None)

    def add_payment_method(self, owner_id: str) -> None:
        """Give a user or an organization a test card, unless there is one."""
        with self._store.transaction():
            payers.add_payment_method(self._store, payers.of_owner(self._store, owner_id))

    def remove_payment_method(self, owner_id: str) -> None:
        """Remove the card of a user or an organization. Trials then end without a charge, and renewals fail."""
        self._set(owner_id, _payment_method=None)

    def pay(self, owner_id: str) -> Json:
        """Charge again for what is past due or incomplete, and return the subscription item."""
        with self._store.transaction():
            renewals.settle(self._store)
            return views.serialize_item(self._store, renewals.pay(self._store, owner_id))

    def _set(self, owner_id: str, **changes: object) -> None:
        with self._store.transaction():
            renewals.settle(self._store)
            self._store.update(PAYERS, payers.of_owner(self._store, owner_id), **changes)
