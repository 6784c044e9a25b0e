"""Users grant applications access: the authorization endpoint, and the decisions of the consent page."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from clerk_emulator.domain.oauth import authorization, consent
from clerk_emulator.domain.oauth.authorization import AuthorizationError, AuthorizationResponse, NextStep
from clerk_emulator.domain.oauth.errors import OAuthError
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.form_post import form_post
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json

_LOGIN = "__clerk_login"
"""The parameter that says since when the user has been asked to sign in again."""

_OF_BROWSER = ("__clerk_db_jwt", "_clerk_session_id", "__clerk_api_version", "_clerk_js_version", _LOGIN)
"""Parameters that are not the application's."""


@frontend_operation("requestOAuthAuthorize", anonymous=True, plain=True, public=True)
def authorize(call: BrowserCall) -> BrowserResponse:
    return _authorize(call, call.query)


@frontend_operation("requestOAuthAuthorizePOST", anonymous=True, plain=True, public=True)
def post_authorize(call: BrowserCall) -> BrowserResponse:
    return _authorize(call, call.body)


@frontend_operation("getOAuthConsent")
def get_consent(call: BrowserCall) -> Json:
    call.require_session()
    return consent.information(call.store, call.path["client_id"], call.query["scope"])


@frontend_operation("submitOAuthConsent", plain=True)
def submit_consent(call: BrowserCall) -> BrowserResponse:
    session = call.require_session()
    parameters = {**call.body, "client_id": call.path["client_id"]}
    try:
        request = authorization.parse(call.store, parameters)
        answer = consent.decide(
            call.store,
            request,
            session,
            consented=parameters.get("consented") in ("true", True),
            organization_id=parameters.get("organization_id") or None,
        )
    except AuthorizationError as error:
        answer = error.response
    except OAuthError as error:
        raise ClerkAPIError(400, "oauth_authorize_request_error", error.error, error.description) from None
    return _deliver(call, answer)


def _authorize(call: BrowserCall, parameters: Json) -> BrowserResponse:
    session = _active_session(call)
    try:
        request = authorization.parse(call.store, parameters)
        is_new = authorization.began_after(call.store, call.keys, session, parameters.get(_LOGIN))
        step = authorization.respond(call.store, request, session, has_just_signed_in=is_new)
    except AuthorizationError as error:
        return _deliver(call, error.response)
    except OAuthError as error:
        return _show(error)
    if isinstance(step, AuthorizationResponse):
        return _deliver(call, step)
    origin = call.cause.origin
    sent = {name: value for name, value in parameters.items() if name not in _OF_BROWSER}
    if step is NextStep.CONSENT:
        return BrowserResponse.redirect(f"{origin}/oauth-consent?{urlencode(sent)}", 303)
    # The sign-in page must not send a user who is signed in already back at once.
    again = {"prompt": "login"} if session is not None else {}
    if "login" in request.prompts:
        sent[_LOGIN] = authorization.login_token(call.store, call.keys)
    query = {"redirect_url": f"{origin}/oauth/authorize?{urlencode(sent)}", **again}
    return BrowserResponse.redirect(f"{origin}/sign-in?{urlencode(query)}", 303)


def _show(error: OAuthError) -> BrowserResponse:
    """Return a page for the user: the browser must not be sent to an address that is not the application's."""
    text = f"{error.error}: {error.description}\n"
    headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return BrowserResponse(status=error.status, headers=headers, content=text.encode())


def _active_session(call: BrowserCall) -> Json | None:
    """Return the session of the browser; None if it is signed out, or the user has tasks to do."""
    try:
        session = call.require_session()
    except ClerkAPIError:
        return None
    return session if session["status"] == "active" else None


def _deliver(call: BrowserCall, answer: AuthorizationResponse) -> BrowserResponse:
    if answer.response_mode == "form_post":
        return form_post(answer.redirect_uri, answer.parameters, urlsplit(call.cause.origin).path)
    return BrowserResponse.redirect(answer.location, 303)
