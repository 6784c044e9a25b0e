"""Subscriptions of the user, and of organizations."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.billing import cancellations, items, subscriptions
from clerk_emulator.domain.billing.catalog.tables import ITEMS
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import list_page
from clerk_emulator.frontend_api.payer_access import managing_payer, reading_owner, reading_payer
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.billing import serialize_items, serialize_subscription
from clerk_emulator.json_types import Json


@frontend_operation("GetUserMainBillingSubscription")
@frontend_operation("GetOrganizationBillingSubscription")
def get_subscription(call: BrowserCall) -> Json:
    owner_id = reading_owner(call)
    return serialize_subscription(call, subscriptions.require_of_owner(call.store, owner_id))


@frontend_operation("GetUserBillingSubscriptionItems")
@frontend_operation("GetOrganizationBillingSubscriptionItems")
def list_items(call: BrowserCall) -> Json:
    return list_page(call, ITEMS, ITEMS.c.payer_id == reading_payer(call)["id"], serialize=serialize_items)


@frontend_operation("DeleteUserBillingSubscriptionItem")
@frontend_operation("DeleteOrganizationBillingSubscriptionItem")
def cancel_item(call: BrowserCall) -> Json:
    payer = managing_payer(call)
    item = items.require(call.store, call.path["subscriptionItemID"])
    if item["payer_id"] != payer["id"]:
        raise errors.not_found("subscription item", item["id"], "subscription_item_not_found")
    return serialize_items(call, [cancellations.cancel(call.store, item["id"], end_now=False)])[0]
