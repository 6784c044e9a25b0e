"""Redirects for satellites, for the development browser, for navigation from other origins and for organizations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.overlay.auth.browser import (
    GOOD,
    TEST,
    Browser,
    plain,
    query,
)
from tests.overlay.auth.factories import options, token


def test_development_requires_a_development_browser(browser: Browser) -> None:
    assert browser.get(plain(session=GOOD, client_uat=1), TEST).reason == "dev-browser-missing"
    known = plain(session=GOOD, client_uat=1, clerk_db_jwt="d")
    assert browser.get(known, TEST).status == "signed-in"
    state = browser.get(known, TEST, url="http://localhost/?__clerk_db_jwt=e")
    assert state.reason == "dev-browser-sync"
    assert query(state)["__clerk_db_jwt"] == "e"


def test_primary_redirects_to_the_satellite_with_the_development_browser(browser: Browser) -> None:
    back = "http%3A%2F%2Fsat.test%2Fp%3F__clerk_synced%3Dfalse%26x%3D1"
    state = browser.get(plain(clerk_db_jwt="d"), TEST, url=f"http://localhost/sign-in?__clerk_redirect_url={back}")
    assert (state.reason, state.location) == (
        "primary-responds-to-syncing",
        "http://sat.test/p?__clerk_synced=true&x=1&__clerk_db_jwt=d",
    )
    for evil in ("javascript:alert(1)", "//evil.test", "http://a@evil.test"):
        assert (
            browser.get(plain(clerk_db_jwt="d"), TEST, url=f"http://localhost/?__clerk_redirect_url={evil}").location
            is None
        )


@pytest.mark.parametrize(
    ("live", "auto", "url", "reason", "location"),
    [
        (True, False, "https://sat.test/", "session-token-and-uat-missing", None),
        (True, True, "https://sat.test/", "satellite-needs-syncing", "https://clerk.sat.test/v1/client/handshake?"),
        (True, True, "https://sat.test/?__clerk_synced=true", "session-token-and-uat-missing", None),
        (True, False, "https://sat.test/?__clerk_synced=false", "satellite-needs-syncing", "https://clerk.sat.test/"),
        (
            False,
            True,
            "https://sat.test/",
            "satellite-needs-syncing",
            "https://shop.test/in?a=b&__clerk_redirect_url=https%3A%2F%2Fsat.test%2F",
        ),
    ],
)
def test_satellite_redirects_to_sync(
    browser: Browser, live: bool, auto: bool, url: str, reason: str, location: str | None
) -> None:
    wanted = options(
        live=live,
        is_satellite=True,
        domain="sat.test",
        satellite_auto_sync=auto,
        sign_in_url="https://shop.test/in?a=b",
    )
    state = browser.get(wanted=wanted, url=url)
    assert state.reason == reason
    assert (state.location or "").startswith(location or "")
    assert (state.location is None) is (location is None)


@pytest.mark.parametrize(
    ("referer", "sent"),
    [
        ("https://sat.test/", True),
        ("https://shop.test/b", False),
        ("https://shop.test:444/b", True),
        ("https://clerk.shop.test/x", False),
        ("https://accounts.shop.test/x", False),
        ("https://accounts.evil.test/x", True),
        ("https://happy-cat-1.accounts.dev/x", True),
        ("nonsense", False),
        ("", False),
    ],
)
def test_navigation_from_another_origin_leads_to_handshake(browser: Browser, referer: str, sent: bool) -> None:
    state = browser.get(plain(session=GOOD, client_uat=1), referer=referer)
    assert state.status == ("handshake" if sent else "signed-in")
    if sent:
        assert state.reason == "primary-domain-cross-origin-sync"
        assert (
            browser.get({**plain(session=GOOD, client_uat=1), "__clerk_redirect_count": 1}, referer=referer).status
            == "signed-in"
        )
        assert (
            browser.get(plain(session=GOOD, client_uat=1), referer=referer, sec_fetch_dest="iframe").status
            == "signed-in"
        )


@pytest.mark.parametrize(
    ("referer", "sent"),
    [
        ("https://happy-cat-1.accounts.dev/x", False),
        ("https://a.clerk.accounts.dev/", True),
        ("https://accounts.a.lcl.dev/", False),
    ],
)
def test_account_portals_of_development_are_not_another_origin(browser: Browser, referer: str, sent: bool) -> None:
    state = browser.get(plain(session=GOOD, client_uat=1, clerk_db_jwt="d"), TEST, referer=referer)
    assert state.status == ("handshake" if sent else "signed-in")


IN = {"org_id": "org_1", "org_slug": "engines"}
PATTERNS = options(
    organization_patterns=["/orgs/:slug", "/orgs/:slug/(.*)", "/o/:id/x"], personal_account_patterns=["/me", "/me/(.*)"]
)


@pytest.mark.parametrize(
    ("path", "claims", "asked"),
    [
        ("/orgs/engines", IN, None),
        ("/ORGS/engines/", IN, None),
        ("/orgs/engines/a/b", IN, None),
        ("/orgs/other", IN, "other"),
        ("/orgs/other/a", {}, "other"),
        ("/orgs", IN, None),
        ("/o/org_1/x", IN, None),
        ("/o/org_2/x", IN, "org_2"),
        ("/o/org_2", IN, None),
        ("/me", IN, ""),
        ("/me/x", IN, ""),
        ("/me", {}, None),
        ("/else", IN, None),
        ("/orgs/other", {**IN, "sts": "pending"}, None),
    ],
)
def test_organization_in_the_url_is_activated(
    browser: Browser, path: str, claims: dict[str, Any], asked: str | None
) -> None:
    cookies = plain(session=token(**claims), client_uat=1)
    state = browser.get(cookies, PATTERNS, url=f"https://shop.test{path}")
    if asked is None:
        assert state.status == "signed-in"
        return
    assert state.reason == "active-organization-mismatch"
    assert query(state)["organization_id"] == asked
    for more in ({"cookies": {**cookies, "__clerk_redirect_count": 3}}, {"cookies": cookies, "method": "POST"}):
        assert browser.get(wanted=PATTERNS, url=f"https://shop.test{path}", **more).status == "signed-in"  # type: ignore[arg-type]
