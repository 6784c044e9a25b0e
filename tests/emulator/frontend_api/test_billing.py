"""Billing of users and organizations through the Frontend API."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.billing import DAY, START, Recorder, add_plans
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.people import create_user, new_member, new_organization, sign_in


@pytest.fixture
def plans(emulator: Emulator) -> dict[str, Json]:
    """Plans for users: basic, pro and team, of which the last has a trial. Time stands still."""
    emulator.clock.freeze(START)
    return add_plans(emulator)


def check_out(browser: Browser, plan: Json, period: str = "month", owner: str = "/me") -> Json:
    """Begin a checkout, and return it."""
    checkout: Json = browser.post(f"{owner}/billing/checkouts", {"plan_id": plan["id"], "plan_period": period})
    return checkout


def confirm(browser: Browser, checkout: Json, owner: str = "/me", **body: str) -> Json:
    """Confirm a checkout, by default with a test card, and return it."""
    path = f"{owner}/billing/checkouts/{checkout['id']}/confirm"
    confirmed: Json = browser.patch(path, body or {"use_test_card": "true"})
    return confirmed


def test_visible_plans_are_listed(emulator: Emulator, browser: Browser, plans: dict[str, Json]) -> None:
    emulator.billing.add_plan("hidden", amount=900, publicly_visible=False)
    listed = browser.get("/billing/plans", payer_type="user")
    assert {one["slug"] for one in listed["data"]} == {"free_user", "basic", "pro", "team"}
    assert browser.get("/billing/plans/pro") == browser.get(f"/billing/plans/{plans['pro']['id']}") == plans["pro"]
    for slug in ("hidden", "none"):
        problem = browser.refused("GET", f"/billing/plans/{slug}")
        assert (problem.status, problem.codes) == (404, ["plan_not_found"])


def test_environment_says_what_is_billed(browser: Browser, emulator: Emulator) -> None:
    settings = browser.get("/environment")["commerce_settings"]["billing"]
    assert settings["user"] == {"enabled": False, "has_paid_plans": False}
    add_plans(emulator)
    settings = browser.get("/environment")["commerce_settings"]["billing"]
    assert settings["user"] == {"enabled": True, "has_paid_plans": True}
    assert settings["organization"] == {"enabled": False, "has_paid_plans": False}


def test_billing_can_be_off(admin: Browser) -> None:
    problem = admin.refused("GET", "/me/billing/subscription")
    assert (problem.status, problem.codes) == (403, ["billing_not_enabled"])


def test_checkout_shows_the_costs_and_charges_nothing(
    emulator: Emulator, plans: dict[str, Json], admin: Browser
) -> None:
    recorder = Recorder(emulator)
    checkout = check_out(admin, plans["pro"])
    assert (checkout["status"], checkout["needs_payment_method"]) == ("needs_confirmation", True)
    assert checkout["totals"]["total_due_now"]["amount"] == 2000
    assert checkout["is_immediate_plan_change"]
    assert admin.get(f"/me/billing/checkouts/{checkout['id']}") == checkout
    assert not [one for one in recorder.new() if one["type"].startswith("payment")]
    assert check_out(admin, plans["pro"], "annual")["totals"]["total_due_now"]["amount"] == 18000


def test_confirmed_checkout_begins_the_plan(
    emulator: Emulator, plans: dict[str, Json], admin: Browser, api: Api, ada: Json
) -> None:
    confirmed = confirm(admin, check_out(admin, plans["pro"]))
    assert (confirmed["status"], confirmed["subscription_item"]["status"]) == ("completed", "active")
    assert (confirmed["payment_method"]["last4"], confirmed["needs_payment_method"]) == ("4242", False)
    subscription = admin.get("/me/billing/subscription")
    assert [one["plan"]["slug"] for one in subscription["subscription_items"]] == ["pro"]
    assert subscription["next_payment"]["amount"]["amount"] == 2000
    assert api.get(f"/users/{ada['id']}/billing/subscription")["id"] == subscription["id"]
    assert admin.get(f"/me/billing/checkouts/{confirmed['id']}")["status"] == "completed"
    items = admin.get("/me/billing/subscription_items")
    assert [(one["plan"]["slug"], one["status"]) for one in items["data"]] == [
        ("pro", "active"),
        ("free_user", "ended"),
    ]


def test_checkout_is_confirmed_once(plans: dict[str, Json], admin: Browser) -> None:
    checkout = check_out(admin, plans["pro"])
    confirm(admin, checkout)
    path = f"/me/billing/checkouts/{checkout['id']}/confirm"
    problem = admin.refused("PATCH", path, {"use_test_card": "true"})
    assert (problem.status, problem.codes) == (409, ["checkout_already_in_progress"])
    body = {"plan_id": plans["pro"]["id"], "plan_period": "month"}
    problem = admin.refused("POST", "/me/billing/checkouts", body)
    assert (problem.status, problem.codes) == (409, ["plan_already_active"])


def test_paid_plan_needs_a_card(plans: dict[str, Json], admin: Browser) -> None:
    path = f"/me/billing/checkouts/{check_out(admin, plans['pro'])['id']}/confirm"
    problem = admin.refused("PATCH", path, {})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_missing"], ["payment_method_id"])
    problem = admin.refused("PATCH", path, {"payment_method_id": "cps_none"})
    assert (problem.status, problem.codes) == (404, ["payment_method_not_found"])


def test_failed_payment_is_recorded(emulator: Emulator, plans: dict[str, Json], admin: Browser, ada: Json) -> None:
    emulator.billing.fail_payments(ada["id"], "expired_card")
    path = f"/me/billing/checkouts/{check_out(admin, plans['pro'])['id']}/confirm"
    problem = admin.refused("PATCH", path, {"use_test_card": "true"})
    assert (problem.status, problem.codes) == (422, ["payment_attempt_failed_card_expired"])
    (attempt,) = admin.get("/me/billing/payment_attempts")["data"]
    assert attempt["status"] == "failed"


def test_payment_attempts_have_no_envelope(plans: dict[str, Json], admin: Browser) -> None:
    """clerk-js reads them at the top of the response."""
    confirm(admin, check_out(admin, plans["pro"]))
    page = admin.send("GET", "/me/billing/payment_attempts").json()
    assert (set(page), page["total_count"]) == ({"data", "total_count"}, 1)
    attempt = admin.send("GET", f"/me/billing/payment_attempts/{page['data'][0]['id']}").json()
    assert attempt["object"] == "commerce_payment"


def test_trial_charges_nothing_now(emulator: Emulator, plans: dict[str, Json], admin: Browser) -> None:
    checkout = check_out(admin, plans["team"])
    totals = checkout["totals"]
    assert (totals["total_due_now"]["amount"], totals["total_due_after_free_trial"]["amount"]) == (0, 5000)
    assert checkout["free_trial_ends_at"] == START + 14 * DAY * 1000
    item = confirm(admin, checkout)["subscription_item"]
    assert (item["is_free_trial"], item["period_end"]) == (True, START + 14 * DAY * 1000)
    assert admin.get("/me/billing/payment_attempts")["data"] == []


def test_more_expensive_plan_begins_now_with_the_rest_as_credit(
    emulator: Emulator, plans: dict[str, Json], admin: Browser
) -> None:
    confirm(admin, check_out(admin, plans["basic"]))
    checkout = check_out(admin, plans["pro"])
    assert (checkout["totals"]["credit"]["amount"], checkout["totals"]["total_due_now"]["amount"]) == (500, 1500)
    confirm(admin, checkout, payment_method_id=checkout["payment_method"]["id"])
    (latest, _) = admin.get("/me/billing/payment_attempts")["data"]
    assert latest["amount"]["amount"] == 1500


def test_cheaper_plan_begins_at_the_end_of_the_period(plans: dict[str, Json], admin: Browser) -> None:
    confirm(admin, check_out(admin, plans["pro"]))
    checkout = check_out(admin, plans["basic"])
    assert (checkout["is_immediate_plan_change"], checkout["totals"]["total_due_now"]["amount"]) == (False, 0)
    item = confirm(admin, checkout, use_test_card="false", payment_method_id=checkout["payment_method"]["id"])
    assert item["subscription_item"]["status"] == "upcoming"
    assert item["subscription_item"]["period_start"] == checkout["plan_period_start"]


@pytest.mark.parametrize(
    ("slug", "period", "status", "code"),
    [
        ("basic", "annual", 422, "annual_plan_period_not_supported"),
        ("free_user", "month", 400, "invalid_plan_change"),
        ("none", "month", 404, "plan_not_found"),
        ("pro", "week", 422, "form_param_value_invalid"),
    ],
)
def test_invalid_checkouts_are_rejected(
    plans: dict[str, Json], admin: Browser, slug: str, period: str, status: int, code: str
) -> None:
    problem = admin.refused("POST", "/me/billing/checkouts", {"plan_id": slug, "plan_period": period})
    assert (problem.status, problem.codes) == (status, [code])


def test_promotion_codes_are_unknown(plans: dict[str, Json], admin: Browser) -> None:
    path = f"/me/billing/checkouts/{check_out(admin, plans['pro'])['id']}"
    problem = admin.refused("PATCH", path, {"promo_code": "HALF"})
    assert (problem.status, problem.codes) == (422, ["checkout_promo_code_invalid"])
    assert admin.patch(path, {"promo_code": ""})["status"] == "needs_confirmation"


def test_plan_is_canceled(plans: dict[str, Json], admin: Browser, api: Api) -> None:
    item = confirm(admin, check_out(admin, plans["pro"]))["subscription_item"]
    path = f"/me/billing/subscription_items/{item['id']}"
    assert admin.delete(path)["status"] == "canceled"
    problem = admin.refused("DELETE", path)
    assert (problem.status, problem.codes) == (400, ["commerce_subscription_item_already_canceled"])
    (stored,) = [one for one in api.get("/billing/subscription_items")["data"] if one["id"] == item["id"]]
    assert stored["status"] == "canceled"


def test_card_is_added_and_removed(plans: dict[str, Json], admin: Browser) -> None:
    prepared = admin.post("/me/billing/payment_methods/initialize")
    assert prepared["external_client_secret"].startswith("seti_")
    problem = admin.refused("POST", "/me/billing/payment_methods", {"gateway": "stripe", "payment_token": ""})
    assert (problem.status, problem.codes) == (422, ["form_param_missing"])
    card = admin.post("/me/billing/payment_methods", {"gateway": "stripe", "payment_token": "tok_1"})
    assert [one["id"] for one in admin.get("/me/billing/payment_methods")["data"]] == [card["id"]]
    path = "/me/billing/payers/default_payment_method"
    response = admin.send("POST", path, {"_method": "PUT"}, {"payment_method_id": card["id"]})
    assert response.json()["response"]["id"] == card["id"]
    assert admin.delete(f"/me/billing/payment_methods/{card['id']}")["status"] == "disconnected"
    assert admin.get("/me/billing/payment_methods")["total_count"] == 0
    problem = admin.refused("DELETE", f"/me/billing/payment_methods/{card['id']}")
    assert (problem.status, problem.codes) == (404, ["payment_method_not_found"])


def test_statements_and_attempts_are_those_of_the_user(
    emulator: Emulator, plans: dict[str, Json], admin: Browser, api: Api
) -> None:
    confirm(admin, check_out(admin, plans["pro"]))
    (statement,) = admin.get("/me/billing/statements")["data"]
    (attempt,) = admin.get("/me/billing/payment_attempts")["data"]
    assert statement["totals"]["grand_total"]["amount"] == 2000
    assert admin.get(f"/me/billing/statements/{statement['id']}") == statement
    assert admin.get(f"/me/billing/payment_attempts/{attempt['id']}")["status"] == "paid"
    with sign_in(emulator, create_user(api, "grace")) as browser:
        for path in (f"statements/{statement['id']}", f"payment_attempts/{attempt['id']}"):
            assert browser.refused("GET", f"/me/billing/{path}").status == 404
        item_id = attempt["subscription_item"]["id"]
        problem = browser.refused("DELETE", f"/me/billing/subscription_items/{item_id}")
        assert (problem.status, problem.codes) == (404, ["subscription_item_not_found"])


def test_organization_is_billed_by_its_admins(emulator: Emulator, admin: Browser, api: Api) -> None:
    plan = emulator.billing.add_plan("company", payer_type="org", amount=9900)
    organization_id = new_organization(admin)
    owner = f"/organizations/{organization_id}"
    confirmed = confirm(admin, check_out(admin, plan, owner=owner), owner)
    assert confirmed["payer"]["organization_id"] == organization_id
    assert admin.get(f"{owner}/billing/subscription")["subscription_items"][0]["plan"]["slug"] == "company"
    assert admin.get(f"{owner}/billing/statements")["total_count"] == 1
    (attempt,) = admin.get(f"{owner}/billing/payment_attempts")["data"]
    assert admin.get(f"{owner}/billing/payment_attempts/{attempt['id']}") == attempt
    member = create_user(api, "grace")
    new_member(api, organization_id, member)
    with sign_in(emulator, member) as browser:
        assert browser.get(f"{owner}/billing/payment_methods")["total_count"] == 1
        body = {"plan_id": plan["id"], "plan_period": "month"}
        problem = browser.refused("POST", f"{owner}/billing/checkouts", body)
        assert (problem.status, problem.codes) == (403, ["missing_organization_permission"])
        assert problem.errors[0][1]["permissions"] == ["org:sys_billing:manage"]


def test_checkouts_of_others_are_not_found(
    emulator: Emulator, plans: dict[str, Json], admin: Browser, api: Api
) -> None:
    checkout = check_out(admin, plans["pro"])
    with sign_in(emulator, create_user(api, "grace")) as browser:
        problem = browser.refused("GET", f"/me/billing/checkouts/{checkout['id']}")
        assert (problem.status, problem.codes) == (404, ["checkout_not_found"])


def test_credit_and_its_history_are_shown(plans: dict[str, Json], admin: Browser, api: Api, ada: Json) -> None:
    assert admin.get("/me/billing/credits")["balance"] is None
    body = {"amount": 500, "action": "increase", "idempotency_key": "first", "note": "Welcome"}
    api.post(f"/users/{ada['id']}/billing/credits", body)
    assert admin.get("/me/billing/credits")["balance"]["amount"] == 500
    (entry,) = admin.get("/me/billing/credits/history")["data"]
    assert (entry["amount"]["amount"], entry["note"]) == (500, "Welcome")
    checkout = check_out(admin, plans["pro"])
    assert checkout["totals"]["total_due_now"]["amount"] == 1500


def test_credit_of_an_organization_is_shown_to_its_members(emulator: Emulator, admin: Browser, api: Api) -> None:
    emulator.billing.add_plan("company", payer_type="org", amount=9900)
    organization_id = new_organization(admin)
    credit = f"/organizations/{organization_id}/billing/credits"
    body = {"amount": 700, "action": "increase", "idempotency_key": "first", "note": "Welcome"}
    api.post(credit, body)
    assert admin.get(credit)["balance"]["amount"] == 700
    (entry,) = admin.get(f"{credit}/history")["data"]
    assert entry["amount"]["amount"] == 700
    with sign_in(emulator, create_user(api, "grace")) as stranger:
        for path in (credit, f"{credit}/history"):
            assert stranger.refused("GET", path).status == 404
