"""Arguments for Billing."""

from __future__ import annotations

import datetime
from typing import Any

from api import control, get, organization, post, unique, user


def _item(owner_id: str, path: str) -> Any:
    control("POST", "/subscriptions", {"owner_id": owner_id, "plan": "pro"})
    items = get(f"{path}/{owner_id}/billing/subscription")["subscription_items"]
    return next(item for item in items if item["plan"]["slug"] == "pro")


def _user_item() -> Any:
    return {"subscription_item_id": _item(user()["id"], "/users")["id"]}


def _plan_id() -> str:
    return next(plan["id"] for plan in get("/billing/plans")["data"] if plan["slug"] == "pro")


def _new_price() -> dict[str, Any]:
    return {"plan_id": _plan_id(), "amount": 2000, "currency": "USD"}


def _transition() -> Any:
    item = _item(user()["id"], "/users")
    price = post("/billing/prices", {**_new_price(), "plan_id": item["plan"]["id"]})
    return {"subscription_item_id": item["id"], "from_price_id": item["price_id"], "to_price_id": price["id"]}


def _trial() -> Any:
    in_a_month = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    return {"subscription_item_id": "", "extend_to": in_a_month}


def _statement() -> Any:
    _user_item()
    return {"statement_id": get("/billing/statements")["data"][0]["id"]}


def _subscribed(group: str, owner: Any) -> Any:
    _item(owner["id"], f"/{group}s")
    return {f"{group}_id": owner["id"]}


def _adjusted() -> dict[str, Any]:
    return {"amount": 500, "action": "increase", "idempotency_key": unique("py-"), "note": "Sorry"}


MAKERS = {
    "billing.list_plans": lambda: {"limit": 5},
    "billing.list_prices": lambda: {"limit": 5},
    "billing.create_price": _new_price,
    "billing.list_subscription_items": lambda: {"limit": 5},
    "billing.cancel_subscription_item": lambda: {**_user_item(), "end_now": True},
    "billing.create_price_transition": _transition,
    "billing.extend_subscription_item_free_trial": _trial,
    "billing.list_statements": lambda: {"limit": 5},
    "billing.get_statement": _statement,
    "billing.get_statement_payment_attempts": _statement,
    "users.get_billing_subscription": lambda: _subscribed("user", user()),
    "users.get_billing_credit_balance": lambda: {"user_id": user()["id"]},
    "users.adjust_billing_credit_balance": lambda: {"user_id": user()["id"], **_adjusted()},
    "organizations.get_billing_subscription": lambda: _subscribed("organization", organization()),
    "organizations.get_billing_credit_balance": lambda: {"organization_id": organization()["id"]},
    "organizations.adjust_billing_credit_balance": lambda: {"organization_id": organization()["id"], **_adjusted()},
}
