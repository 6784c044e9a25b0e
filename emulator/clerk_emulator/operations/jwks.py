"""The public key that verifies tokens."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation


@operation("GetJWKS")
def get_jwks(call: Call) -> Json:
    return {"keys": [call.keys.public_jwk]}
