"""Testing tokens: what a test shows the frontend, to be taken for no robot. Nothing is kept of them."""

from __future__ import annotations

from clerk_emulator.errors import Json
from clerk_emulator.request.call import Call, operation

_LIFETIME = 3600


@operation("CreateTestingToken")
def create_testing_token(call: Call) -> Json:
    # Seconds, where all other times are milliseconds.
    now = call.clock.now() // 1000
    return {"object": "testing_token", "token": f"{now}-{call.ids.new('c')}", "expires_at": now + _LIFETIME}
