"""`require_auth` in front of Clerk's frontend: users verify again, or sign in and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AuthOptions
from clerkkit.integrations.starlette import ClerkMiddleware, require_auth
from clerkkit.testing.application_server import serve
from tests.browser.clerk_page import ClerkPage
from tests.browser.site import PROXY_PATH, Site, create_app
from tests.browser.steps import EMAIL, PASSWORD, create_user, signed_in

fresh = require_auth(reverification={"level": "first_factor", "after_minutes": 10})
page_of_user = require_auth(redirect=True)


async def pay(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"paid by {fresh(request).user_id}")


async def account(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"account of {page_of_user(request).user_id}")


@pytest.fixture
def guarded(clerk_emulator: Emulator) -> Iterator[Site]:
    """The application, with two guarded paths. Tokens are verified at the emulator's time."""
    apps: list[Any] = []
    proxied = create_app(clerk_emulator, "same-origin")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            return await apps[0](scope, receive, send)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        messages = [{"type": "lifespan.startup"}, await receive()]

        async def replay() -> Any:
            return messages.pop(0)

        async def pass_on(message: Any) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await send(message)

        await clerk.aclose()
        return await proxied(scope, replay, pass_on)

    clerk = AsyncClerk(
        clerk_emulator.secret_key, base_url=clerk_emulator.url, clock=lambda: clerk_emulator.clock.now() / 1000
    )
    with serve(app) as origin:
        options = AuthOptions(
            publishable_key=clerk_emulator.publishable_key,
            proxy_url=PROXY_PATH,
            authorized_parties=[origin],
            sign_in_url=f"{clerk_emulator.origin}/sign-in",
            jwt_key=clerk_emulator.jwt_key,
        )
        routes = [Route("/payments", pay, methods=["POST"]), Route("/account", account)]
        inner = ClerkMiddleware(Starlette(routes=routes), clerk=clerk, options=options)
        apps.append(Starlette(routes=[Mount("/guarded", inner), Mount("/", proxied)]))
        yield Site(origin, "same-origin")


PAY = """
const token = await Clerk.session.getToken({ skipCache: true });
const response = await fetch('/guarded/payments', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
return [response.status, await response.text(), response.headers.get('content-type')];
"""


def test_user_verifies_again_for_a_payment(
    new_context: Callable[..., BrowserContext], guarded: Site, clerk: Clerk, clerk_emulator: Emulator
) -> None:
    page = ClerkPage(new_context().new_page(), guarded)
    page.page.clock.install()
    user = signed_in(page, clerk)
    assert page.run(PAY)[:2] == [200, f"paid by {user.id}"]
    clerk_emulator.clock.advance(660)
    page.page.clock.fast_forward(660_000)
    status, body, media_type = page.run(PAY)
    assert (status, media_type) == (403, "application/json")
    hint = page.run("return JSON.parse(given).clerk_error", body)
    assert (hint["type"], hint["reason"]) == ("forbidden", "reverification-error")
    asked = hint["metadata"]["reverification"]
    assert asked == {"level": "first_factor", "afterMinutes": 10}
    status = page.run("return (await Clerk.session.startVerification({ level: given.level })).status", asked)
    assert status == "needs_first_factor"
    given = {"strategy": "password", "password": PASSWORD}
    assert page.run("return (await Clerk.session.attemptFirstFactorVerification(given)).status", given) == "complete"
    assert page.run(PAY)[:2] == [200, f"paid by {user.id}"]


def test_page_sends_people_to_sign_in_and_they_come_back(
    new_context: Callable[..., BrowserContext], guarded: Site, clerk: Clerk, clerk_emulator: Emulator
) -> None:
    user = create_user(clerk)
    page = new_context().new_page()
    page.goto(guarded.url("/guarded/account?tab=1"))
    assert page.url.startswith(f"{clerk_emulator.origin}/sign-in?")
    page.get_by_label("Email", exact=False).first.fill(EMAIL)
    page.keyboard.press("Enter")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(guarded.url("/guarded/account?tab=1"))
    assert page.inner_text("body") == f"account of {user.id}"
