"""Plans, subscriptions and credit in seeds and dumps."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator import organizations
from tests.emulator.api import Api, Json
from tests.emulator.billing import DAY, START, add_plans, prepared
from tests.emulator.seeding.test_seed_properties import KEYS


def _held(emulator: Emulator, owner_id: str) -> list[Json]:
    """Return what the dump has about the subscription of an owner."""
    return [one for one in emulator.dump().get("subscriptions", []) if one["owner"] == owner_id]


def test_dump_recreates_plans_subscriptions_and_credit(emulator: Emulator, api: Api) -> None:
    ada = prepared(emulator, api)
    emulator.billing.add_plan("company", payer_type="org", amount=9000, annual_monthly_amount=8000)
    acme = organizations.organization(api)["id"]
    bob, cy, dora, eve = (organizations.user(api, name) for name in ("bob", "cy", "dora", "eve"))
    item = emulator.billing.checkout(ada, "pro", "annual")
    price = api.post("/billing/prices", {"plan_id": item["plan_id"], "amount": 700, "description": "For friends"})
    moves = {"from_price_id": item["price_id"], "to_price_id": price["id"]}
    api.post(f"/billing/subscription_items/{item['id']}/price_transition", moves)
    api.delete(f"/billing/subscription_items/{emulator.billing.checkout(bob, 'pro')['id']}")
    emulator.billing.checkout(cy, "team", payment_method=False)
    emulator.billing.checkout(dora, "basic")
    emulator.billing.fail_payments(dora)
    emulator.billing.checkout(acme, "company", "annual")
    api.post(f"/users/{eve}/billing/credits", {"amount": 5, "action": "increase", "idempotency_key": "a"})
    emulator.subscribe(eve, "gift", ["export"])
    emulator.clock.advance(DAY)
    seed = {name: entries for name, entries in emulator.dump().items() if name != "keys"}
    with Emulator(seed={"keys": KEYS}) as other:
        other.clock.freeze(emulator.clock.now())
        other.load_seed(seed)
        assert other.dump() == {"keys": other.dump()["keys"], **seed}
        # The periods end as they would have, save that a seed has no failing payments.
        for one in (emulator, other):
            one.clock.advance(40 * DAY)
        for owner_id in (ada, bob, cy, eve, acme):
            assert _held(other, owner_id) == _held(emulator, owner_id)
        assert [one["status"] for each in (emulator, other) for one in _held(each, dora)] == ["past_due", "active"]
    assert [one["status"] for one in _held(emulator, ada)] == ["canceled", "upcoming"]
    assert _held(emulator, bob) == _held(emulator, cy) == []


def test_seeded_subscriptions_replace_the_default_plan() -> None:
    seed = {
        "keys": KEYS,
        "plans": [{"slug": "free", "is_default": True}, {"slug": "pro", "amount": 2000, "free_trial_days": 7}],
        "users": [{"username": "ada_l"}, {"username": "bob_b"}, {"username": "cyrus"}],
        "subscriptions": [
            {"owner": "ada_l", "plan": "pro"},
            {"owner": "bob_b", "plan": "pro", "is_free_trial": True, "payment_method": False},
        ],
    }
    with Emulator(seed=seed) as emulator:
        assert emulator.events == []
        dumped = emulator.dump()
        assert [one["plan"] for one in dumped["subscriptions"]] == ["pro", "pro"]
        emulator.clock.advance(8 * DAY)
        types = [event["type"] for event in emulator.events]
        assert types == [
            "subscriptionItem.freeTrialEnding",
            "subscriptionItem.ended",
            "subscriptionItem.active",
            "subscription.updated",
        ]
        emulator.clock.advance(31 * DAY)
        assert "paymentAttempt.updated" in [event["type"] for event in emulator.events]


@pytest.mark.parametrize(
    ("section", "entry", "message"),
    [
        ("plans", {}, r"plans\[1\]\.slug"),
        ("plans", {"slug": "Pro!"}, r"plans\[1\]\.slug"),
        ("plans", {"slug": "x", "amount": "5"}, r"plans\[1\]\.amount"),
        ("plans", {"slug": "x", "amount": True}, r"plans\[1\]\.amount"),
        ("plans", {"slug": "x", "color": "red"}, r"plans\[1\]\.color"),
        ("plans", {"slug": "x", "prices": [5]}, r"plans\[1\]\.prices\[0\]"),
        ("plans", {"slug": "x", "prices": [{"amount": 5}]}, r"plans\[1\]\.amount"),
        ("subscriptions", {"plan": "pro"}, r"subscriptions\[0\]\.owner"),
        ("subscriptions", {"owner": "nobody", "plan": "pro"}, r"subscriptions\[0\]\.owner"),
        ("subscriptions", {"owner": "ada_l", "plan": "none"}, r"subscriptions\[0\]"),
        ("subscriptions", {"owner": "ada_l", "plan": "pro", "status": "new"}, r"subscriptions\[0\]\.status"),
        ("subscriptions", {"owner": "ada_l", "plan": "pro", "price": "cprice_x"}, r"subscriptions\[0\]\.price"),
        ("subscriptions", {"owner": "ada_l", "plan": "pro", "period": "annual"}, r"subscriptions\[0\]"),
        ("users", {"username": "bob_b", "credits": -1}, r"users\[1\]\.credits"),
        ("users", {"username": "bob_b", "credits": 2**63}, r"users\[1\]\.credits"),
    ],
)
def test_rejects_invalid_seed(section: str, entry: Json, message: str) -> None:
    seed: Json = {
        "keys": KEYS,
        "plans": [{"slug": "pro", "amount": 2000}],
        "users": [{"username": "ada_l"}],
        "subscriptions": [],
    }
    seed[section] = [*seed[section], entry]
    with pytest.raises(ValueError, match=message):
        Emulator(seed=seed)


def test_reset_restores_plans_of_the_seed(emulator: Emulator, api: Api) -> None:
    add_plans(emulator)
    emulator.reset()
    assert api.get("/billing/plans")["total_count"] == 0
    assert emulator.clock.freeze(START) == START
