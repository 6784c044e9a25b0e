"""Routes for what people do who sign up."""

from __future__ import annotations

from clerk_emulator.control.controls import DEFAULT_ORIGIN
from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import OPEN, boolean, nullable, parameters, text
from clerk_emulator.json_types import Json


@route(
    "POST",
    "/sign_ups",
    python="start_sign_up",
    body=parameters(
        email_address=text(),
        phone_number=text(),
        username=text(),
        web3_wallet=text(),
        password=text(),
        first_name=text(),
        last_name=text(),
        unsafe_metadata=OPEN,
        locale=text(),
        legal_accepted=boolean(),
    ),
    result=OPEN,
)
def start_sign_up(call: ControlCall) -> Json:
    """Begin a sign-up as a browser does, and return it."""
    return call.controls.start_sign_up(**call.body)


@route(
    "POST",
    "/sign_ups/{sign_up_id}/verify",
    python="verify_sign_up",
    body=parameters(
        field=text(enum=["email_address", "phone_number", "web3_wallet"], default="email_address"),
    ),
    result=OPEN,
)
def verify_sign_up(call: ControlCall) -> Json:
    """Verify a value of a sign-up, as the code that was sent does, and return the sign-up."""
    return call.controls.verify_sign_up(call.path["sign_up_id"], **call.body)


@route(
    "POST",
    "/sign_ups/{sign_up_id}/complete",
    python="complete_sign_up",
    body=parameters(origin=nullable(text("The origin of the page.", default=DEFAULT_ORIGIN))),
    result=OPEN,
)
def complete_sign_up(call: ControlCall) -> Json:
    """Create the user of a sign-up, with a session, and return the sign-up."""
    return call.controls.complete_sign_up(**call.path, **call.body)
