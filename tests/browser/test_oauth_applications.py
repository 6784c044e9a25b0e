"""A user grants an OAuth application access, in the browser and with Authlib."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.requests_client import OAuth2Session
from playwright.sync_api import BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.testing.application_server import serve

STATE = "a-state-of-some-length"


async def _show(request: Request) -> Response:
    """Show what has arrived: the method, and the parameters of the query or form."""
    parameters = request.query_params if request.method == "GET" else await request.form()
    return PlainTextResponse(f"{request.method} {'&'.join(sorted(parameters))} {parameters.get('code', '')}")


@pytest.fixture
def page(new_context: Callable[[], BrowserContext]) -> Page:
    page = new_context().new_page()
    page.set_default_timeout(15_000)
    return page


@pytest.mark.flow("OAuth application: sign in, consent, tokens")
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_grant(page: Page, clerk_emulator: Emulator, clerk: Clerk, mode: str) -> None:
    user = clerk.users.create(first_name="Ada", email_address=["ada@example.com"])
    routes = [Route("/callback", _show, methods=["GET", "POST"])]
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(serve(Starlette(routes=routes)))
        made = clerk.oauth_applications.create(name="Calendar", redirect_uris=[f"{origin}/callback"])
        redirect_uri = made.redirect_uris[0]
        client = stack.enter_context(OAuth2Session(made.client_id, made.client_secret, redirect_uri=redirect_uri))
        client.trust_env = False
        server = f"{clerk_emulator.origin}/oauth"
        url, _ = client.create_authorization_url(f"{server}/authorize", state=STATE, response_mode=mode)
        page.goto(url)
        page.get_by_role("button", name="Ada").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Calendar")
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(re.compile(rf"^{origin}/callback"))
        method, names, code = page.locator("body").inner_text().split(" ")
        assert (method, names) == ({"query": "GET", "form_post": "POST"}[mode], "code&state")
        if mode == "query":
            assert parse_qs(urlsplit(page.url).query)["state"] == [STATE]
        client.fetch_token(f"{server}/token", code=code)
        assert client.get(f"{server}/userinfo").json()["sub"] == user.id
        # The user has consented, and is signed in: there is no page any more.
        page.goto(url)
        page.wait_for_url(re.compile(rf"^{origin}/callback"))


@pytest.mark.flow("OAuth application: denied")
def test_deny(page: Page, clerk_emulator: Emulator, clerk: Clerk) -> None:
    clerk.users.create(first_name="Ada", email_address=["ada@example.com"])
    with serve(Starlette(routes=[Route("/callback", _show)])) as origin:
        made = clerk.oauth_applications.create(name="Calendar", redirect_uris=[f"{origin}/callback"])
        query = f"response_type=code&client_id={made.client_id}&state={STATE}"
        page.goto(f"{clerk_emulator.origin}/oauth/authorize?{query}")
        page.get_by_role("button", name="Ada").click()
        page.get_by_role("button", name="Deny").click()
        page.wait_for_url(re.compile(rf"^{origin}/callback\?"))
        answer = parse_qs(urlsplit(page.url).query)
        assert (answer["error"], answer["state"]) == (["access_denied"], [STATE])
