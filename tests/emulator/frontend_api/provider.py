"""A person at the page of a social provider."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from clerk_emulator import Emulator
from clerk_emulator.domain.social import flows, identities
from tests.emulator.api import Json
from tests.emulator.frontend_api.browser import Browser

CALLBACK_PAGE = "http://localhost:3000/sign-in#/sso-callback"
GRACE = {"email_address": "grace@example.com", "first_name": "Grace", "last_name": "Hopper"}


def come_back(emulator: Emulator, browser: Browser, verification: Json, person: Json | None = None) -> str:
    """Sign a person in at the provider, or deny it for None. Return where the browser is sent then."""
    parts = urlsplit(verification["external_verification_redirect_url"])
    assert f"{parts.scheme}://{parts.netloc}" == emulator.origin
    store = emulator._state.store
    with store.transaction():
        flow = flows.require(store, parse_qs(parts.query)["state"][0])
        identity = identities.parse(parts.path.rpartition("/")[2], person) if person else None
        answer = flows.approve(store, flow, identity) if identity else flows.deny(flow)
    response = browser.http.get(f"/v1/oauth_callback?{urlencode(answer)}")
    assert response.status_code == 303, response.text
    location: str = response.headers["location"]
    return location
