"""The public half of the key that signs tokens."""

from __future__ import annotations

from clerk_emulator.call import Call, operation
from clerk_emulator.errors import Json
from clerk_emulator.keys import public_jwk


@operation("GetJWKS")
def get_jwks(call: Call) -> Json:
    return {"keys": [public_jwk(call.keys.private_pem, call.keys.instance_id)]}
