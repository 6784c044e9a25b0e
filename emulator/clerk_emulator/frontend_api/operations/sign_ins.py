"""Sign-ins."""

from __future__ import annotations

from clerk_emulator.domain.sign_in import attempts, creation, first_factor, password_reset, second_factor
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.sign_ins import serialize_sign_in
from clerk_emulator.json_types import Json


@frontend_operation("createSignIn")
def create_sign_in(call: BrowserCall) -> Json:
    row = creation.create(call.store, call.keys, call.ensure_client(), call.body, call.origin)
    return serialize_sign_in(call, row)


@frontend_operation("getSignIn")
def get_sign_in(call: BrowserCall) -> Json:
    return serialize_sign_in(call, _sign_in(call))


@frontend_operation("prepareSignInFactorOne")
def prepare_first_factor(call: BrowserCall) -> Json:
    return serialize_sign_in(call, first_factor.prepare(call.store, call.keys, _sign_in(call), call.body))


@frontend_operation("attemptSignInFactorOne")
def attempt_first_factor(call: BrowserCall) -> Json:
    return serialize_sign_in(call, first_factor.attempt(call.store, _sign_in(call), call.body))


@frontend_operation("prepareSignInFactorTwo")
def prepare_second_factor(call: BrowserCall) -> Json:
    return serialize_sign_in(call, second_factor.prepare(call.store, _sign_in(call), call.body))


@frontend_operation("attemptSignInFactorTwo")
def attempt_second_factor(call: BrowserCall) -> Json:
    return serialize_sign_in(call, second_factor.attempt(call.store, _sign_in(call), call.body))


@frontend_operation("resetPassword")
def reset_password(call: BrowserCall) -> Json:
    signs_out = bool(call.body.get("sign_out_of_other_sessions"))
    row = password_reset.set_password(
        call.store, _sign_in(call), call.body["password"], sign_out_of_other_sessions=signs_out
    )
    return serialize_sign_in(call, row)


def _sign_in(call: BrowserCall) -> Json:
    return attempts.require(call.store, call.client, call.path["sign_in_id"])
