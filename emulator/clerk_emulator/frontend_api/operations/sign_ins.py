"""Sign-ins."""

from __future__ import annotations

from clerk_emulator.domain.sign_in import attempts, identifiers, passwords
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.sign_ins import serialize_sign_in
from clerk_emulator.json_types import Json


@frontend_operation("createSignIn")
def create_sign_in(call: BrowserCall) -> Json:
    client = call.ensure_client()
    attempts.require_no_session(call.store, client)
    row = attempts.start(call.store, client, call.origin)
    identifier = call.body.get("identifier")
    if identifier:
        _, user = identifiers.find_user(call.store, identifier)
        if user is None:
            raise identifiers.not_found()
        _, typed = identifiers.parse(call.store, identifier)
        row = attempts.identify(call.store, row, client, user, identifier, typed)
        if call.body.get("password") is not None:
            row = passwords.attempt(call.store, row, call.body["password"])
    return serialize_sign_in(call, row)


@frontend_operation("getSignIn")
def get_sign_in(call: BrowserCall) -> Json:
    return serialize_sign_in(call, attempts.require(call.store, call.client, call.path["sign_in_id"]))


@frontend_operation("attemptSignInFactorOne")
def attempt_first_factor(call: BrowserCall) -> Json:
    row = attempts.require(call.store, call.client, call.path["sign_in_id"])
    attempts.require_status(row, "needs_first_factor")
    row = passwords.attempt(call.store, row, call.body["password"])
    return serialize_sign_in(call, row)
