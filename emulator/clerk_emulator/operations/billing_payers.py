"""Subscriptions and credit of users and organizations."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.domain.billing import credit_balances, payers, subscriptions, views
from clerk_emulator.domain.billing.catalog.settings import PayerType, require_on
from clerk_emulator.domain.billing.renewals import settle
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation, organization_operation


@operation("GetUserBillingSubscription")
def get_subscription_of_user(call: Call) -> Json:
    return _subscription(call, _owner(call, "user"))


@organization_operation("GetOrganizationBillingSubscription")
def get_subscription_of_organization(call: Call) -> Json:
    return _subscription(call, _owner(call, "org"))


@operation("GetUserBillingCreditBalance")
def get_credits_of_user(call: Call) -> Json:
    return credit_balances.serialize_balance(payers.find(call.store, _owner(call, "user")))


@organization_operation("GetOrganizationBillingCreditBalance")
def get_credits_of_organization(call: Call) -> Json:
    return credit_balances.serialize_balance(payers.find(call.store, _owner(call, "org")))


@operation("AdjustUserBillingCreditBalance")
def adjust_credits_of_user(call: Call) -> Json:
    return credit_balances.serialize_entry(credit_balances.adjust(call.store, _owner(call, "user"), call.body))


@organization_operation("AdjustOrganizationBillingCreditBalance")
def adjust_credits_of_organization(call: Call) -> Json:
    return credit_balances.serialize_entry(credit_balances.adjust(call.store, _owner(call, "org"), call.body))


def _owner(call: Call, payer_type: PayerType) -> str:
    """Return the id of the user or organization in the path, which is billed. Raises Clerk's errors."""
    name = "user_id" if payer_type == "user" else "organization_id"
    owner = call.path_resource(payers.OWNERS[payer_type], name)
    require_on(call.store, payer_type)
    settle(call.store)
    return str(owner["id"])


def _subscription(call: Call, owner_id: str) -> Json:
    return views.serialize_subscription(call.store, subscriptions.require_of_owner(call.store, owner_id))
