"""Sign-ups, which begin and end in the browser."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.domain.sign_up import attempts
from clerk_emulator.domain.sign_up.views import serialize
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation


@operation("GetSignUp")
def get_sign_up(call: Call) -> Json:
    return serialize(call.store, attempts.require(call.store, call.path["id"]))


@operation("UpdateSignUp")
def update_sign_up(call: Call) -> Json:
    row = attempts.require(call.store, call.path["id"])
    return serialize(call.store, attempts.change_application_fields(call.store, row, call.body))
