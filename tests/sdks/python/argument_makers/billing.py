"""Arguments for Billing."""

from __future__ import annotations

import datetime
from typing import Any

from api import control, get, organization, post, unique, user


def _plan(**values: Any) -> dict[str, Any]:
    return control("POST", "/billing/plans", {"slug": unique("plan-"), "amount": 1000, **values})


def _check_out(owner_id: str, plan: dict[str, Any]) -> dict[str, Any]:
    return control("POST", "/billing/checkouts", {"owner_id": owner_id, "plan": plan["slug"]})


def _item(**values: Any) -> dict[str, Any]:
    return _check_out(user()["id"], _plan(**values))


def _price() -> Any:
    return {"plan_id": _plan()["id"], "amount": 2000, "currency": "USD"}


def _transition() -> Any:
    item = _item()
    price = post("/billing/prices", {"plan_id": item["plan"]["id"], "amount": 2000})
    return {"subscription_item_id": item["id"], "from_price_id": item["price_id"], "to_price_id": price["id"]}


def _trial() -> Any:
    in_a_month = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    return {"subscription_item_id": _item(free_trial_days=7)["id"], "extend_to": in_a_month}


def _statement() -> Any:
    _item()
    return {"statement_id": get("/billing/statements")["data"][0]["id"]}


def _user_subscription() -> Any:
    user_id = user()["id"]
    _check_out(user_id, _plan())
    return {"user_id": user_id}


def _organization_subscription() -> Any:
    organization_id = organization()["id"]
    _check_out(organization_id, _plan(payer_type="org"))
    return {"organization_id": organization_id}


def _adjusted() -> dict[str, Any]:
    return {"amount": 500, "action": "increase", "idempotency_key": unique("py-"), "note": "Sorry"}


MAKERS = {
    "billing.list_plans": lambda: {"limit": 5},
    "billing.list_prices": lambda: {"plan_id": _plan()["id"]},
    "billing.create_price": _price,
    "billing.list_subscription_items": lambda: {"plan_id": _item()["plan"]["id"]},
    "billing.cancel_subscription_item": lambda: {"subscription_item_id": _item()["id"], "end_now": True},
    "billing.create_price_transition": _transition,
    "billing.extend_subscription_item_free_trial": _trial,
    "billing.list_statements": lambda: {"limit": 5},
    "billing.get_statement": _statement,
    "billing.get_statement_payment_attempts": _statement,
    "users.get_billing_subscription": _user_subscription,
    "users.get_billing_credit_balance": _user_subscription,
    "users.adjust_billing_credit_balance": lambda: {**_user_subscription(), **_adjusted()},
    "organizations.get_billing_subscription": _organization_subscription,
    "organizations.get_billing_credit_balance": _organization_subscription,
    "organizations.adjust_billing_credit_balance": lambda: {**_organization_subscription(), **_adjusted()},
}
