"""Payments: what a period of a subscription item costs, and the attempts to charge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_emulator.domain.billing import credit_balances, discounts, items, payers, subscriptions
from clerk_emulator.domain.billing.catalog.money import bill_totals, money, share
from clerk_emulator.domain.billing.catalog.periods import days, month_of
from clerk_emulator.domain.billing.catalog.tables import PAYMENTS, STATEMENTS
from clerk_emulator.domain.billing.recording import record_payment
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

ChargeType = Literal["checkout", "recurring"]

FAILURES = {
    "card_declined": ("card_declined", "generic_decline"),
    "insufficient_funds": ("card_declined", "insufficient_funds"),
    "expired_card": ("expired_card", "expired_card"),
    "processing_error": ("processing_error", "processing_error"),
}
"""How payments can fail: the code and the decline code in events."""

FAILURE_CODES = {
    "card_declined": "payment_attempt_failed_card_declined",
    "insufficient_funds": "payment_attempt_failed_card_insufficient_funds",
    "expired_card": "payment_attempt_failed_card_expired",
    "processing_error": "payment_attempt_failed_processing_error",
}
"""The codes of errors for failed payments."""


@dataclass(frozen=True)
class Proration:
    """The credit for the rest of a period that was paid and is not used."""

    amount: int
    remaining: int
    """The rest of the period in milliseconds."""
    total: int
    """The whole period in milliseconds."""

    @classmethod
    def of(cls, store: Store, item: Json) -> Proration | None:
        """Return the credit for the rest of an item's period; None if it was not paid for."""
        if not item["_value"]:
            return None
        total: int = item["period_end"] - item["period_start"]
        remaining: int = item["period_end"] - store.clock.now()
        return cls(share(item["_value"], remaining, total), remaining, total)


@dataclass(frozen=True)
class Bill:
    """What a period costs in cents, after the discount, the proration and the payer's credit."""

    fee: int
    discount: int
    prorated: int
    credit: int

    @classmethod
    def of(cls, payer: Json, fee: int, discount: int, proration: Proration | None) -> Bill:
        """Return the bill of a payer for a fee."""
        prorated = min(proration.amount, fee - discount) if proration else 0
        return cls(fee, discount, prorated, min(payer["_balance"] or 0, fee - discount - prorated))

    @property
    def due(self) -> int:
        """What is to be paid."""
        return self.fee - self.discount - self.prorated - self.credit

    def totals(self, payer: Json, proration: Proration | None) -> Json:
        """Return the bill as the API returns it."""
        deducted = self.prorated + self.credit
        credit = {
            "applied_amount": money(self.credit),
            "remaining_balance": money((payer["_balance"] or 0) - self.credit),
        }
        held = {
            "proration": _proration(proration, self.prorated) if proration and self.prorated else None,
            "payer": credit if self.credit else None,
            "total": money(deducted),
        }
        return bill_totals(self.fee, self.discount, self.due, held if deducted else None)


def charge(store: Store, item: Json, charge_type: ChargeType, proration: Proration | None = None) -> tuple[Json, bool]:
    """Charge the payer for a period of an item. Return the item, and whether the period is paid.

    There is no payment attempt for what costs nothing, or without a payment method. What a proration exceeds the costs
    by becomes credit of the payer: our choice, because Clerk does not say.
    """
    fee = items.fee(store, item)
    if fee == 0:
        return items.update(store, item, _value=0, _totals=None), True
    payer = payers.get(store, item["payer_id"])
    if payer["_payment_method"] is None:
        return item, False
    redemption = discounts.active(store, item)
    bill = Bill.of(payer, fee, discounts.amount_off(redemption, fee), proration)
    attempt = _attempt(store, payer, item, charge_type, bill, bill.totals(payer, proration))
    if attempt["status"] == "failed":
        return item, False
    if bill.credit:
        credit_balances.enter(store, payer, -bill.credit, source="payment", source_id=attempt["id"])
    if proration and proration.amount > bill.prorated:
        credit_balances.enter(
            store, payer, proration.amount - bill.prorated, source="proration", source_id=attempt["id"]
        )
    discounts.count_cycle(store, redemption)
    paid = item["_paid"] + bill.due
    return items.update(store, item, _paid=paid, _value=fee - bill.discount, _totals=attempt["_totals"]), True


def _attempt(store: Store, payer: Json, item: Json, charge_type: ChargeType, bill: Bill, totals: Json) -> Json:
    """Record a pending payment attempt, then its outcome, and return it."""
    now = store.clock.now()
    attempt = store.create(
        PAYMENTS,
        {
            "status": "pending",
            "charge_type": charge_type,
            "payment_id": store.ids.new("cpa"),
            "gateway_external_id": f"pi_{store.ids.secret(24)}",
            "paid_at": None,
            "failed_at": None,
            "_failed_reason": None,
            "_payer_id": payer["id"],
            "_statement_id": _statement(store, payer)["id"],
            "_subscription_item_id": item["id"],
            "_card": payer["_payment_method"],
            "_is_credit": bill.credit > 0 and bill.due == 0,
            "_totals": totals,
        },
    )
    subscriptions.set_latest_payment(store, payer, attempt["payment_id"])
    record_payment(store, "created", attempt)
    # A payment by credit alone needs no card.
    if payer["_failure"] and not attempt["_is_credit"]:
        code, decline_code = FAILURES[payer["_failure"]]
        reason = {"code": code, "decline_code": decline_code}
        attempt = store.update(PAYMENTS, attempt, status="failed", failed_at=now, _failed_reason=reason)
    else:
        attempt = store.update(PAYMENTS, attempt, status="paid", paid_at=now)
    record_payment(store, "updated", attempt)
    return attempt


def _statement(store: Store, payer: Json) -> Json:
    """Return the statement of a payer's month, a new one if there is none."""
    month = month_of(store.clock.now())
    found = store.find(STATEMENTS, STATEMENTS.c.payer_id == payer["id"], STATEMENTS.c.month == month)
    return found or store.create(STATEMENTS, {"_payer_id": payer["id"], "_month": month})


def _proration(proration: Proration, prorated: int) -> Json:
    return {
        "amount": money(prorated),
        "cycle_days_remaining": days(proration.remaining),
        "cycle_days_total": days(proration.total),
        "cycle_remaining_percent": round(proration.remaining / proration.total, 4),
    }
