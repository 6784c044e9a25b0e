"""Verify tokens with PyJWT and the emulator's public keys, as any service would."""

from __future__ import annotations

from typing import Any

import jwt

from tests.emulator.api import Api, Json


def verified(api: Api, token: str, **options: Any) -> Json:
    """Return the claims of a valid token. `options` are PyJWT's, such as `audience`."""
    keys = {key["kid"]: key for key in api.get("/jwks")["keys"]}
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    claims: Json = jwt.decode(token, jwt.PyJWK(keys[header["kid"]]).key, algorithms=["RS256"], **options)
    return claims


def category(token: str) -> Any:
    """Return the category in a token's header."""
    return jwt.get_unverified_header(token).get("cat")
