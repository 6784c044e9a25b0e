"""Sign-ups."""

from __future__ import annotations

import json
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import metadata
from clerk_emulator.domain.access import origins
from clerk_emulator.domain.sign_in.attempts import require_no_session
from clerk_emulator.domain.sign_up import (
    admission,
    attempts,
    completion,
    invitations,
    links,
    social_sign_ups,
    verification,
)
from clerk_emulator.domain.sign_up.requirements import FIELDS, LEGAL_ACCEPTED
from clerk_emulator.domain.sign_up.values import EITHER
from clerk_emulator.domain.social import flows
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.sign_ups import serialize_sign_up
from clerk_emulator.json_types import Json

_VALUES = (*FIELDS, EITHER, "unsafe_metadata", "locale", LEGAL_ACCEPTED)


@frontend_operation("createSignUps")
def create_sign_up(call: BrowserCall) -> Json:
    client = call.ensure_client()
    require_no_session(call.store, client)
    fields: Json = {}
    if call.body.get("ticket"):
        fields = invitations.fields_of_ticket(call.store, call.keys, call.body["ticket"])
    admission.require_admission(call.store, fields.get("_ticket"))
    values = {name: value for name, value in _values(call).items() if value not in (None, "")}
    if fields and values.get("email_address") == fields["email_address"]:
        del values["email_address"]
    row = attempts.start(call.store, values, client_id=client["id"], _origin=call.origin, **fields)
    if call.body.get("transfer"):
        row = social_sign_ups.transfer(call.store, row, client)
    call.update_client(sign_up_id=row["id"])
    return _advance(call, _prepare_given_strategy(call, row))


@frontend_operation("getSignUps")
def get_sign_up(call: BrowserCall) -> Json:
    return serialize_sign_up(call, _own(call))


@frontend_operation("updateSignUps")
def update_sign_up(call: BrowserCall) -> Json:
    row = _latest(call)
    if call.body.get("ticket"):
        attempts.require_open(row)
        fields = invitations.fields_of_ticket(call.store, call.keys, call.body["ticket"])
        row = attempts.touch(call.store, row, **fields)
    row = attempts.change_values(call.store, row, _values(call))
    return _advance(call, _prepare_given_strategy(call, row))


@frontend_operation("prepareSignUpsVerification")
def prepare_verification(call: BrowserCall) -> Json:
    strategy = call.body["strategy"]
    return serialize_sign_up(call, _prepare(call, _latest(call), strategy))


@frontend_operation("attemptSignUpsVerification")
def attempt_verification(call: BrowserCall) -> Json:
    strategy = call.body["strategy"]
    row = _latest(call)
    if strategy not in verification.CODES:
        verification.require_field(call.store, row, strategy)
        message = f"clerk_emulator does not verify {strategy} with a request."
        raise ClerkAPIError(400, "verification_strategy_invalid", "is invalid", message, param_name="strategy")
    row, error = verification.attempt_code(call.store, row, strategy, call.body.get("code"))
    if error:
        raise error
    return _advance(call, row)


def _own(call: BrowserCall) -> Json:
    """Return the sign-up in the path. Raises Clerk's 404 if it is not one of the client's."""
    client = call.require_client()
    row = attempts.require(call.store, call.path["sign_up_id"])
    if row["_client_id"] != client["id"]:
        raise errors.not_found("sign-up", row["id"])
    return row


def _latest(call: BrowserCall) -> Json:
    """Return the sign-up in the path. Raises Clerk's 403 if the client has begun another since."""
    row = _own(call)
    if row["status"] == "missing_requirements" and call.require_client()["sign_up_id"] != row["id"]:
        raise ClerkAPIError(403, "resource_forbidden", "is outdated", "This is not the latest sign-up of the client.")
    return row


def _values(call: BrowserCall) -> Json:
    """Return the values that a person has entered. Raises ClerkAPIError for metadata that is not a JSON object."""
    values: dict[str, Any] = {name: call.body[name] for name in _VALUES if name in call.body}
    if isinstance(values.get("unsafe_metadata"), str) and values["unsafe_metadata"]:
        try:
            values["unsafe_metadata"] = json.loads(values["unsafe_metadata"])
        except (ValueError, RecursionError):
            raise metadata.not_object("unsafe_metadata") from None
    return values


def _prepare_given_strategy(call: BrowserCall, row: Json) -> Json:
    """Prepare the verification that a request names besides its values."""
    strategy = call.body.get("strategy")
    return row if strategy in (None, "", "ticket") else _prepare(call, row, strategy)


def _prepare(call: BrowserCall, row: Json, strategy: str) -> Json:
    if strategy == "email_link":
        redirect_url = origins.require_redirect_url(call.store, call.body.get("redirect_url"))
        return links.prepare(call.store, call.keys, row, redirect_url)
    if flows.is_external(strategy):
        return social_sign_ups.prepare(call.store, row, {**call.body, "strategy": strategy})
    if strategy in verification.CODES:
        return verification.prepare_code(call.store, row, strategy)
    verification.require_field(call.store, row, strategy)
    message = f"clerk_emulator does not prepare {strategy}."
    raise ClerkAPIError(400, "verification_strategy_invalid", "is invalid", message, param_name="strategy")


def _advance(call: BrowserCall, row: Json) -> Json:
    """Complete a sign-up that lacks nothing, and return it."""
    if row["status"] == "missing_requirements":
        row = completion.complete_if_ready(call.store, row, call.ensure_client())
    return serialize_sign_up(call, row)
