"""Free trials and price transitions."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import ClerkAPIError, Emulator
from clerk_emulator.control.billing import Failure
from tests.emulator import organizations
from tests.emulator.api import Api, Json
from tests.emulator.billing import DAY, FAILED, PAID, START, Recorder, claims, held, prepared, subscription

TRIAL_END = "2027-01-29T08:00:00Z"
"""14 days after the start."""


def _trial(emulator: Emulator, api: Api, **values: Any) -> tuple[str, Json]:
    """Return a user who has begun a trial of the plan team, and the subscription item."""
    user_id = prepared(emulator, api)
    return user_id, emulator.billing.checkout(user_id, "team", **values)


def _extend(api: Api, item: Json, until: str) -> Json:
    extended: Json = api.post(f"/billing/subscription_items/{item['id']}/extend_free_trial", {"extend_to": until})
    return extended


def test_trial_begins_without_a_payment(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    recorder = Recorder(emulator)
    item = emulator.billing.checkout(user_id, "team")
    assert recorder.names() == [
        "subscriptionItem.ended free_user",
        "subscriptionItem.active team",
        "subscription.updated",
    ]
    assert (item["is_free_trial"], item["period_end"]) == (True, START + 14 * DAY * 1000)
    assert (item["lifetime_paid"]["amount"], item["next_payment"]["date"]) == (0, item["period_end"])
    assert claims(api, emulator, user_id) == ("u:team", "u:export,u:audit")
    assert subscription(api, user_id)["eligible_for_free_trial"] is False
    with pytest.raises(ClerkAPIError, match="free_trial_already_active"):
        emulator.billing.checkout(user_id, "team")


def test_trial_is_announced_and_then_charged(emulator: Emulator, api: Api) -> None:
    _, item = _trial(emulator, api)
    recorder = Recorder(emulator)
    emulator.clock.advance(11 * DAY - 1)
    assert recorder.names() == []
    emulator.clock.advance(1)
    assert recorder.names() == ["subscriptionItem.freeTrialEnding team"]
    emulator.clock.advance(3 * DAY)
    events = recorder.new()
    assert [event["type"] for event in events][-1] == "subscriptionItem.updated"
    assert events[1]["data"]["charge_type"] == "recurring"
    (listed,) = api.get("/billing/subscription_items", status="active")["data"]
    assert (listed["id"], listed["is_free_trial"], listed["lifetime_paid"]["amount"]) == (item["id"], False, 5000)
    # From 29 January to 28 February.
    assert (listed["period_start"], listed["period_end"]) == (START + 14 * DAY * 1000, START + 44 * DAY * 1000)


def test_short_trial_is_announced_at_once(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.add_plan("short", amount=1000, free_trial_days=2)
    recorder = Recorder(emulator)
    emulator.billing.checkout(user_id, "short")
    assert recorder.names()[1:] == [
        "subscriptionItem.active short",
        "subscription.updated",
        "subscriptionItem.freeTrialEnding short",
    ]


def test_trial_without_a_card_ends_in_the_default_plan(emulator: Emulator, api: Api) -> None:
    user_id, _ = _trial(emulator, api, payment_method=False)
    recorder = Recorder(emulator)
    emulator.clock.advance(14 * DAY)
    assert recorder.names() == [
        "subscriptionItem.freeTrialEnding team",
        "subscriptionItem.ended team",
        "subscriptionItem.active free_user",
        "subscription.updated",
    ]
    assert held(api, user_id) == [("free_user", "active")]
    assert api.get("/billing/statements")["total_count"] == 0


def test_failed_payment_at_the_end_of_a_trial_is_past_due(emulator: Emulator, api: Api) -> None:
    user_id, _ = _trial(emulator, api)
    emulator.billing.fail_payments(user_id, "expired_card")
    emulator.clock.advance(11 * DAY)
    recorder = Recorder(emulator)
    emulator.clock.advance(3 * DAY)
    assert recorder.names() == [*FAILED, "subscriptionItem.pastDue team", "subscription.pastDue"]
    (item,) = subscription(api, user_id)["subscription_items"]
    assert (item["status"], item["is_free_trial"]) == ("past_due", False)


def test_canceled_trial_is_not_charged(emulator: Emulator, api: Api) -> None:
    user_id, item = _trial(emulator, api)
    api.delete(f"/billing/subscription_items/{item['id']}")
    recorder = Recorder(emulator)
    emulator.clock.advance(14 * DAY)
    assert recorder.names() == [
        "subscriptionItem.ended team",
        "subscriptionItem.active free_user",
        "subscription.updated",
    ]
    assert emulator.billing.checkout(user_id, "team")["is_free_trial"] is False
    assert emulator.billing.checkout(organizations.user(api, "bob"), "team", trial=False)["is_free_trial"] is False


def test_trial_is_extended_and_announced_again(emulator: Emulator, api: Api) -> None:
    _, item = _trial(emulator, api)
    emulator.clock.advance(12 * DAY)
    recorder = Recorder(emulator)
    extended = _extend(api, item, "2027-02-08T08:00:00Z")
    assert (extended["id"], extended["status"], extended["is_free_trial"]) == (item["id"], "active", True)
    assert extended["period_end"] == START + 24 * DAY * 1000
    assert extended["plan"]["amount"] == 5000
    assert recorder.names() == ["subscriptionItem.updated team"]
    assert _extend(api, item, "2027-02-08T09:00:00+01:00") == extended
    assert recorder.names() == []
    emulator.clock.advance(10 * DAY)
    assert recorder.names() == ["subscriptionItem.freeTrialEnding team"]


def test_extended_canceled_trial_moves_what_follows(emulator: Emulator, api: Api) -> None:
    user_id, item = _trial(emulator, api)
    api.delete(f"/billing/subscription_items/{item['id']}")
    recorder = Recorder(emulator)
    assert _extend(api, item, "2027-02-08T08:00:00Z")["canceled_at"] == START
    assert recorder.names() == ["subscriptionItem.updated team", "subscriptionItem.updated free_user"]
    emulator.clock.advance(14 * DAY)
    assert held(api, user_id) == [("team", "canceled"), ("free_user", "upcoming")]
    emulator.clock.advance(10 * DAY)
    assert held(api, user_id) == [("free_user", "active")]


def test_rejects_extensions(emulator: Emulator, api: Api) -> None:
    user_id, item = _trial(emulator, api)
    other = emulator.billing.checkout(organizations.user(api, "bob"), "pro")
    charged = emulator.billing.checkout(organizations.user(api, "cy"), "team", trial=False)
    later = "2027-02-08T08:00:00Z"
    for item_id, until, status, code in (
        ("csub_item_none", later, 404, "subscription_item_not_found"),
        (other["id"], later, 403, "plan_free_trials_disabled"),
        (charged["id"], later, 403, "subscription_item_not_in_free_trial"),
        (item["id"], "tomorrow", 422, "form_param_invalid_time"),
        (item["id"], "2027-01-01T00:00:00Z", 422, "form_param_value_invalid"),
        (item["id"], "2027-01-20T00:00:00Z", 422, "form_param_value_invalid"),
        (item["id"], "2028-01-29T08:00:01Z", 422, "form_param_value_invalid"),
    ):
        path = f"/billing/subscription_items/{item_id}/extend_free_trial"
        problem = api.refused("POST", path, {"extend_to": until})
        assert (problem.status, problem.codes) == (status, [code]), until
    assert _extend(api, item, TRIAL_END)["period_end"] == item["period_end"]
    assert _extend(api, item, "2028-01-29T08:00:00Z")["period_end"] == START + (14 + 365) * DAY * 1000
    assert held(api, user_id) == [("team", "active")]


# Price transitions


def _prices(api: Api, slug: str) -> Json:
    """Return the default price of a plan."""
    (plan,) = [one for one in api.get("/billing/plans")["data"] if one["slug"] == slug]
    (price,) = [one for one in api.get("/billing/prices", plan_id=plan["id"])["data"] if one["is_default"]]
    return dict(price)


def _move(api: Api, item: Json, to_price_id: str) -> Json:
    body = {"from_price_id": item["price_id"], "to_price_id": to_price_id}
    moved: Json = api.post(f"/billing/subscription_items/{item['id']}/price_transition", body)
    return moved


def test_lower_price_applies_from_the_next_period(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro")
    price = api.post("/billing/prices", {"plan_id": item["plan_id"], "amount": 1200})
    recorder = Recorder(emulator)
    moved = _move(api, item, price["id"])
    assert recorder.names() == [
        "subscriptionItem.canceled pro",
        "subscriptionItem.upcoming pro",
        "subscription.updated",
    ]
    told = moved["transition"]
    assert (told["effective_mode"], told["effective_at"]) == ("end_of_period", item["period_end"])
    assert (told["charged_immediately"], told["immediate_charge"]) == (False, None)
    assert (told["previous_subscription_item_status"], told["next_billing_date"]) == ("canceled", item["period_end"])
    assert (told["previous_price"]["id"], told["previous_plan"]["slug"]) == (item["price_id"], "pro")
    assert moved["subscription_item"]["price_id"] == price["id"]
    emulator.clock.advance(31 * DAY)
    assert recorder.names() == [
        *PAID,
        "subscriptionItem.ended pro",
        "subscriptionItem.active pro",
        "subscription.updated",
    ]
    (now,) = subscription(api, user_id)["subscription_items"]
    assert (now["id"], now["lifetime_paid"]["amount"]) == (moved["subscription_item"]["id"], 1200)


def test_higher_price_applies_and_is_charged_at_once(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro")
    recorder = Recorder(emulator)
    moved = _move(api, item, _prices(api, "team")["id"])
    assert recorder.names() == [
        *PAID,
        "subscriptionItem.ended pro",
        "subscriptionItem.active team",
        "subscription.updated",
    ]
    told = moved["transition"]
    assert (told["effective_mode"], told["effective_at"]) == ("immediate", START)
    assert (told["charged_immediately"], told["immediate_charge"]["amount"]) == (True, 3000)
    assert told["previous_subscription_item_status"] == "ended"
    assert held(api, user_id) == [("team", "active")]


def test_complimentary_price_renews_without_payments(emulator: Emulator, api: Api) -> None:
    user_id, item = _trial(emulator, api)
    price = api.post("/billing/prices", {"plan_id": item["plan_id"], "amount": 0})
    recorder = Recorder(emulator)
    moved = _move(api, item, price["id"])
    assert moved["transition"]["charged_immediately"] is False
    assert recorder.names() == ["subscriptionItem.ended team", "subscriptionItem.active team", "subscription.updated"]
    emulator.clock.advance(31 * DAY)
    assert recorder.names() == ["subscriptionItem.updated team"]
    assert subscription(api, user_id)["subscription_items"][0]["lifetime_paid"]["amount"] == 0


def test_transition_takes_the_other_period_if_needed(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    item = emulator.billing.checkout(user_id, "pro", "annual")
    moved = _move(api, item, _prices(api, "team")["id"])["subscription_item"]
    assert (moved["plan_period"], moved["status"]) == ("month", "active")
    # What the rest of the year exceeds the new price by becomes credit.
    assert api.get(f"/users/{user_id}/billing/credits")["balance"]["amount"] == 18000 - 5000


def test_rejects_transitions(emulator: Emulator, api: Api) -> None:
    user_id = prepared(emulator, api)
    emulator.billing.add_plan("company", payer_type="org", amount=9000)
    (free,) = subscription(api, user_id)["subscription_items"]
    pro, team = _prices(api, "pro")["id"], _prices(api, "team")["id"]

    def refused(item_id: str, body: Json) -> tuple[int, list[str]]:
        problem = api.refused("POST", f"/billing/subscription_items/{item_id}/price_transition", body)
        return problem.status, problem.codes

    moves = {"from_price_id": free["price_id"], "to_price_id": pro}
    assert refused(free["id"], moves) == (422, ["payment_method_required_for_transition"])
    item = emulator.billing.checkout(user_id, "pro")
    moves = {"from_price_id": pro, "to_price_id": team}
    for item_id, changes, status, code in (
        ("csub_item_none", {}, 404, "subscription_item_not_found"),
        (free["id"], {}, 409, "subscription_item_no_longer_active"),
        (item["id"], {"from_price_id": team}, 409, "out_of_date_price"),
        (item["id"], {"to_price_id": "cprice_none"}, 422, "form_resource_not_found"),
        (item["id"], {"to_price_id": pro}, 422, "price_transition_not_allowed"),
        (item["id"], {"to_price_id": free["price_id"]}, 422, "price_transition_not_allowed"),
        (item["id"], {"to_price_id": _prices(api, "company")["id"]}, 422, "price_transition_not_allowed"),
    ):
        assert refused(item_id, {**moves, **changes}) == (status, [code])
    recorder = Recorder(emulator)
    reasons: dict[Failure, str] = {
        "card_declined": "card_declined",
        "insufficient_funds": "card_insufficient_funds",
        "expired_card": "card_expired",
        "processing_error": "processing_error",
    }
    for reason, code in reasons.items():
        emulator.billing.fail_payments(user_id, reason)
        assert refused(item["id"], moves) == (422, [f"payment_attempt_failed_{code}"])
    assert recorder.names() == []
    assert held(api, user_id) == [("pro", "active")]
