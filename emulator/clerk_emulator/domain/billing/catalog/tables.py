"""The tables of billing."""

from __future__ import annotations

from clerk_emulator.storage.store import ResourceTable

PLANS = ResourceTable(
    "commerce_plan",
    "cplan",
    {"slug": str, "name": str, "for_payer_type": str, "is_default": bool},
    unique=(("for_payer_type", "slug"),),
)
"""`_features` are the slugs of its features, in order."""

FEATURES = ResourceTable("feature", "feat", {"slug": str}, unique=("slug",))

PRICES = ResourceTable(
    "commerce_price", "cprice", {"amount": int, "is_default": bool}, owners={"plan_id": "commerce_plan"}
)
"""`amount` and `annual_monthly_amount` are 0 in a period that the price does not support."""

PAYERS = ResourceTable(
    "commerce_payer",
    "cpayer",
    {"payer_type": str},
    owners={"user_id": "user", "organization_id": "organization"},
    unique=("user_id", "organization_id"),
)
"""`_balance` is the credit, or None if there never was one; `_failure` the code with which payments fail, or None."""

SUBSCRIPTIONS = ResourceTable(
    "commerce_subscription", "csub", {"status": str}, owners={"payer_id": "commerce_payer"}, unique=("payer_id",)
)

ITEMS = ResourceTable(
    "commerce_subscription_item",
    "csub_item",
    {"status": str, "is_free_trial": bool, "is_free": bool, "payer_type": str, "due_at": int},
    owners={"payer_id": "commerce_payer", "plan_id": "commerce_plan"},
)
"""Subscription items. `_due_at` is when time changes the item next, or None."""

CHECKOUTS = ResourceTable(
    "commerce_checkout", "cchk", owners={"payer_id": "commerce_payer", "plan_id": "commerce_plan"}
)
"""Checkouts in a browser. `_item_id` is the subscription item, `_described` what it has cost, once confirmed."""

STATEMENTS = ResourceTable(
    "commerce_statement",
    "stmt",
    {"month": str},
    owners={"payer_id": "commerce_payer"},
    unique=(("payer_id", "month"),),
)

PAYMENTS = ResourceTable(
    "commerce_payment",
    "pa",
    {"status": str, "subscription_item_id": str},
    owners={"statement_id": "commerce_statement", "payer_id": "commerce_payer"},
)
"""Payment attempts."""

CREDIT_LEDGER = ResourceTable(
    "commerce_credit_ledger",
    "ccledger",
    {"idempotency_key": str},
    owners={"payer_id": "commerce_payer"},
    unique=(("payer_id", "idempotency_key"),),
)
"""Changes of credit balances. Those by payments have no key."""

DISCOUNTS = ResourceTable("commerce_discount", "cdisc")

REDEMPTIONS = ResourceTable(
    "commerce_discount_redemption",
    "cdiscr",
    {"status": str, "discount_id": str},
    owners={"subscription_item_id": "commerce_subscription_item"},
)
"""Discounts that were applied to subscription items."""
