"""The endpoints of the authorization server that applications call."""

from __future__ import annotations

import re
from collections.abc import Callable

from clerk_emulator.domain.oauth import access_tokens, claims, introspection, registration, tokens
from clerk_emulator.domain.oauth.errors import OAuthError
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall, BrowserHandler, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import USERS

_BEARER = re.compile(r"Bearer ([!-~]+)", re.IGNORECASE)


def _oauth_operation(operation_id: str) -> Callable[[Callable[[BrowserCall], Json | None]], BrowserHandler]:
    """Register a handler whose errors are those of OAuth. What it has written before is kept."""

    def register(handle: Callable[[BrowserCall], Json | None]) -> BrowserHandler:
        def handle_with_errors(call: BrowserCall) -> BrowserResponse:
            try:
                body = handle(call)
            except OAuthError as error:
                return BrowserResponse(error.body, error.status, {**tokens.HEADERS, **error.headers})
            return BrowserResponse(body, headers=tokens.HEADERS, content=b"" if body is None else None)

        return frontend_operation(operation_id, anonymous=True, plain=True, public=True)(handle_with_errors)

    return register


@_oauth_operation("getOAuthToken")
def get_token(call: BrowserCall) -> Json:
    return tokens.exchange(call.store, call.keys, call.cause.origin, call.headers.get("authorization"), call.body)


@_oauth_operation("getOAuthTokenInfo")
def get_token_info(call: BrowserCall) -> Json:
    return introspection.introspect(call.store, call.keys, call.headers.get("authorization"), call.body)


@_oauth_operation("revokeOAuthToken")
def revoke_token(call: BrowserCall) -> None:
    introspection.revoke(call.store, call.keys, call.headers.get("authorization"), call.body)


@_oauth_operation("registerOAuthClient")
def register_client(call: BrowserCall) -> Json:
    return registration.register(call.store, call.keys.instance_id, call.body)


@frontend_operation("getOAuthUserInfo", anonymous=True, plain=True, public=True)
@frontend_operation("getOAuthUserInfoPOST", anonymous=True, plain=True, public=True)
def get_user_info(call: BrowserCall) -> Json:
    match = _BEARER.fullmatch(call.headers.get("authorization", ""))
    token = access_tokens.find_valid(call.store, call.keys, match[1]) if match else None
    if token is None:
        message = "The Authorization header must be Bearer, a space, and a valid access token."
        error = ClerkAPIError(401, "oauth_fetch_user_error", "is not authorized", message)
        error.headers["WWW-Authenticate"] = "Bearer" + (' error="invalid_token"' if match else "")
        raise error
    if call.store.require(USERS, token["subject"])["banned"]:
        raise ClerkAPIError(403, "oauth_fetch_user_forbidden_error", "is forbidden", "The user of the token is banned.")
    return claims.user_info(call.store, call.keys, token)
