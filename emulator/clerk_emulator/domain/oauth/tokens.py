"""The token endpoint: applications exchange codes and refresh tokens for access tokens."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from clerk_emulator.domain.oauth import access_tokens, applications, claims, grants
from clerk_emulator.domain.oauth.errors import OAuthError, invalid_grant, invalid_request
from clerk_emulator.domain.oauth.grants import OAUTH_CODES, OAUTH_REFRESH_TOKENS
from clerk_emulator.domain.oauth.scopes import OPENID
from clerk_emulator.domain.tokens import opaque_tokens
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""Headers of responses with tokens."""


def exchange(store: Store, keys: Keys, issuer: str, authorization: str | None, parameters: Mapping[str, Any]) -> Json:
    """Return the tokens for the grant in a request.

    `issuer` becomes the claim `iss` of JWTs. `authorization` is the header. Raises OAuthError. What was written before
    must be kept nevertheless: a code that is used twice revokes its tokens.
    """
    grant_type = parameters.get("grant_type")
    if not grant_type:
        raise invalid_request("The grant_type is missing.")
    if grant_type not in ("authorization_code", "refresh_token"):
        message = "The grant_type must be authorization_code or refresh_token."
        raise OAuthError("unsupported_grant_type", message, 401)
    application = applications.authenticate(store, authorization, parameters)
    if grant_type == "authorization_code":
        grant = _redeem_code(store, application, parameters)
        scopes = grant["scopes"]
        refresh_token = f"clk_refresh_{store.ids.secret(32)}"
        store.create(
            OAUTH_REFRESH_TOKENS,
            {
                "scopes": scopes,
                "nonce": grant["nonce"],
                "organization_id": grant["organization_id"],
                "revoked": False,
                "expiration": opaque_tokens.expiration(store, "seconds", grants.REFRESH_TOKEN_SECONDS),
                "_application_id": application["id"],
                "_user_id": grant["_user_id"],
                "_secret": refresh_token,
            },
        )
    else:
        grant = _refresh_token(store, application, parameters)
        scopes = _narrowed(grant["scopes"], parameters.get("scope"))
        # That a refresh token stays the same is our choice.
        refresh_token = grant["_secret"]
    access_token = access_tokens.issue(
        store,
        keys,
        application["id"],
        grant["_user_id"],
        scopes,
        issuer=issuer,
        organization_id=grant["organization_id"],
    )
    tokens = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": access_tokens.TOKEN_SECONDS,
        "refresh_token": refresh_token,
        "scope": " ".join(scopes),
    }
    if OPENID in scopes:
        granted = {**grant, "scopes": scopes}
        tokens["id_token"] = claims.id_token(store, keys, issuer, application["client_id"], granted, access_token)
    return tokens


def find_refresh_token(store: Store, secret: str) -> Json | None:
    """Return the valid refresh token, or None."""
    table = OAUTH_REFRESH_TOKENS
    return store.find(table, table.c.secret == secret, ~table.c.revoked, opaque_tokens.unexpired(store, table))


def _redeem_code(store: Store, application: Json, parameters: Mapping[str, Any]) -> Json:
    """Return a code that is used for the first time."""
    sent = parameters.get("code")
    if not sent:
        raise invalid_request("The code is missing.")
    of_application = OAUTH_CODES.c.application_id == application["id"]
    code = store.find(OAUTH_CODES, OAUTH_CODES.c.secret == sent, of_application)
    if code is None:
        raise invalid_grant("The code is unknown.")
    if code["used"]:
        # One of the two who sent it has stolen it.
        grants.revoke(store, application["id"], code["_user_id"])
        raise invalid_grant("The code was used before.")
    if code["expires_at"] <= store.clock.now():
        raise invalid_grant("The code has expired.")
    if code["redirect_uri"] is not None and parameters.get("redirect_uri") != code["redirect_uri"]:
        raise invalid_grant("The redirect_uri must be that of the request for authorization.")
    _check_verifier(code["code_challenge"], parameters.get("code_verifier"))
    return store.update(OAUTH_CODES, code, used=True)


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    if challenge is None:
        if verifier:
            raise invalid_grant("The request for authorization had no code_challenge.")
        return
    if not verifier:
        raise invalid_request("The code_verifier is missing.")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not _VERIFIER.fullmatch(verifier) or not secrets.compare_digest(digest, challenge):
        raise invalid_grant("The code_verifier does not match the code_challenge.")


def _refresh_token(store: Store, application: Json, parameters: Mapping[str, Any]) -> Json:
    sent = parameters.get("refresh_token")
    if not sent:
        raise invalid_request("The refresh_token is missing.")
    found = find_refresh_token(store, sent)
    if found is None or found["_application_id"] != application["id"]:
        raise invalid_grant("The refresh token is unknown, revoked or expired.")
    return found


def _narrowed(granted: list[str], sent: str | None) -> Sequence[str]:
    requested = list(dict.fromkeys((sent or "").split()))
    if not set(requested) <= set(granted):
        raise invalid_request("The scope must not exceed what the user has granted.")
    return requested or granted
