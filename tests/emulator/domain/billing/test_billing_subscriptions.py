"""Subscriptions and their items: checkouts, cancellations, renewals, and the events of each."""

from __future__ import annotations

import pytest

from clerk_emulator import ClerkAPIError, Emulator
from tests.emulator import organizations
from tests.emulator.api import Api
from tests.emulator.billing import DAY, FAILED, PAID, START, Recorder, add_plans, claims, held, prepared, subscription

JAN_15, FEB_15, MAR_15 = START, START + 31 * DAY * 1000, START + 59 * DAY * 1000


def test_new_user_has_the_default_plan(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    told = subscription(api, user_id)
    assert (told["status"], told["active_at"], told["past_due_at"]) == ("active", START, None)
    assert "next_payment" not in told
    assert told["eligible_for_free_trial"] is True
    (item,) = told["subscription_items"]
    assert (item["plan"]["slug"], item["status"], item["period_end"]) == ("free_user", "active", None)
    assert item["payer"]["user_id"] == user_id
    assert item["payer"]["email"] == "ada@example.com"


def test_billing_of_existing_owners_begins_when_it_is_switched_on(emulator: Emulator, api: Api) -> None:
    user_id = organizations.user(api)
    organization_id = organizations.organization(api)["id"]
    for path in (f"/users/{user_id}", f"/organizations/{organization_id}"):
        for method, rest, body in (
            ("GET", "subscription", None),
            ("GET", "credits", None),
            ("POST", "credits", {"amount": 1, "action": "increase", "idempotency_key": "a"}),
        ):
            problem = api.refused(method, f"{path}/billing/{rest}", body)
            assert (problem.status, problem.codes) == (403, ["billing_not_enabled"])
    recorder = Recorder(emulator)
    emulator.billing.add_plan("pro", amount=2000)
    begun = ["subscription.created", "subscriptionItem.active free_user", "subscription.active"]
    assert recorder.names() == begun
    assert held(api, user_id) == [("free_user", "active")]
    assert api.refused("GET", f"/organizations/{organization_id}/billing/subscription").status == 403
    emulator.billing.add_plan("company", payer_type="org", amount=9000)
    assert recorder.names() == [one.replace("free_user", "free_org") for one in begun]
    assert api.get(f"/organizations/{organization_id}/billing/subscription")["status"] == "active"


def test_events_of_new_owners_follow_the_event_of_the_owner(emulator: Emulator, api: Api) -> None:
    add_plans(emulator)
    emulator.billing.add_plan("company", payer_type="org", amount=9000)
    user_id = organizations.user(api)
    organizations.organization(api, created_by=user_id)
    billed = ["subscription.created", "subscriptionItem.active", "subscription.active"]
    types = [event["type"] for event in emulator.events]
    assert types == ["user.created", *billed, "organization.created", "organizationMembership.created", *billed]


def test_checkout_charges_and_replaces_the_default_plan(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    recorder = Recorder(emulator)
    item = emulator.billing.checkout(user_id, "pro")
    assert recorder.names() == [
        *PAID,
        "subscriptionItem.ended free_user",
        "subscriptionItem.active pro",
        "subscription.updated",
    ]
    told = subscription(api, user_id)
    assert told["subscription_items"] == [item]
    assert (item["status"], item["plan_period"], item["is_free_trial"]) == ("active", "month", False)
    assert (item["period_start"], item["period_end"]) == (JAN_15, FEB_15)
    assert item["lifetime_paid"]["amount"] == item["totals"]["grand_total"]["amount"] == 2000
    assert item["payment_method"]["payment_type"] == "card"
    assert told["next_payment"]["date"] == FEB_15
    assert told["next_payment"]["amount"]["amount_formatted"] == "$20.00"
    assert told["eligible_for_free_trial"] is False
    assert claims(api, emulator, user_id) == ("u:pro", "u:export,u:themes")


def test_annual_checkout_charges_twelve_months(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro", "annual")
    assert item["lifetime_paid"]["amount"] == 12 * 1500
    assert item["period_end"] == START + 365 * DAY * 1000
    with pytest.raises(ClerkAPIError, match="annual_plan_period_not_supported"):
        emulator.billing.checkout(user_id, "team", "annual")


@pytest.mark.parametrize(
    ("plan", "code"),
    [("pro", "plan_already_active"), ("none", "plan_not_found"), ("free_user", "invalid_plan_change")],
)
def test_checkout_rejects_plans(emulator: Emulator, api: Api, plan: str, code: str) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "pro")
    with pytest.raises(ClerkAPIError, match=code):
        emulator.billing.checkout(user_id, plan)


def test_failed_checkout_changes_no_plan_until_it_is_paid(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    recorder = Recorder(emulator)
    emulator.billing.fail_payments(user_id, "insufficient_funds")
    item = emulator.billing.checkout(user_id, "pro")
    assert item["status"] == "incomplete"
    failed, *_ = [event for event in recorder.new() if event["data"]["status"] == "failed"]
    assert failed["data"]["failed_reason"] == {"code": "card_declined", "decline_code": "insufficient_funds"}
    assert held(api, user_id) == [("free_user", "active"), ("pro", "incomplete")]
    assert claims(api, emulator, user_id) == ("u:free_user", "")
    assert emulator.billing.pay(user_id)["status"] == "incomplete"
    assert recorder.names() == FAILED
    emulator.clock.advance(DAY)
    emulator.billing.accept_payments(user_id)
    paid = emulator.billing.pay(user_id)
    assert (paid["id"], paid["status"], paid["period_start"]) == (item["id"], "active", START + DAY * 1000)
    assert recorder.names() == [
        *PAID,
        "subscriptionItem.ended free_user",
        "subscriptionItem.active pro",
        "subscription.updated",
    ]
    with pytest.raises(ClerkAPIError, match="checkout_already_complete"):
        emulator.billing.pay(user_id)


def test_new_checkout_abandons_an_incomplete_one(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    recorder = Recorder(emulator)
    emulator.billing.fail_payments(user_id)
    emulator.billing.checkout(user_id, "pro")
    assert recorder.names() == [*FAILED, "subscriptionItem.incomplete pro"]
    emulator.billing.accept_payments(user_id)
    emulator.billing.checkout(user_id, "basic")
    assert recorder.names() == [
        *PAID,
        "subscriptionItem.abandoned pro",
        "subscriptionItem.ended free_user",
        "subscriptionItem.active basic",
        "subscription.updated",
    ]


def test_canceled_item_ends_at_its_period_end(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    emulator.clock.advance(DAY)
    canceled = api.delete(f"/billing/subscription_items/{item['id']}")
    assert (canceled["status"], canceled["canceled_at"], canceled["ended_at"]) == (
        "canceled",
        START + DAY * 1000,
        None,
    )
    assert canceled["next_payment"] is None
    assert recorder.names() == [
        "subscriptionItem.canceled pro",
        "subscriptionItem.upcoming free_user",
        "subscription.updated",
    ]
    told = subscription(api, user_id)
    assert (told["status"], "next_payment" in told) == ("active", False)
    assert held(api, user_id) == [("pro", "canceled"), ("free_user", "upcoming")]
    emulator.clock.advance(30 * DAY - 1)
    assert claims(api, emulator, user_id)[0] == "u:pro"
    assert recorder.names() == []
    emulator.clock.advance(1)
    assert recorder.names() == [
        "subscriptionItem.ended pro",
        "subscriptionItem.active free_user",
        "subscription.updated",
    ]
    assert held(api, user_id) == [("free_user", "active")]
    assert claims(api, emulator, user_id) == ("u:free_user", "")


def test_item_ends_at_once_with_end_now(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    ended = api.delete(f"/billing/subscription_items/{item['id']}", end_now=True)
    assert (ended["status"], ended["ended_at"]) == ("ended", START)
    assert recorder.names() == [
        "subscriptionItem.ended pro",
        "subscriptionItem.active free_user",
        "subscription.updated",
    ]
    assert claims(api, emulator, user_id) == ("u:free_user", "")


def test_canceled_item_can_be_ended_and_resumed(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro")
    path = f"/billing/subscription_items/{item['id']}"
    api.delete(path)
    recorder = Recorder(emulator)
    assert emulator.billing.checkout(user_id, "pro")["id"] == item["id"]
    assert recorder.names() == [
        "subscriptionItem.abandoned free_user",
        "subscriptionItem.active pro",
        "subscription.updated",
    ]
    assert held(api, user_id) == [("pro", "active")]
    api.delete(path)
    recorder.new()
    api.delete(path, end_now=True)
    assert recorder.names() == [
        "subscriptionItem.ended pro",
        "subscriptionItem.active free_user",
        "subscription.updated",
    ]


def test_items_that_cannot_be_canceled(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    (free,) = subscription(api, user_id)["subscription_items"]
    item = emulator.billing.checkout(user_id, "pro")
    api.delete(f"/billing/subscription_items/{item['id']}")
    recorder = Recorder(emulator)
    for item_id, query, status, code in (
        ("csub_item_none", {}, 404, "subscription_item_not_found"),
        (item["id"], {}, 400, "commerce_subscription_item_already_canceled"),
        (free["id"], {}, 422, "commerce_subscription_item_cannot_be_canceled"),
        (free["id"], {"end_now": True}, 422, "commerce_subscription_item_cannot_be_ended"),
    ):
        problem = api.refused("DELETE", f"/billing/subscription_items/{item_id}", params=query)
        assert (problem.status, problem.codes) == (status, [code])
    assert recorder.names() == []


def test_renewal_charges_each_period_at_its_time(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    emulator.clock.advance(70 * DAY)
    events = recorder.new()
    types = ["paymentAttempt.created", "paymentAttempt.updated", "subscriptionItem.updated"]
    assert [event["type"] for event in events] == 2 * types
    assert [event["timestamp"] for event in events] == 3 * [FEB_15] + 3 * [MAR_15]
    assert events[1]["data"]["charge_type"] == "recurring"
    assert events[0]["event_attributes"] == {"http_request": {"client_ip": "", "user_agent": ""}}
    (item,) = subscription(api, user_id)["subscription_items"]
    assert (item["period_start"], item["lifetime_paid"]["amount"]) == (MAR_15, 6000)


def test_renewals_keep_the_day_of_the_month(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.clock.advance(16 * DAY)
    emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    emulator.clock.advance(70 * DAY)
    days = [event["timestamp"] for event in recorder.new() if event["type"] == "subscriptionItem.updated"]
    # 31 January, 28 February, 31 March.
    assert days == [START + (16 + 28) * DAY * 1000, START + (16 + 59) * DAY * 1000]


def test_failed_renewal_is_past_due_until_it_is_paid(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro")
    emulator.billing.fail_payments(user_id)
    recorder = Recorder(emulator)
    emulator.clock.advance(40 * DAY)
    assert recorder.names() == [*FAILED, "subscriptionItem.pastDue pro", "subscription.pastDue"]
    told = subscription(api, user_id)
    assert (told["status"], told["past_due_at"]) == ("past_due", FEB_15)
    assert held(api, user_id) == [("pro", "past_due")]
    assert [one["id"] for one in api.get("/billing/subscription_items", status="past_due")["data"]] == [item["id"]]
    assert claims(api, emulator, user_id)[0] == "u:pro"
    emulator.billing.pay(user_id)
    assert recorder.names() == FAILED
    emulator.billing.accept_payments(user_id)
    paid = emulator.billing.pay(user_id)
    assert (paid["status"], paid["period_start"], paid["period_end"]) == ("active", FEB_15, MAR_15)
    assert recorder.names() == [*PAID, "subscriptionItem.active pro", "subscription.active"]
    assert subscription(api, user_id)["past_due_at"] is None


def test_canceled_past_due_item_ends_at_once(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro")
    emulator.billing.fail_payments(user_id)
    emulator.clock.advance(40 * DAY)
    recorder = Recorder(emulator)
    assert api.delete(f"/billing/subscription_items/{item['id']}")["status"] == "ended"
    assert recorder.names() == [
        "subscriptionItem.ended pro",
        "subscriptionItem.active free_user",
        "subscription.active",
    ]


def test_upgrade_begins_at_once_with_credit_for_the_rest_of_the_period(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "pro")
    emulator.clock.advance(15.5 * DAY)
    recorder = Recorder(emulator)
    item = emulator.billing.checkout(user_id, "team", trial=False)
    assert recorder.names() == [
        *PAID,
        "subscriptionItem.ended pro",
        "subscriptionItem.active team",
        "subscription.updated",
    ]
    proration = item["credits"]["proration"]
    assert (proration["amount"]["amount"], proration["cycle_remaining_percent"]) == (1000, 0.5)
    assert (proration["cycle_days_remaining"], proration["cycle_days_total"]) == (16, 31)
    assert item["lifetime_paid"]["amount"] == 4000


def test_downgrade_begins_when_the_period_ends(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    item = emulator.billing.checkout(user_id, "basic")
    assert (item["status"], item["period_start"], item["next_payment"]["date"]) == ("upcoming", FEB_15, FEB_15)
    assert recorder.names() == [
        "subscriptionItem.canceled pro",
        "subscriptionItem.upcoming basic",
        "subscription.updated",
    ]
    emulator.clock.advance(31 * DAY)
    assert recorder.names() == [
        *PAID,
        "subscriptionItem.ended pro",
        "subscriptionItem.active basic",
        "subscription.updated",
    ]
    assert held(api, user_id) == [("basic", "active")]


def test_failed_payment_at_a_downgrade_is_past_due(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "pro")
    emulator.billing.checkout(user_id, "basic")
    emulator.billing.fail_payments(user_id)
    recorder = Recorder(emulator)
    emulator.clock.advance(31 * DAY)
    assert recorder.names() == [
        *FAILED,
        "subscriptionItem.ended pro",
        "subscriptionItem.pastDue basic",
        "subscription.pastDue",
    ]
    emulator.billing.accept_payments(user_id)
    paid = emulator.billing.pay(user_id)
    assert (paid["status"], paid["period_start"], paid["period_end"]) == ("active", FEB_15, MAR_15)


def test_another_choice_abandons_a_scheduled_item(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "team", trial=False)
    emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    basic = emulator.billing.checkout(user_id, "basic")
    assert recorder.names() == [
        "subscriptionItem.abandoned pro",
        "subscriptionItem.upcoming basic",
        "subscription.updated",
    ]
    assert api.delete(f"/billing/subscription_items/{basic['id']}")["status"] == "abandoned"
    assert recorder.names() == [
        "subscriptionItem.abandoned basic",
        "subscriptionItem.upcoming free_user",
        "subscription.updated",
    ]
    emulator.billing.checkout(user_id, "pro")
    with pytest.raises(ClerkAPIError, match="plan_already_active"):
        emulator.billing.checkout(user_id, "pro")


def test_deleted_owner_is_billed_no_more(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    api.delete(f"/users/{user_id}")
    emulator.clock.advance(100 * DAY)
    assert recorder.names() == []
    assert api.get("/billing/subscription_items", include_free=True)["total_count"] == 0
    assert api.refused("GET", f"/users/{user_id}/billing/subscription").status == 404
