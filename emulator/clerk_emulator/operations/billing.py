"""Billing: plans, prices, statements and their payment attempts."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.billing import statements, views
from clerk_emulator.domain.billing.catalog import plans, prices
from clerk_emulator.domain.billing.catalog.money import require_supported
from clerk_emulator.domain.billing.catalog.tables import PAYMENTS, PLANS, PRICES, STATEMENTS
from clerk_emulator.domain.billing.renewals import settle
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import equals


@operation("GetCommercePlanList")
def list_plans(call: Call) -> Response:
    return list_resources(
        call,
        PLANS,
        equals(PLANS.c.for_payer_type, call.query["payer_type"]),
        serialize=lambda call, rows: [plans.serialize(call.store, row) for row in rows],
    )


@operation("GetBillingPriceList")
def list_prices(call: Call) -> Response:
    plan_id = call.query["plan_id"]
    if plan_id is not None:
        _require_plan(call, plan_id)
    return list_resources(
        call,
        PRICES,
        equals(PRICES.c.plan_id, plan_id),
        order=(PRICES.c.amount, *PRICES.newest_first),
        serialize=lambda call, rows: [prices.serialize(call.store, row) for row in rows],
    )


@operation("CreateBillingPrice")
def create_price(call: Call) -> Json:
    body = call.body
    plan = _require_plan(call, body["plan_id"])
    require_supported(body.get("currency"))
    fee = prices.fee(body["amount"], body.get("annual_monthly_amount"), body.get("supported_billing_periods"))
    return prices.serialize(call.store, prices.create_custom(call.store, plan, fee, body.get("description")))


@operation("GetBillingStatementList")
def list_statements(call: Call) -> Response:
    settle(call.store)
    return list_resources(
        call, STATEMENTS, serialize=lambda call, rows: [statements.serialize(call.store, row) for row in rows]
    )


@operation("GetBillingStatement")
def get_statement(call: Call) -> Json:
    settle(call.store)
    return statements.serialize(call.store, statements.require(call.store, call.path["statementID"]))


@operation("GetBillingStatementPaymentAttempts")
def list_payment_attempts(call: Call) -> Response:
    settle(call.store)
    statement = statements.require(call.store, call.path["statementID"])
    return list_resources(
        call,
        PAYMENTS,
        PAYMENTS.c.statement_id == statement["id"],
        serialize=lambda call, rows: [views.serialize_attempt(call.store, row) for row in rows],
    )


def _require_plan(call: Call, plan_id: str) -> Json:
    plan = call.store.get(PLANS, plan_id)
    if plan is None:
        raise plans.plan_not_found(plan_id)
    return plan
