"""Routes for billing: what Clerk's dashboard and its checkout do."""

from __future__ import annotations

from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import OPEN, boolean, integer, list_of, nullable, number, parameters, result, text
from clerk_emulator.domain.billing.payments import FAILURES
from clerk_emulator.json_types import Json

_PAYER_TYPE = text("Who can have the plan.", enum=["user", "org"], default="user")
_TRIAL = {
    "type": ["boolean", "null"],
    "description": "Whether to begin with a free trial; null for if the plan has one and the payer is eligible.",
}


@route(
    "POST",
    "/billing/plans",
    python="billing.add_plan",
    body=parameters(
        "slug",
        slug=text(),
        payer_type=_PAYER_TYPE,
        name=nullable(text("The name; made from the slug if it is null.")),
        amount=nullable(integer("The price of a month in cents.")),
        annual_monthly_amount=nullable(integer("The price of a month in cents, if a year is paid.")),
        features=list_of(text(), "The slugs of its features."),
        free_trial_days=nullable(integer("The days of a free trial.")),
        publicly_visible=boolean(),
        description=nullable(text()),
    ),
    result=OPEN,
)
def add_plan(call: ControlCall) -> Json:
    """Add a plan, and return it. The first plan switches billing on for its type of payer."""
    return call.controls.billing.add_plan(**call.body)


@route(
    "POST",
    "/billing/discounts",
    python="billing.add_discount",
    body=parameters(
        "name",
        name=text(),
        percent_off=nullable(number("The percentage that it takes off.")),
        amount_off=nullable(integer("The cents that it takes off.")),
        cycles=nullable(integer("For how many periods it lasts; null for all.")),
        active=boolean("Whether it can be applied."),
    ),
    result=result(id=text("The id of the discount.")),
)
def add_discount(call: ControlCall) -> Json:
    """Add a discount of a percentage or of cents, and return its id."""
    return {"id": call.controls.billing.add_discount(**call.body)}


@route(
    "POST",
    "/billing/checkouts",
    python="billing.checkout",
    body=parameters(
        "owner_id plan",
        owner_id=text("A user or an organization."),
        plan=text("The slug or the id of a plan."),
        period=text(enum=["month", "annual"], default="month"),
        trial=_TRIAL,
        payment_method=boolean("Whether to add a test card. Only trials and free plans need none."),
    ),
    result=OPEN,
)
def check_out(call: ControlCall) -> Json:
    """Choose a plan for a user or an organization, and return the subscription item."""
    return call.controls.billing.checkout(**call.body)


@route(
    "POST",
    "/billing/payers/{owner_id}/fail_payments",
    python="billing.fail_payments",
    body=parameters(reason=text("How they fail.", enum=[*FAILURES], default="card_declined")),
)
def fail_payments(call: ControlCall) -> None:
    """Let the payments of a user or an organization fail from now on."""
    call.controls.billing.fail_payments(call.path["owner_id"], **call.body)


@route("POST", "/billing/payers/{owner_id}/accept_payments", python="billing.accept_payments")
def accept_payments(call: ControlCall) -> None:
    """Let the payments of a user or an organization succeed again."""
    call.controls.billing.accept_payments(**call.path)


@route("POST", "/billing/payers/{owner_id}/payment_method", python="billing.add_payment_method")
def add_payment_method(call: ControlCall) -> None:
    """Give a user or an organization a test card, unless there is one."""
    call.controls.billing.add_payment_method(**call.path)


@route("DELETE", "/billing/payers/{owner_id}/payment_method", python="billing.remove_payment_method")
def remove_payment_method(call: ControlCall) -> None:
    """Remove the card of a user or an organization."""
    call.controls.billing.remove_payment_method(**call.path)


@route("POST", "/billing/payers/{owner_id}/pay", python="billing.pay", result=OPEN)
def pay(call: ControlCall) -> Json:
    """Charge a user or an organization again for what is past due or incomplete, and return the subscription item."""
    return call.controls.billing.pay(**call.path)
