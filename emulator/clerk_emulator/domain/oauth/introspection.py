"""What applications can learn about tokens, and how they give them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.oauth import access_tokens, applications, grants
from clerk_emulator.domain.oauth.errors import OAuthError, invalid_client, invalid_request
from clerk_emulator.domain.oauth.tokens import find_refresh_token
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store


def introspect(store: Store, keys: Keys, authorization: str | None, parameters: Mapping[str, Any]) -> Json:
    """Return the state of an access or refresh token, as RFC 7662 describes it.

    Raises OAuthError, and Clerk's 422 without a token.
    """
    client = applications.authenticate(store, authorization, parameters)
    if not parameters.get("token"):
        raise errors.missing("token")
    token = _find(store, keys, str(parameters["token"]))
    application = token and store.get(applications.OAUTH_APPLICATIONS, token["_application_id"])
    # An API asks about the tokens of all clients. One without a secret could be anybody. Both are our choice.
    if not token or not application or (client["public"] and client["id"] != application["id"]):
        return {"active": False}
    if not set((parameters.get("scope") or "").split()) <= set(token["scopes"]):
        return {"active": False}
    organization_id = token.get("_organization_id") or token.get("organization_id")
    return {
        "active": True,
        "client_id": application["client_id"],
        "iat": token["created_at"] // 1000,
        "scope": " ".join(token["scopes"]),
        "sub": token["_user_id"],
        **({"org_id": organization_id} if organization_id else {}),
    }


def revoke(store: Store, keys: Keys, authorization: str | None, parameters: Mapping[str, Any]) -> None:
    """Revoke the grant of a token, as RFC 7009 describes it. An unknown token is no error. Raises OAuthError."""
    client = applications.authenticate(store, authorization, parameters)
    if client["public"]:
        raise invalid_client("A public client cannot revoke tokens.")
    sent = str(parameters.get("token") or "")
    if not sent:
        raise invalid_request("The token is missing.")
    if "." in sent:
        raise OAuthError("unsupported_token_type", "A JWT cannot be revoked.")
    token = _find(store, keys, sent)
    if token and token["_application_id"] == client["id"]:
        grants.revoke(store, client["id"], token["_user_id"])


def _find(store: Store, keys: Keys, token: str) -> Json | None:
    return access_tokens.find_valid(store, keys, token) or find_refresh_token(store, token)
