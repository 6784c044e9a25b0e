"""Examples of `billing`."""

from __future__ import annotations

from datetime import UTC, datetime

from clerkkit import Clerk


def list_billing_plans(clerk: Clerk) -> None:
    plans = clerk.billing.list_plans(payer_type="user")
    for plan in plans.data:
        print(plan.id, plan.name)


def list_billing_prices(clerk: Clerk) -> None:
    prices = clerk.billing.list_prices(plan_id="cplan_pro")
    for price in prices.data:
        print(price.id, price.amount, price.currency)


def create_billing_price(clerk: Clerk) -> None:
    price = clerk.billing.create_price(plan_id="cplan_pro", amount=1500, description="For early customers")
    print(price.amount, price.currency)


def list_billing_subscription_items(clerk: Clerk) -> None:
    items = clerk.billing.list_subscription_items(plan_id="cplan_pro", status="active")
    for item in items.data:
        print(item.id, item.status)


def cancel_billing_subscription_item(clerk: Clerk) -> None:
    item = clerk.billing.cancel_subscription_item("csub_item_ada")
    print(item.status, item.canceled_at)


def create_billing_price_transition(clerk: Clerk) -> None:
    price = clerk.billing.create_price(plan_id="cplan_pro", amount=1500)
    transition = clerk.billing.create_price_transition(
        "csub_item_ada", from_price_id="cprice_pro", to_price_id=price.id
    )
    print(transition.subscription_item.price_id == price.id)


def extend_billing_subscription_item_free_trial(clerk: Clerk) -> None:
    item = clerk.billing.extend_subscription_item_free_trial(
        "csub_item_bob", extend_to=datetime(2026, 6, 30, tzinfo=UTC)
    )
    print(item.is_free_trial, item.period_end)


def apply_billing_subscription_item_discount(clerk: Clerk) -> None:
    redemption = clerk.billing.apply_subscription_item_discount("csub_item_ada", discount_id="cdisc_launch")
    print(redemption.name, redemption.percent_off, redemption.status)


def remove_billing_subscription_item_discount(clerk: Clerk) -> None:
    clerk.billing.apply_subscription_item_discount("csub_item_ada", discount_id="cdisc_launch")
    redemption = clerk.billing.remove_subscription_item_discount("csub_item_ada", "cdisc_launch")
    print(redemption.name, redemption.percent_off, redemption.status)


def list_billing_statements(clerk: Clerk) -> None:
    statements = clerk.billing.list_statements(limit=5)
    for statement in statements.data:
        print(statement.status, statement.totals.grand_total.amount)


def get_billing_statement(clerk: Clerk, statement_id: str) -> None:
    statement = clerk.billing.get_statement(statement_id)
    print(statement.status, statement.totals.grand_total.amount)


def list_billing_statement_payment_attempts(clerk: Clerk, statement_id: str) -> None:
    attempts = clerk.billing.list_statement_payment_attempts(statement_id)
    for attempt in attempts.data:
        print(attempt.status)
