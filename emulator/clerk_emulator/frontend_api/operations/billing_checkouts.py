"""Checkouts of the user, and of organizations."""

from __future__ import annotations

from clerk_emulator.domain.billing import browser_checkouts
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.payer_access import managing_owner
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.billing import drop_missing_payment
from clerk_emulator.json_types import Json


@frontend_operation("CreateUserBillingCheckout")
@frontend_operation("CreateOrganizationBillingCheckout")
def create_checkout(call: BrowserCall) -> Json:
    owner_id = managing_owner(call)
    checkout = browser_checkouts.begin(call.store, owner_id, call.body["plan_id"], call.body["plan_period"])
    return _serialize(call, owner_id, checkout)


@frontend_operation("GetUserBillingCheckout")
@frontend_operation("GetOrganizationBillingCheckout")
def get_checkout(call: BrowserCall) -> Json:
    owner_id = managing_owner(call)
    return _serialize(call, owner_id, _checkout(call, owner_id))


@frontend_operation("UpdateUserBillingCheckout")
@frontend_operation("UpdateOrganizationBillingCheckout")
def update_checkout(call: BrowserCall) -> Json:
    owner_id = managing_owner(call)
    checkout = _checkout(call, owner_id)
    if call.body.get("promo_code"):
        # No operation of the Backend API creates promotion codes, so none is valid.
        message = f"There is no promotion code {call.body['promo_code'][:100]}."
        raise ClerkAPIError(422, "checkout_promo_code_invalid", "is invalid", message, param_name="promo_code")
    return _serialize(call, owner_id, checkout)


@frontend_operation("ConfirmUserBillingCheckout")
@frontend_operation("ConfirmOrganizationBillingCheckout")
def confirm_checkout(call: BrowserCall) -> Json:
    owner_id = managing_owner(call)
    checkout = browser_checkouts.confirm(
        call.store,
        owner_id,
        _checkout(call, owner_id),
        # No payment provider is asked: every token adds the same test card.
        with_test_card=bool(call.body.get("use_test_card") or call.body.get("payment_token")),
        payment_method_id=call.body.get("payment_method_id") or None,
    )
    return _serialize(call, owner_id, checkout)


def _checkout(call: BrowserCall, owner_id: str) -> Json:
    return browser_checkouts.require(call.store, owner_id, call.path["checkoutID"])


def _serialize(call: BrowserCall, owner_id: str, checkout: Json) -> Json:
    serialized = browser_checkouts.serialize(call.store, owner_id, checkout)
    if "subscription_item" in serialized:
        serialized["subscription_item"] = drop_missing_payment(serialized["subscription_item"])
    return serialized
