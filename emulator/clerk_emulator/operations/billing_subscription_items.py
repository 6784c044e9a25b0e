"""Subscription items: list, cancel, discounts, free trials, price transitions."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain import formats
from clerk_emulator.domain.billing import cancellations, discounts, items, transitions, trials, views
from clerk_emulator.domain.billing.catalog.tables import ITEMS, PAYERS, PLANS
from clerk_emulator.domain.billing.renewals import settle
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import contains_text, equals
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS

_PATH = "subscription_item_id"


@operation("GetCommerceSubscriptionItemList")
def list_items(call: Call) -> Response:
    settle(call.store)
    query = call.query
    return list_resources(
        call,
        ITEMS,
        _has_status(query["status"]),
        equals(ITEMS.c.payer_type, query["payer_type"]),
        equals(ITEMS.c.plan_id, query["plan_id"]),
        None if query["include_free"] else ITEMS.c.is_free.is_(False),
        _matches(query["query"]),
        serialize=lambda call, rows: views.serialize_items(call.store, rows),
    )


@operation("CancelCommerceSubscriptionItem")
def cancel_item(call: Call) -> Json:
    settle(call.store)
    item = cancellations.cancel(call.store, call.path[_PATH], end_now=call.query["end_now"])
    return views.serialize_item(call.store, item)


@operation("ApplyBillingSubscriptionItemDiscount")
def apply_discount(call: Call) -> Json:
    settle(call.store)
    return discounts.serialize(call.store, discounts.apply(call.store, call.path[_PATH], call.body["discount_id"]))


@operation("RemoveBillingSubscriptionItemDiscount")
def remove_discount(call: Call) -> Json:
    settle(call.store)
    return discounts.serialize(call.store, discounts.remove(call.store, call.path[_PATH], call.path["discount_id"]))


@operation("ExtendBillingSubscriptionItemFreeTrial")
def extend_free_trial(call: Call) -> Json:
    settle(call.store)
    until = formats.time("extend_to", call.body["extend_to"])
    return views.serialize_former_item(call.store, trials.extend(call.store, call.path[_PATH], until))


@operation("CreateBillingPriceTransition")
def create_price_transition(call: Call) -> Json:
    settle(call.store)
    body = call.body
    return transitions.transition(call.store, call.path[_PATH], body["from_price_id"], body["to_price_id"])


def _has_status(status: str | None) -> Where | None:
    """Return the condition for a status. Items in a free trial are those that are in one now."""
    if status == "free_trial":
        return sql.and_(ITEMS.c.is_free_trial, ITEMS.c.status.in_(items.RUNNING))
    return equals(ITEMS.c.status, status)


def _matches(text: str | None) -> Where | None:
    """Return the condition that the payer or the plan matches a text."""
    if not text:
        return None
    users = contains_text(text, USERS.c.first_name, USERS.c.last_name, USERS.c.username, USERS.c.email_address)
    organizations = contains_text(text, ORGANIZATIONS.c.name, ORGANIZATIONS.c.slug)
    plans = contains_text(text, PLANS.c.name, PLANS.c.slug)
    assert users is not None
    assert organizations is not None
    assert plans is not None
    payers = sql.or_(
        PAYERS.c.user_id == text,
        PAYERS.c.organization_id == text,
        PAYERS.c.user_id.in_(sql.select(USERS.c.id).where(users)),
        PAYERS.c.organization_id.in_(sql.select(ORGANIZATIONS.c.id).where(organizations)),
    )
    return sql.or_(
        ITEMS.c.id == text,
        ITEMS.c.payer_id.in_(sql.select(PAYERS.c.id).where(payers)),
        ITEMS.c.plan_id.in_(sql.select(PLANS.c.id).where(plans)),
    )
