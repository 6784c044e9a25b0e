"""What an application learns about a user: the claims of ID tokens, and the user information."""

from __future__ import annotations

import base64
import hashlib

from clerk_emulator.domain.oauth.access_tokens import TOKEN_SECONDS
from clerk_emulator.domain.oauth.scopes import ORGANIZATION
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.domain.users.user_accounts import serialize_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS

SUPPORTED = (
    *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "at_hash"),
    *("email", "email_verified", "family_name", "given_name", "name", "preferred_username", "picture"),
    *("public_metadata", "private_metadata", "unsafe_metadata", "org_id", "org_name", "org_slug"),
)


def of_user(store: Store, user_id: str, scopes: list[str], organization_id: str | None) -> Json:
    """Return the claims about a user that scopes include."""
    user = serialize_user(store, store.require(USERS, user_id))
    claims: Json = {}
    if "email" in scopes:
        address = _primary(user, "email_address")
        verification = address and address["verification"]
        claims |= {
            "email": address and address["email_address"],
            "email_verified": bool(verification and verification["status"] == "verified"),
        }
    if "profile" in scopes:
        names = [name for name in (user["first_name"], user["last_name"]) if name]
        claims |= {
            "family_name": user["last_name"],
            "given_name": user["first_name"],
            "name": " ".join(names) or None,
            "username": user["username"],
            "preferred_username": user["username"],
            "picture": user["image_url"],
        }
    if "public_metadata" in scopes:
        # That this includes what the user's browser stores is our choice.
        claims |= {"public_metadata": user["public_metadata"], "unsafe_metadata": user["unsafe_metadata"]}
    if "private_metadata" in scopes:
        claims["private_metadata"] = user["private_metadata"]
    if ORGANIZATION in scopes:
        organization = store.get(ORGANIZATIONS, organization_id or "") or {}
        claims |= {f"org_{key}": organization.get(key) for key in ("id", "name", "slug")}
    return claims


def user_info(store: Store, keys: Keys, token: Json) -> Json:
    """Return the information about the user of an access token."""
    user_id = token["subject"]
    claims = of_user(store, user_id, token["scopes"], token["_organization_id"])
    return {
        "object": "oauth_user_info",
        "instance_id": keys.instance_id,
        "user_id": user_id,
        "sub": user_id,
        **claims,
    }


def id_token(store: Store, keys: Keys, issuer: str, client_id: str, code: Json, access_token: str) -> str:
    """Return an ID token (OpenID Connect) for the user who granted a code."""
    digest = hashlib.sha256(access_token.encode()).digest()
    user_id = code["_user_id"]
    claims: Json = {
        "iss": issuer,
        "sub": user_id,
        "aud": client_id,
        "jti": store.ids.hex(20),
        "at_hash": base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode(),
        **jwts.lifetime(store, TOKEN_SECONDS),
        **of_user(store, user_id, code["scopes"], code["organization_id"]),
    }
    if code["nonce"] is not None:
        claims["nonce"] = code["nonce"]
    given = {name: value for name, value in claims.items() if value is not None}
    # The category keeps applications from using it as a session token of the user. That it is this one is our choice.
    return jwts.sign(keys, given, category=jwts.TEMPLATE)


def _primary(user: Json, kind: str) -> Json | None:
    found: list[Json] = [one for one in user["email_addresses"] if one["id"] == user[f"primary_{kind}_id"]]
    return found[0] if found else None
