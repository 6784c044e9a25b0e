"""Checkouts in a browser: a person chooses a plan, sees what it costs, and confirms."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.billing import checkouts, items, payers, trials, views
from clerk_emulator.domain.billing.catalog import plans, prices
from clerk_emulator.domain.billing.catalog.money import money
from clerk_emulator.domain.billing.catalog.settings import payee
from clerk_emulator.domain.billing.catalog.tables import CHECKOUTS, PLANS
from clerk_emulator.domain.billing.checkouts import Offer
from clerk_emulator.domain.billing.payments import FAILURE_CODES, Bill, Proration
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


def begin(store: Store, owner_id: str, plan_id: str, period: str) -> Json:
    """Choose a plan for a user or an organization, and return the checkout. Nothing is charged yet.

    Raises ClerkAPIError for a plan that cannot be chosen.
    """
    chosen = checkouts.offer(store, owner_id, plan_id, period)
    return store.create(
        CHECKOUTS,
        {
            "status": "needs_confirmation",
            "plan_period": period,
            "_payer_id": chosen.payer["id"],
            "_plan_id": chosen.plan["id"],
            "_item_id": None,
            "_described": None,
        },
    )


def require(store: Store, owner_id: str, checkout_id: str) -> Json:
    """Return the checkout of a user or an organization. Raises Clerk's 404 if there is none."""
    payer = payers.find(store, owner_id)
    checkout = store.get(CHECKOUTS, checkout_id)
    if payer is None or checkout is None or checkout["_payer_id"] != payer["id"]:
        raise errors.not_found("checkout", checkout_id, "checkout_not_found")
    return checkout


def confirm(
    store: Store, owner_id: str, checkout: Json, *, with_test_card: bool, payment_method_id: str | None
) -> Json:
    """Charge for what was chosen and begin it, and return the checkout.

    `with_test_card` adds a card, as the form of the payment provider does. Raises ClerkAPIError: without a card, for a
    failed payment, and if the checkout is completed.
    """
    if checkout["status"] == "completed":
        message = f"Checkout {checkout['id']} is completed."
        raise ClerkAPIError(409, "checkout_already_in_progress", "is completed", message)
    chosen = checkouts.offer(store, owner_id, checkout["_plan_id"], checkout["plan_period"])
    held = chosen.payer["_payment_method"]
    if payment_method_id and (held is None or held["id"] != payment_method_id):
        raise errors.not_found("payment method", payment_method_id, "payment_method_not_found")
    if chosen.plan["is_recurring"] and held is None and not with_test_card:
        raise errors.missing("payment_method_id")
    described = _describe(store, chosen)
    item = checkouts.accept(store, chosen, with_payment_method=with_test_card)
    if item["status"] == "incomplete":
        code, message = FAILURE_CODES[chosen.payer["_failure"]], "The payment has failed."
        raise errors.keep_writes(ClerkAPIError(422, code, "has failed", message))
    return store.update(CHECKOUTS, checkout, status="completed", _item_id=item["id"], _described=described)


def serialize(store: Store, owner_id: str, checkout: Json) -> Json:
    """Return a checkout as the API returns it."""
    plan = store.require(PLANS, checkout["_plan_id"])
    payer = payers.get(store, checkout["_payer_id"])
    described = checkout["_described"] or _describe(
        store, checkouts.offer(store, owner_id, plan["id"], checkout["plan_period"])
    )
    serialized = {
        "object": "commerce_checkout",
        "id": checkout["id"],
        "status": checkout["status"],
        "plan": plans.serialize(store, plan),
        "plan_period": checkout["plan_period"],
        "payer": payers.serialize(store, payer),
        "external_gateway_id": payee(store)["gateway_external_id"],
        "needs_payment_method": plan["is_recurring"] and payer["_payment_method"] is None,
        **described,
    }
    if payer["_payment_method"]:
        serialized["payment_method"] = payers.payment_method(payer)
    if checkout["_item_id"]:
        serialized["subscription_item"] = views.serialize_item(store, items.require(store, checkout["_item_id"]))
    return serialized


def _describe(store: Store, chosen: Offer) -> Json:
    """Return the totals of what was chosen, and when it begins."""
    at_once = chosen.happens_at_once(store)
    fee = prices.amount_for(chosen.choice.price, chosen.choice.period)
    current = chosen.current
    charged = at_once and not chosen.trial and not chosen.resumes
    proration = Proration.of(store, current) if current and charged else None
    bill = Bill.of(chosen.payer, fee, 0, proration)
    totals = bill.totals(chosen.payer, proration) if charged else Bill(fee, 0, 0, 0).totals(chosen.payer, None)
    described: Json = {
        "is_immediate_plan_change": at_once,
        "totals": {
            **totals,
            "credit": money(bill.prorated) if charged and bill.prorated else None,
            "past_due": None,
            "total_due_now": money(bill.due if charged else 0),
            "total_due_per_period": money(fee),
            "total_due_after_free_trial": money(fee) if chosen.trial else None,
        },
    }
    if chosen.trial:
        described["free_trial_ends_at"] = trials.end_after(store.clock.now(), chosen.plan["free_trial_days"])
    if not at_once and current:
        described["plan_period_start"] = current["period_end"]
    return described
