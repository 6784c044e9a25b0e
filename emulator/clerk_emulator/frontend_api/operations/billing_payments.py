"""Payment methods, payment attempts and statements of the user, and of organizations."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.billing import payers
from clerk_emulator.domain.billing.catalog.settings import payee
from clerk_emulator.domain.billing.catalog.tables import PAYERS, PAYMENTS, STATEMENTS
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import cut_page, list_page
from clerk_emulator.frontend_api.payer_access import managing_owner, managing_payer, reading_payer
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.billing import serialize_attempts, serialize_statements
from clerk_emulator.json_types import Json


@frontend_operation("GetUserPaymentMethods")
@frontend_operation("GetOrganizationPaymentMethods")
def list_payment_methods(call: BrowserCall) -> Json:
    payer = reading_payer(call)
    return cut_page(call, [payers.payment_method(payer)] if payer["_payment_method"] else [])


@frontend_operation("InitializeUserPaymentMethod")
@frontend_operation("InitializeOrganizationPaymentMethod")
def initialize_payment_method(call: BrowserCall) -> Json:
    managing_owner(call)
    return {
        "object": "commerce_payment_method_initialize",
        "external_client_secret": f"seti_{call.ids.secret(24)}_secret_{call.ids.secret(24)}",
        "external_gateway_id": payee(call.store)["gateway_external_id"],
        "payment_method_order": ["card"],
    }


@frontend_operation("CreateUserPaymentMethod")
@frontend_operation("CreateOrganizationPaymentMethod")
def add_payment_method(call: BrowserCall) -> Json:
    payer = managing_payer(call)
    if not call.body.get("payment_token"):
        raise errors.missing("payment_token")
    # No payment provider is asked: every token adds the same test card.
    return payers.payment_method(payers.add_payment_method(call.store, payer))


@frontend_operation("DeleteUserPaymentMethod")
@frontend_operation("DeleteOrganizationPaymentMethod")
def remove_payment_method(call: BrowserCall) -> Json:
    payer = managing_payer(call)
    removed = _require_method(payer, call.path["paymentMethodID"])
    call.store.update(PAYERS, payer, _payment_method=None)
    return {**removed, "status": "disconnected", "is_default": False}


@frontend_operation("SetUserDefaultPaymentMethod")
@frontend_operation("SetOrganizationDefaultPaymentMethod")
def set_default_payment_method(call: BrowserCall) -> Json:
    return _require_method(managing_payer(call), call.body["payment_method_id"])


@frontend_operation("GetUserPaymentAttempts")
@frontend_operation("GetOrganizationPaymentAttempts")
def list_payment_attempts(call: BrowserCall) -> Json:
    return list_page(call, PAYMENTS, PAYMENTS.c.payer_id == reading_payer(call)["id"], serialize=serialize_attempts)


@frontend_operation("GetUserPaymentAttempt")
@frontend_operation("GetOrganizationPaymentAttempt")
def get_payment_attempt(call: BrowserCall) -> Json:
    own = PAYMENTS.c.payer_id == reading_payer(call)["id"]
    return serialize_attempts(call, [call.store.require(PAYMENTS, call.path["paymentAttemptID"], own)])[0]


@frontend_operation("GetUserStatements")
@frontend_operation("GetOrganizationStatements")
def list_statements(call: BrowserCall) -> Json:
    return list_page(
        call, STATEMENTS, STATEMENTS.c.payer_id == reading_payer(call)["id"], serialize=serialize_statements
    )


@frontend_operation("GetUserStatement")
@frontend_operation("GetOrganizationStatement")
def get_statement(call: BrowserCall) -> Json:
    own = STATEMENTS.c.payer_id == reading_payer(call)["id"]
    return serialize_statements(call, [call.store.require(STATEMENTS, call.path["statementID"], own)])[0]


def _require_method(payer: Json, payment_method_id: str) -> Json:
    """Return the payment method of a payer. Raises Clerk's 404 if it has another id."""
    if not payer["_payment_method"] or payer["_payment_method"]["id"] != payment_method_id:
        raise errors.not_found("payment method", payment_method_id, "payment_method_not_found")
    return payers.payment_method(payer)
