"""Plans, checkouts and events of billing for tests."""

from __future__ import annotations

from clerk_emulator import Emulator
from tests.emulator import organizations
from tests.emulator.api import Api, Json
from tests.emulator.jwts import verified

START = 1_800_000_000_000
"""2027-01-15 08:00 UTC."""
DAY = 24 * 3600
"""A day in seconds."""
TYPES = ("subscription.", "subscriptionItem.", "paymentAttempt.")


class Recorder:
    """The events of billing since the last call of `new`. The fixture validates them."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._seen = len(emulator.events)

    def new(self) -> list[Json]:
        """Return the new events of billing."""
        events = self._emulator.events
        fresh, self._seen = events[self._seen :], len(events)
        return [event for event in fresh if event["type"].startswith(TYPES)]

    def names(self) -> list[str]:
        """Return the types of the new events, those of items with the plan: `subscriptionItem.active pro`."""
        return [name(event) for event in self.new()]


def name(event: Json) -> str:
    """Return the type of an event, that of an item with the plan, that of a payment with the status."""
    data = event["data"]
    if event["type"].startswith("subscriptionItem"):
        return f"{event['type']} {data['plan']['slug']}"
    return f"{event['type']} {data['status']}" if event["type"].startswith("payment") else str(event["type"])


PAID = ["paymentAttempt.created pending", "paymentAttempt.updated paid"]
FAILED = ["paymentAttempt.created pending", "paymentAttempt.updated failed"]


def prepared(emulator: Emulator, api: Api) -> str:
    """Freeze the clock, add plans for users, and return a new user."""
    emulator.clock.freeze(START)
    add_plans(emulator)
    return organizations.user(api)


def add_plans(emulator: Emulator) -> dict[str, Json]:
    """Add plans for users: basic, pro and team, of which the last has a trial."""
    add = emulator.billing.add_plan
    return {
        "basic": add("basic", amount=500),
        "pro": add("pro", amount=2000, annual_monthly_amount=1500, features=["export", "themes"]),
        "team": add("team", amount=5000, features=["export", "audit"], free_trial_days=14),
    }


def subscription(api: Api, user_id: str) -> Json:
    answer: Json = api.get(f"/users/{user_id}/billing/subscription")
    return answer


def held(api: Api, user_id: str) -> list[tuple[str, str]]:
    """Return the plan and status of each item of a user's subscription."""
    return [(one["plan"]["slug"], one["status"]) for one in subscription(api, user_id)["subscription_items"]]


def claims(api: Api, emulator: Emulator, user_id: str, organization_id: str | None = None) -> tuple[str | None, str]:
    """Return the claims `pla` and `fea` of a new session token, at the emulator's time."""
    untimed = {f"verify_{name}": False for name in ("exp", "iat", "nbf")}
    told = verified(api, emulator.sign_in(user_id, organization_id), options=untimed)
    return told.get("pla"), told.get("fea", "")
