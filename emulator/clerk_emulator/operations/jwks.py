"""The public half of the key that signs tokens."""

from __future__ import annotations

from clerk_emulator.errors import Json
from clerk_emulator.request.call import Call, operation


@operation("GetJWKS")
def get_jwks(call: Call) -> Json:
    return {"keys": [call.keys.public_jwk]}
