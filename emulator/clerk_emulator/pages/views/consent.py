"""The page on which a user grants an OAuth application access."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from clerk_emulator.call import Response
from clerk_emulator.domain.oauth import authorization
from clerk_emulator.domain.oauth.authorization import AuthorizationRequest
from clerk_emulator.domain.oauth.errors import OAuthError
from clerk_emulator.domain.oauth.scopes import ORGANIZATION, describe
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.pages import organizations
from clerk_emulator.pages.visit import Redirect, View, Visit

_PATH = "/oauth-consent"
_SENT = (
    *("response_type", "client_id", "redirect_uri", "scope", "state", "prompt", "response_mode", "nonce"),
    *("code_challenge", "code_challenge_method"),
)
"""The parameters of the application's request."""


def show(visit: Visit) -> View | Redirect:
    """Show which application asks for what. Raises ClerkAPIError for a request that no application has made."""
    request = _request(visit)
    here = f"{visit.base}{_PATH}?{urlencode(_sent(visit))}"
    session = visit.session()
    if session is None or session["status"] != "active":
        page = "/sign-in" if session is None else "/tasks"
        return Redirect(visit.address(page, redirect_url=visit.request.origin + here.removeprefix(visit.base)))
    uri = urlsplit(request.redirect_uri)
    values = {
        "here": here,
        "name": request.application["name"],
        "host": uri.netloc or request.redirect_uri,
        "scopes": [describe(scope) for scope in request.scopes],
        "memberships": organizations.memberships(visit) if ORGANIZATION in request.scopes else [],
        "active": session["last_active_organization_id"],
        "user": visit.perform("getUser"),
        "destination": request.redirect_uri,
    }
    return View("pages/consent.html", values)


def act(visit: Visit) -> Response:
    """Tell the application what the user has decided."""
    body: dict[str, Any] = {
        **_sent(visit),
        "consented": visit.form.get("act") == "allow",
        "organization_id": visit.form.get("organization_id") or None,
    }
    return visit.run("submitOAuthConsent", body, path={"client_id": visit.query.get("client_id", "")})


def _sent(visit: Visit) -> dict[str, str]:
    return {name: visit.query[name] for name in _SENT if visit.query.get(name)}


def _request(visit: Visit) -> AuthorizationRequest:
    try:
        with visit.state.store.transaction():
            return authorization.parse(visit.state.store, _sent(visit))
    except OAuthError as error:
        raise ClerkAPIError(400, "oauth_authorize_request_error", error.error, error.description) from None
