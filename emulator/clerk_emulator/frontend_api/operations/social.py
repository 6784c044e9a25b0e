"""Accounts with providers: the return of a browser from a provider, and accounts that users connect."""

from __future__ import annotations

from urllib.parse import urlencode

from clerk_emulator.domain.sign_in import social_callback
from clerk_emulator.domain.social import connections
from clerk_emulator.domain.users.identifications import serialize_identification
from clerk_emulator.frontend_api.access import require_verified_user
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json


@frontend_operation("getOauthCallback", anonymous=True)
def finish_flow(call: BrowserCall) -> BrowserResponse:
    return BrowserResponse.redirect(social_callback.handle(call.store, call.query), 303)


@frontend_operation("postOauthCallback", anonymous=True, plain=True, public=True)
def finish_posted_flow(call: BrowserCall) -> BrowserResponse:
    # Only with a GET, the browser sends its cookies from the page of the provider.
    parameters = {name: value for name, value in call.body.items() if isinstance(value, str)}
    return BrowserResponse.redirect(f"{call.cause.origin}/v1/oauth_callback?{urlencode(parameters)}", 303)


@frontend_operation("postOAuthAccounts")
def connect_account(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    return serialize_identification(connections.start(call.store, call.require_client()["id"], user, call.body))


@frontend_operation("reauthorizeExternalAccount")
def reauthorize_account(call: BrowserCall) -> Json:
    user, account_id = call.require_user(), call.path["external_account_id"]
    row = connections.reauthorize(call.store, call.require_client()["id"], user, account_id, call.body)
    return serialize_identification(row)
