"""The public half of the key that signs tokens."""

from __future__ import annotations

from clerk_emulator.call import Call, operation
from clerk_emulator.errors import Json


@operation("GetJWKS")
def get_jwks(call: Call) -> Json:
    return {"keys": [call.keys.public_jwk]}
