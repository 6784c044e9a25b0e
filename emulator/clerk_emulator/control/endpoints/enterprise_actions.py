"""Routes for what identity providers and directories of companies do."""

from __future__ import annotations

from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import OPEN, list_of, nullable, parameters, text
from clerk_emulator.json_types import Json

_DIRECTORY = text("The id or the API key of the directory.")
_EXTERNAL_ID = text("The id of the user in the directory.")


@route(
    "POST",
    "/users/{user_id}/enterprise_accounts",
    python="connect_enterprise_account",
    body=parameters(
        "connection_id",
        connection_id=text("An active enterprise connection."),
        email_address=nullable(text("An address at a domain of the connection; by default one of the user.")),
        provider_user_id=text("The id that the identity provider has for the user; by default the address."),
    ),
    result=OPEN,
)
def connect_enterprise_account(call: ControlCall) -> Json:
    """Connect a user to an enterprise connection, as the first single sign-on does, and return the user."""
    return call.controls.connect_enterprise_account(**call.path, **call.body)


@route(
    "POST",
    "/enterprise_connections/{connection_id}/test_runs/finish",
    python="finish_test_run",
    body=parameters(
        status=text(enum=["success", "failed"], default="success"),
        email_address=text("Required for a success."),
        first_name=text(),
        last_name=text(),
        user_id=text(),
    ),
    result=OPEN,
)
def finish_test_run(call: ControlCall) -> Json:
    """Finish the oldest pending test run of an enterprise connection, and return it."""
    return call.controls.finish_test_run(call.path["connection_id"], **call.body)


@route(
    "POST",
    "/directories/provision_user",
    python="provision_user",
    body=parameters(
        "directory external_id",
        directory=_DIRECTORY,
        external_id=_EXTERNAL_ID,
        email_address=nullable(text("Required for a new user.")),
        first_name=nullable(text()),
        last_name=nullable(text()),
        groups=list_of(text(), "All groups of the user."),
    ),
    result=OPEN,
)
def provision_user(call: ControlCall) -> Json:
    """Create a user through a directory, or change and reactivate one, and return the user."""
    return call.controls.provision_user(**call.body)


@route(
    "POST",
    "/directories/deprovision_user",
    python="deprovision_user",
    body=parameters("directory external_id", directory=_DIRECTORY, external_id=_EXTERNAL_ID),
    result=OPEN,
)
def deprovision_user(call: ControlCall) -> Json:
    """Deactivate a user through a directory, which revokes all sessions, and return the user."""
    return call.controls.deprovision_user(**call.body)
