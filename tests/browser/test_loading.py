"""Clerk's frontend loads, and finds its session again."""

from __future__ import annotations

import pytest

from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import signed_in


@pytest.mark.flow("load")
def test_loads_without_a_user(clerk_page: ClerkPage) -> None:
    clerk_page.open()
    assert clerk_page.run("return [Clerk.status, Clerk.user, Clerk.session, Clerk.isSignedIn]") == [
        "ready",
        None,
        None,
        False,
    ]
    cookies = clerk_page.cookies()
    assert cookies["__clerk_db_jwt"].startswith("dvb_")
    assert cookies["__client_uat"] == "0"
    assert "__session" not in cookies


@pytest.mark.flow("load with a development browser that the instance has forgotten")
def test_lost_development_browser_is_replaced(clerk_page: ClerkPage) -> None:
    cookie = {"name": "__clerk_db_jwt", "value": "dvb_" + 27 * "x", "url": clerk_page.site.origin}
    clerk_page.page.context.add_cookies([cookie])
    clerk_page.open()
    clerk_page.forget(401)
    assert clerk_page.run("return Clerk.status") == "ready"
    assert clerk_page.cookies()["__clerk_db_jwt"] != cookie["value"]


@pytest.mark.flow("reload")
def test_reload_stays_signed_in(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    before = clerk_page.run("return Clerk.session.id")
    clerk_page.requests.clear()
    clerk_page.reload()
    assert clerk_page.user_id == user.id
    assert clerk_page.run("return Clerk.session.id") == before
    assert not [line for line in clerk_page.requests if "/dev_browser" in line]
    other = clerk_page.page.context.new_page()
    other.goto(clerk_page.site.url())
    other.wait_for_function("() => window.Clerk?.user")
    assert other.evaluate("Clerk.session.id") == before
