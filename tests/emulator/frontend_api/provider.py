"""A person at the page that takes the place of a social provider."""

from __future__ import annotations

import httpx

from clerk_emulator import Emulator
from tests.emulator.api import Json
from tests.emulator.markup import Page, violations

CALLBACK_PAGE = "http://localhost:3000/sign-in#/sso-callback"
GRACE = {"email_address": "grace@example.com", "first_name": "Grace", "last_name": "Hopper"}


def come_back(emulator: Emulator, verification: Json, person: Json | None = None, act: str = "enter") -> str:
    """Fill in the form of the provider's page, or cancel without a person. Return where the browser is sent then."""
    url = verification["external_verification_redirect_url"]
    assert url.startswith(f"{emulator.origin}/provider?state=")
    with httpx.Client(base_url=emulator.origin, trust_env=False) as http:
        response = http.get(url)
        assert response.status_code == 200, response.text
        page = Page(response)
        assert violations(page) == []
        response = submit(http, page, act if person else "deny", **(person or {}))
        assert response.status_code == 303, response.text
        response = http.get(response.headers["location"])
    assert response.status_code == 303, response.text
    location: str = response.headers["location"]
    return location


def submit(http: httpx.Client, page: Page, act: str, **fields: str) -> httpx.Response:
    """Send the first form of a page for an act."""
    for form in page.all("form"):
        values = {one.get("name"): one.get("value", "") for one in form.iter("input")}
        if values.get("act") == act:
            return http.post(form.get("action"), data={**values, **fields})
    raise AssertionError(f"the page has no form to {act}")
