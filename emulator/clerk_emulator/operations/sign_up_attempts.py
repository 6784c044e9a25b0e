"""Sign-ups, which begin and end in the browser."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.domain import sign_ups
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation


@operation("GetSignUp")
def get_sign_up(call: Call) -> Json:
    return sign_ups.serialize(sign_ups.require(call.store, call.path["id"]))


@operation("UpdateSignUp")
def update_sign_up(call: Call) -> Json:
    row = sign_ups.require(call.store, call.path["id"])
    return sign_ups.serialize(sign_ups.update(call.store, row, call.body))
