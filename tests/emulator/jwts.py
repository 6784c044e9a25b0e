"""Tokens, verified as any service would: with PyJWT and the public keys that the emulator shows."""

from __future__ import annotations

from typing import Any

import jwt

from tests.emulator.api import Api, Json


def verified(api: Api, token: str, **options: Any) -> Json:
    """The claims of a token whose signature and times are good. `options` are PyJWT's, such as `audience`."""
    keys = {key["kid"]: key for key in api.get("/jwks")["keys"]}
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    claims: Json = jwt.decode(token, jwt.PyJWK(keys[header["kid"]]).key, algorithms=["RS256"], **options)
    return claims


def category(token: str) -> Any:
    """What the header says that a token is good for."""
    return jwt.get_unverified_header(token).get("cat")
