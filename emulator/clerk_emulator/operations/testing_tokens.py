"""Testing tokens, with which tests bypass the bot detection of the Frontend API. They are not stored."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation

_LIFETIME = 3600


@operation("CreateTestingToken")
def create_testing_token(call: Call) -> Json:
    # In seconds, unlike all other times.
    now = call.clock.now() // 1000
    return {"object": "testing_token", "token": f"{now}-{call.ids.new('c')}", "expires_at": now + _LIFETIME}
