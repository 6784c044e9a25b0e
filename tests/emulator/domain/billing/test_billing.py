"""Plans, prices, credit, statements and discounts."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import ClerkAPIError, Emulator
from clerk_emulator.domain.billing import credit_balances, payers
from tests.emulator import organizations
from tests.emulator.api import Api, Json
from tests.emulator.billing import DAY, FAILED, START, Recorder, add_plans, prepared, subscription

CREDIT = {"amount": 500, "action": "increase", "idempotency_key": "first"}


def _item(api: Api, item_id: str) -> Json:
    """Return the item with this id from the list."""
    (found,) = [
        one for one in api.get("/billing/subscription_items", include_free=True)["data"] if one["id"] == item_id
    ]
    return dict(found)


# Plans and prices


def test_plans_are_listed_newest_first(emulator: Emulator, api: Api) -> None:
    assert api.get("/billing/plans") == {"data": [], "total_count": 0}
    added = add_plans(emulator)
    company = emulator.billing.add_plan("company", payer_type="org", name="Company", description="All of it", amount=0)
    listed = api.get("/billing/plans")
    assert [one["slug"] for one in listed["data"]] == ["company", "free_org", "team", "pro", "basic", "free_user"]
    assert listed["total_count"] == 6
    assert listed["data"][0] == company
    assert listed["data"][3] == added["pro"]
    assert [one["slug"] for one in api.get("/billing/plans", payer_type="org", limit=1, offset=1)["data"]] == [
        "free_org"
    ]
    assert api.refused("GET", "/billing/plans", params={"payer_type": "machine"}).status == 422
    assert (company["is_recurring"], company["has_base_fee"], company["description"]) == (False, False, "All of it")
    default = listed["data"][-1]
    assert (default["is_default"], default["fee"]["amount"], default["annual_fee"]) == (True, 0, None)
    pro = added["pro"]
    assert (pro["name"], pro["is_recurring"], pro["for_payer_type"]) == ("Pro", True, "user")
    assert [pro[name]["amount"] for name in ("fee", "annual_monthly_fee", "annual_fee")] == [2000, 1500, 18000]
    assert pro["fee"] == {"amount": 2000, "amount_formatted": "$20.00", "currency": "USD", "currency_symbol": "$"}
    assert [(one["slug"], one["name"]) for one in pro["features"]] == [("export", "Export"), ("themes", "Themes")]
    shared, other = pro["features"][0], added["team"]["features"][0]
    assert shared == other
    assert (added["team"]["free_trial_enabled"], added["team"]["free_trial_days"]) == (True, 14)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"slug": "Pro!"}, "form_param_format_invalid"),
        ({"slug": "pro"}, "plan_slug_already_exists"),
        ({"slug": "x", "amount": 99}, "plan_amount_invalid"),
        ({"slug": "x", "amount": 100_000_000}, "plan_amount_exceeds_upper_limit"),
        ({"slug": "x", "free_trial_days": 3}, "free_trial_not_allowed_on_free_plan"),
        ({"slug": "x", "amount": 100, "free_trial_days": 0}, "billing_too_few_free_trial_days"),
        ({"slug": "x", "amount": 100, "free_trial_days": 366}, "billing_too_many_free_trial_days"),
        ({"slug": "x", "features": ["a,b"]}, "form_param_format_invalid"),
        ({"slug": "x", "payer_type": "team"}, "payer_type_invalid"),
    ],
)
def test_rejects_invalid_plan(emulator: Emulator, api: Api, arguments: dict[str, Any], code: str) -> None:
    add_plans(emulator)
    with pytest.raises(ClerkAPIError, match=code):
        emulator.billing.add_plan(**arguments)
    assert api.get("/billing/plans")["total_count"] == 4


def test_custom_price_is_returned_and_listed(emulator: Emulator, api: Api) -> None:
    plan_id = add_plans(emulator)["pro"]["id"]
    made = api.post("/billing/prices", {"plan_id": plan_id, "amount": 1000, "description": "For friends"})
    assert made == {
        "object": "commerce_price",
        "id": made["id"],
        "plan_id": plan_id,
        "instance_id": api.get("/instance")["id"],
        "currency": "USD",
        "currency_symbol": "$",
        "amount": 1000,
        "annual_monthly_amount": 0,
        "fee": {"amount": 1000, "amount_formatted": "$10.00", "currency": "USD", "currency_symbol": "$"},
        "annual_monthly_fee": None,
        "description": "For friends",
        "is_default": False,
        "created_at": made["created_at"],
        "supported_billing_periods": "month",
    }
    later = api.post("/billing/prices", {"plan_id": plan_id, "amount": 1000, "annual_monthly_amount": 900})
    free = api.post("/billing/prices", {"plan_id": plan_id, "amount": 0})
    yearly = api.post(
        "/billing/prices",
        {"plan_id": plan_id, "amount": None, "annual_monthly_amount": 800, "supported_billing_periods": "annual"},
    )
    assert (yearly["amount"], yearly["fee"], yearly["supported_billing_periods"]) == (0, None, "annual")
    assert later["supported_billing_periods"] == "both"
    listed = api.get("/billing/prices", plan_id=plan_id)
    assert listed["total_count"] == 5
    assert listed["data"][:4] == [yearly, free, later, made]
    assert listed["data"][4]["is_default"] is True
    assert api.get("/billing/prices")["total_count"] == 8
    assert api.get("/billing/prices", plan_id=plan_id, limit=1, offset=3)["data"] == [made]


def test_rejects_invalid_prices(emulator: Emulator, api: Api) -> None:
    plans = {one["slug"]: one["id"] for one in [*add_plans(emulator).values(), *api.get("/billing/plans")["data"]]}
    for body, status, code in (
        ({"plan_id": "cplan_none", "amount": 100}, 404, "plan_not_found"),
        ({"plan_id": plans["free_user"], "amount": 100}, 422, "default_plan_price_creation_forbidden"),
        ({"plan_id": plans["pro"]}, 422, "form_param_missing"),
        ({"plan_id": plans["pro"], "amount": None}, 422, "plan_amount_invalid"),
        ({"plan_id": plans["pro"], "amount": 99}, 422, "plan_amount_invalid"),
        ({"plan_id": plans["pro"], "amount": -100}, 422, "plan_amount_invalid"),
        ({"plan_id": plans["pro"], "amount": 100_000_000}, 422, "plan_amount_exceeds_upper_limit"),
        ({"plan_id": plans["pro"], "amount": 100, "currency": "XYZ"}, 400, "currency_invalid"),
        (
            {"plan_id": plans["pro"], "amount": 100, "supported_billing_periods": "both"},
            422,
            "supported_billing_period_mismatch",
        ),
    ):
        problem = api.refused("POST", "/billing/prices", body)
        assert (problem.status, problem.codes) == (status, [code]), body
    assert api.get("/billing/prices")["total_count"] == 4
    problem = api.refused("GET", "/billing/prices", params={"plan_id": "cplan_none"})
    assert (problem.status, problem.codes) == (404, ["plan_not_found"])


# Credit


@pytest.mark.parametrize("owner", ["user", "organization"])
def test_credit_is_adjusted_once_for_each_key(emulator: Emulator, api: Api, owner: str) -> None:
    prepared(emulator, api)
    emulator.billing.add_plan("company", payer_type="org", amount=1000)
    owner_id = organizations.user(api, "bob") if owner == "user" else organizations.organization(api)["id"]
    path = f"/{owner}s/{owner_id}/billing/credits"
    assert api.get(path) == {"object": "commerce_credit_balance", "balance": None}
    recorder = Recorder(emulator)
    entry = api.post(path, {**CREDIT, "note": "Thanks"})
    assert entry == {
        "object": "commerce_credit_ledger",
        "id": entry["id"],
        "payer_id": entry["payer_id"],
        "amount": {"amount": 500, "amount_formatted": "$5.00", "currency": "USD", "currency_symbol": "$"},
        "source_type": "grant",
        "source_id": entry["source_id"],
        "note": "Thanks",
        "created_at": "2027-01-15T08:00:00.000Z",
    }
    assert api.post(path, {**CREDIT, "amount": 900, "action": "decrease"}) == entry
    assert api.get(path)["balance"]["amount"] == 500
    less = api.post(path, {"amount": 200, "action": "decrease", "idempotency_key": "second"})
    assert (less["amount"]["amount"], less["amount"]["amount_formatted"]) == (-200, "-$2.00")
    assert api.get(path)["balance"]["amount"] == 300
    assert recorder.names() == []


@pytest.mark.parametrize(
    ("changes", "status", "code", "params"),
    [
        ({"amount": 0}, 422, "invalid_credit_amount", ["amount"]),
        ({"amount": -5}, 422, "invalid_credit_amount", ["amount"]),
        ({"amount": 1.5}, 422, "form_param_type_invalid", ["amount"]),
        ({"action": "decrease"}, 422, "insufficient_credit_balance", ["amount"]),
        ({"action": "double"}, 422, "invalid_credit_action", ["action"]),
        ({"currency": "EUR"}, 400, "currency_invalid", None),
        ({"idempotency_key": None}, 422, "form_param_nil", ["idempotency_key"]),
    ],
)
def test_rejects_invalid_credit(
    emulator: Emulator, api: Api, changes: Json, status: int, code: str, params: list[str] | None
) -> None:
    path = f"/users/{prepared(emulator, api)}/billing/credits"
    problem = api.refused("POST", path, {**CREDIT, **changes})
    assert (problem.status, problem.codes) == (status, [code])
    assert params is None or problem.params == params
    assert api.get(path)["balance"] is None


def test_credit_of_unknown_owner_is_404(emulator: Emulator, api: Api) -> None:
    prepared(emulator, api)
    emulator.billing.add_plan("company", payer_type="org", amount=1000)
    for path in ("/users/user_none", "/organizations/org_none"):
        for method, rest, body in (
            ("GET", "credits", None),
            ("POST", "credits", CREDIT),
            ("GET", "subscription", None),
        ):
            assert api.refused(method, f"{path}/billing/{rest}", body).status == 404


def test_credit_pays_before_the_card(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    path = f"/users/{user_id}/billing/credits"
    api.post(path, {**CREDIT, "amount": 2500})
    item = emulator.billing.checkout(user_id, "pro")
    assert item["totals"]["grand_total"]["amount"] == item["lifetime_paid"]["amount"] == 0
    used = item["credits"]["payer"]
    assert (used["applied_amount"]["amount"], used["remaining_balance"]["amount"]) == (2000, 500)
    assert api.get(path)["balance"]["amount"] == 500
    (statement,) = api.get("/billing/statements")["data"]
    (attempt,) = api.get(f"/billing/statements/{statement['id']}/payment_attempts")["data"]
    assert (attempt["payment_method"]["payment_type"], attempt["amount"]["amount"]) == ("payer-credits", 0)
    emulator.clock.advance(31 * DAY)
    assert api.get(path)["balance"]["amount"] == 0
    assert _item(api, item["id"])["lifetime_paid"]["amount"] == 1500


@pytest.mark.parametrize("owner", ["user", "organization"])
def test_credit_is_limited_to_64_bits(emulator: Emulator, api: Api, owner: str) -> None:
    owner_id = prepared(emulator, api)
    if owner == "organization":
        emulator.billing.add_plan("team", payer_type="org", amount=2000)
        owner_id = api.post("/organizations", {"name": "Acme", "created_by": owner_id})["id"]
    path = f"/{owner}s/{owner_id}/billing/credits"
    largest = 2**63 - 1
    for amount in (largest + 1, int("9" * 4299), -(2**63) - 1):
        refused = api.refused("POST", path, {**CREDIT, "amount": amount})
        assert (refused.status, refused.codes, refused.params) == (422, ["form_param_value_invalid"], ["amount"])
    assert api.get(path)["balance"] is None
    api.post(path, {**CREDIT, "amount": largest - 1})
    refused = api.refused("POST", path, {**CREDIT, "amount": 2, "idempotency_key": "more"})
    assert (refused.status, refused.codes, refused.params) == (422, ["invalid_credit_amount"], ["amount"])
    api.post(path, {**CREDIT, "amount": 1, "idempotency_key": "rest"})
    assert api.get(path)["balance"]["amount"] == largest


def test_credit_of_a_proration_stops_at_64_bits(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    path = f"/users/{user_id}/billing/credits"
    api.post(path, {**CREDIT, "amount": 2**63 - 3})
    store = emulator._state.store
    with store.transaction():
        payer = payers.of_owner(store, user_id)
        entry = credit_balances.enter(store, payer, 500, source="proration", source_id="pa_1")
    assert entry["_amount"] == 2
    assert api.get(path)["balance"]["amount"] == 2**63 - 1


def test_failed_payment_uses_no_credit(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    path = f"/users/{user_id}/billing/credits"
    api.post(path, CREDIT)
    emulator.billing.fail_payments(user_id)
    assert emulator.billing.checkout(user_id, "pro")["status"] == "incomplete"
    assert api.get(path)["balance"]["amount"] == 500


# Statements


def test_statements_hold_the_payments_of_a_month(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "basic")
    emulator.clock.advance(DAY)
    emulator.billing.fail_payments(user_id)
    emulator.billing.checkout(user_id, "pro")
    emulator.billing.accept_payments(user_id)
    emulator.billing.pay(user_id)
    (statement,) = api.get("/billing/statements")["data"]
    assert statement == api.get(f"/billing/statements/{statement['id']}")
    assert (statement["status"], statement["timestamp"]) == ("open", START)
    assert statement["payer"]["user_id"] == user_id
    attempts = api.get(f"/billing/statements/{statement['id']}/payment_attempts")
    assert [one["status"] for one in attempts["data"]] == ["paid", "failed", "paid"]
    assert attempts["total_count"] == 3
    first, second = statement["groups"]
    assert (first["timestamp"], second["timestamp"]) == (START - 8 * 3600_000, START + DAY * 1000 - 8 * 3600_000)
    assert [*first["items"], *second["items"]] == attempts["data"][::-1]
    paid = sum(one["amount"]["amount"] for one in attempts["data"] if one["status"] == "paid")
    assert statement["totals"]["grand_total"]["amount"] == paid
    assert statement["totals"]["subtotal"]["amount"] == 2500
    assert statement["totals"]["tax_total"]["amount"] == 0
    emulator.clock.advance(40 * DAY)
    newer, older = api.get("/billing/statements")["data"]
    assert (newer["status"], older["status"]) == ("open", "closed")
    assert older["groups"] == api.get(f"/billing/statements/{statement['id']}")["groups"]
    assert [one["charge_type"] for group in newer["groups"] for one in group["items"]] == ["recurring"]
    assert api.get("/billing/statements", limit=1, offset=1)["data"] == [older]


def test_payment_attempt_tells_what_was_paid_and_how(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    recorder = Recorder(emulator)
    item = emulator.billing.checkout(user_id, "pro")
    created, updated, *_ = [event["data"] for event in recorder.new()]
    (statement,) = api.get("/billing/statements")["data"]
    (attempt,) = api.get(f"/billing/statements/{statement['id']}/payment_attempts")["data"]
    assert attempt["subscription_item"] == item
    assert (attempt["id"], attempt["payment_id"]) == (updated["id"], updated["payment_id"])
    assert (attempt["charge_type"], attempt["paid_at"], attempt["failed_at"]) == ("checkout", START, None)
    assert attempt["payee"] == updated["payee"]
    assert attempt["totals"]["subtotal"] == updated["totals"]["subtotal"] == attempt["amount"]
    assert (created["status"], created["paid_at"], created["statement_id"]) == ("pending", None, statement["id"])
    assert updated["payment_source"]["last4"] == "4242"
    assert updated["billing_date"] == START


def test_unknown_statement_is_404(emulator: Emulator, api: Api) -> None:
    add_plans(emulator)
    for path in ("stmt_none", "stmt_none/payment_attempts"):
        problem = api.refused("GET", f"/billing/statements/{path}")
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    problem = api.refused("GET", "/billing/statements", params={"limit": 0})
    assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


# Lists of subscription items


def test_subscription_items_are_filtered(emulator: Emulator, api: Api) -> None:
    ada = prepared(emulator, api)
    emulator.billing.add_plan("company", payer_type="org", amount=9000)
    bob = organizations.user(api, "bob", first_name="Bob")
    acme = organizations.organization(api)["id"]
    ids = {
        "pro": emulator.billing.checkout(ada, "pro")["id"],
        "team": emulator.billing.checkout(bob, "team")["id"],
        "company": emulator.billing.checkout(acme, "company")["id"],
    }
    plans = {one["slug"]: one["id"] for one in api.get("/billing/plans")["data"]}

    def listed(**query: Any) -> list[str]:
        found = api.get("/billing/subscription_items", **query)["data"]
        return [one["plan"]["slug"] for one in found]

    assert [one["id"] for one in api.get("/billing/subscription_items")["data"]] == list(ids.values())[::-1]
    assert listed(include_free=True) == ["company", "team", "pro", "free_org", "free_user", "free_user"]
    assert listed(payer_type="org") == ["company"]
    assert listed(plan_id=plans["pro"]) == ["pro"]
    assert listed(status="free_trial") == ["team"]
    assert listed(status="active") == ["company", "team", "pro"]
    assert listed(status="ended", include_free=True) == ["free_org", "free_user", "free_user"]
    assert listed(status="upcoming") == []
    assert listed(query="bob") == listed(query=bob) == ["team"]
    assert listed(query="acme") == listed(query="compan") == listed(query=ids["company"]) == ["company"]
    assert listed(query="100%") == []
    assert listed(limit=1, offset=1) == ["team"]
    api.delete(f"/billing/subscription_items/{ids['pro']}")
    assert listed(status="upcoming", include_free=True) == ["free_user"]
    assert api.refused("GET", "/billing/subscription_items", params={"status": "none"}).status == 422


# Discounts


def test_discount_is_taken_off_the_next_payments(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item_id = emulator.billing.checkout(user_id, "pro")["id"]
    path = f"/billing/subscription_items/{item_id}/discounts"
    discount_id = emulator.billing.add_discount("Launch", percent_off=25, cycles=2)
    recorder = Recorder(emulator)
    redeemed = api.post(path, {"discount_id": discount_id})
    assert recorder.names() == ["subscriptionItem.updated pro"]
    assert redeemed == {
        "object": "commerce_discount_redemption",
        "id": redeemed["id"],
        "subscription_item_id": item_id,
        "discount_id": discount_id,
        "name": "Launch",
        "source": "manual",
        "effect": "percentage",
        "percent_off": 25,
        "amount_off": None,
        "amount": {"amount": 500, "amount_formatted": "$5.00", "currency": "USD", "currency_symbol": "$"},
        "cycles_remaining": 2,
        "cycles_applied": 0,
        "status": "active",
        "redeemed_at": START,
        "redeemed_by": None,
    }
    next_payment = subscription(api, user_id)["next_payment"]
    assert next_payment["amount"]["amount"] == 2000
    assert next_payment["totals"]["grand_total"]["amount"] == 1500
    paid = []
    for _ in range(3):
        emulator.clock.advance(31 * DAY)
        paid.append(_item(api, item_id)["lifetime_paid"]["amount"])
    assert paid == [3500, 5000, 7000]
    problem = api.refused("DELETE", f"{path}/{discount_id}")
    assert (problem.status, problem.codes) == (404, ["discount_not_found"])


def test_discount_replaces_another_and_can_be_removed(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item_id = emulator.billing.checkout(user_id, "pro")["id"]
    path = f"/billing/subscription_items/{item_id}/discounts"
    first = emulator.billing.add_discount("First", percent_off=10)
    second = emulator.billing.add_discount("Second", amount_off=300)
    api.post(path, {"discount_id": first})
    problem = api.refused("POST", path, {"discount_id": first})
    assert (problem.status, problem.codes) == (409, ["discount_already_applied"])
    redeemed = api.post(path, {"discount_id": second})
    assert (redeemed["effect"], redeemed["amount_off"]["amount"], redeemed["percent_off"]) == (
        "fixed_amount",
        300,
        None,
    )
    assert redeemed["cycles_remaining"] is None
    assert api.refused("DELETE", f"{path}/{first}").status == 404
    removed = api.delete(f"{path}/{second}")
    assert removed == {**redeemed, "status": "removed", "amount": None}
    emulator.clock.advance(31 * DAY)
    assert _item(api, item_id)["lifetime_paid"]["amount"] == 4000


def test_rejects_discounts_that_do_not_apply(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    (free,) = subscription(api, user_id)["subscription_items"]
    item_id = emulator.billing.checkout(user_id, "pro")["id"]
    discount_id = emulator.billing.add_discount("First", percent_off=10)
    inactive = emulator.billing.add_discount("Old", percent_off=10, active=False)
    for item, discount, status, code in (
        ("csub_item_none", discount_id, 404, "subscription_item_not_found"),
        (item_id, "cdisc_none", 404, "discount_not_found"),
        (item_id, inactive, 422, "discount_inactive"),
        (free["id"], discount_id, 422, "discount_not_applicable_to_subscription_item"),
    ):
        path = f"/billing/subscription_items/{item}/discounts"
        problem = api.refused("POST", path, {"discount_id": discount})
        assert (problem.status, problem.codes) == (status, [code])
    problem = api.refused("DELETE", "/billing/subscription_items/csub_item_none/discounts/cdisc_none")
    assert (problem.status, problem.codes) == (404, ["subscription_item_not_found"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "discount_invalid_effect"),
        ({"percent_off": 10, "amount_off": 10}, "discount_invalid_effect"),
        ({"percent_off": 101}, "discount_percent_off_invalid"),
        ({"amount_off": 0}, "discount_amount_invalid"),
        ({"amount_off": 1, "cycles": 0}, "discount_duration_in_cycles_invalid"),
    ],
)
def test_rejects_invalid_discount(emulator: Emulator, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ClerkAPIError, match=code):
        emulator.billing.add_discount("Name", **arguments)


def test_rejects_unknown_failure(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    reason: Any = "stolen"
    with pytest.raises(ValueError, match="reason: 'stolen' is not one of card_declined"):
        emulator.billing.fail_payments(user_id, reason)
    with pytest.raises(ClerkAPIError, match="resource_not_found"):
        emulator.billing.fail_payments("user_none")


def test_card_that_was_removed_is_not_charged(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "pro")
    emulator.billing.remove_payment_method(user_id)
    recorder = Recorder(emulator)
    emulator.clock.advance(31 * DAY)
    assert recorder.names() == ["subscriptionItem.pastDue pro", "subscription.pastDue"]
    emulator.billing.add_payment_method(user_id)
    assert emulator.billing.pay(user_id)["status"] == "active"
    emulator.billing.fail_payments(user_id)
    emulator.clock.advance(31 * DAY)
    assert [name for name in recorder.names() if name in FAILED] == ["paymentAttempt.created pending"] * 2 + [FAILED[1]]
