"""Subscriptions, payments and checkouts as the Frontend API shows them."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain.billing import statements, views
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json


def serialize_items(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return subscription items."""
    return [drop_missing_payment(views.serialize_item(call.store, row)) for row in rows]


def serialize_subscription(call: BrowserCall, row: Json) -> Json:
    """Return a subscription with the items that have not ended."""
    subscription = views.serialize_subscription(call.store, row)
    return {
        **subscription,
        "subscription_items": [drop_missing_payment(item) for item in subscription["subscription_items"]],
    }


def serialize_attempts(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return payment attempts."""
    return [_attempt(views.serialize_attempt(call.store, row)) for row in rows]


def serialize_statements(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return statements with their payment attempts."""
    serialized = [statements.serialize(call.store, row) for row in rows]
    return [
        {**one, "groups": [{**group, "items": [_attempt(item) for item in group["items"]]} for group in one["groups"]]}
        for one in serialized
    ]


def _attempt(attempt: Json) -> Json:
    return {
        **attempt,
        "payee": {"object": "commerce_payee", **attempt["payee"]},
        "subscription_item": drop_missing_payment(attempt["subscription_item"]),
    }


def drop_missing_payment(item: Json) -> Json:
    """Return a subscription item without the next payment, if there is none: it cannot be null here."""
    return {name: value for name, value in item.items() if name != "next_payment" or value is not None}
