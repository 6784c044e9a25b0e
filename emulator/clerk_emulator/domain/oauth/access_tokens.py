"""Access tokens that users grant OAuth applications."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain.oauth.applications import OAUTH_APPLICATIONS, find
from clerk_emulator.domain.tokens import jwts, opaque_tokens
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.settings import OAUTH_APPLICATION_SETTINGS
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import USERS

OAUTH_TOKENS = ResourceTable(
    "clerk_idp_oauth_access_token",
    "oat",
    opaque_tokens.COLUMNS,
    owners={"application_id": "oauth_application", "user_id": "user"},
    unique=("secret",),
)
"""Opaque access tokens. JWTs are not stored."""

TOKEN_SECONDS = 24 * 3600
"""Lifetime of an access token."""

_JWT_TYPE = "at+jwt"


def issue(
    store: Store,
    keys: Keys,
    application_id: str,
    user_id: str,
    scopes: Sequence[str] | None = None,
    *,
    seconds: int = TOKEN_SECONDS,
    issuer: str | None = None,
    organization_id: str | None = None,
) -> str:
    """Return an access token of a user for an application: opaque, or a JWT if the instance settings say so.

    `scopes` are by default those of the application. `issuer` is the claim `iss` of a JWT, by default the Frontend API
    in the publishable key. Raises ClerkAPIError for an unknown application or user.
    """
    application = store.require(OAUTH_APPLICATIONS, application_id)
    user = store.require(USERS, user_id)
    token_id = store.ids.new_hex(OAUTH_TOKENS.prefix)
    granted = list(application["scopes"].split() if scopes is None else scopes)
    if OAUTH_APPLICATION_SETTINGS.value(store, "oauth_jwt_access_tokens"):
        claims = {
            "iss": issuer or keys.issuer,
            "sub": user["id"],
            "client_id": application["client_id"],
            "scope": " ".join(granted),
            "jti": token_id,
            **({"org_id": organization_id} if organization_id else {}),
            **jwts.lifetime(store, seconds),
        }
        return jwts.sign(keys, claims, headers={"typ": _JWT_TYPE})
    secret = f"oat_{store.ids.hex()}"
    store.create(
        OAUTH_TOKENS,
        {
            "id": token_id,
            "client_id": application["client_id"],
            "subject": user["id"],
            "scopes": granted,
            "revoked": False,
            "revocation_reason": None,
            "expiration": opaque_tokens.expiration(store, "seconds", seconds),
            "_application_id": application["id"],
            "_user_id": user["id"],
            "_organization_id": organization_id,
            "_secret": secret,
        },
    )
    return secret


def of_jwt(store: Store, keys: Keys, token: str) -> Json | None:
    """Return the access token in a JWT; None if it is invalid, or the user or application does not exist."""
    import jwt

    claims = jwts.read(keys, token)
    if claims is None or jwt.get_unverified_header(token).get("typ") != _JWT_TYPE:
        return None
    application = find(store, claims["client_id"])
    if application is None or store.get(USERS, claims["sub"]) is None or claims["exp"] * 1000 <= store.clock.now():
        return None
    return {
        "object": OAUTH_TOKENS.name,
        "id": claims["jti"],
        "client_id": claims["client_id"],
        "subject": claims["sub"],
        "scopes": claims["scope"].split(),
        "revoked": False,
        "revocation_reason": None,
        "expiration": claims["exp"] * 1000,
        "created_at": claims["iat"] * 1000,
        "updated_at": claims["iat"] * 1000,
        "_application_id": application["id"],
        "_user_id": claims["sub"],
        "_organization_id": claims.get("org_id"),
    }


def find_valid(store: Store, keys: Keys, token: str) -> Json | None:
    """Return the access token, opaque or a JWT; None if it is unknown, revoked or expired."""
    if "." in token:
        return of_jwt(store, keys, token)
    return store.find(
        OAUTH_TOKENS,
        OAUTH_TOKENS.c.secret == token,
        ~OAUTH_TOKENS.c.revoked,
        opaque_tokens.unexpired(store, OAUTH_TOKENS),
    )
