from __future__ import annotations

import pytest

from tests.emulator.api import Api
from tests.emulator.frontend_api.browser import Browser

OTHER = "http://localhost:5000"


def test_emulator_is_healthy(browser: Browser) -> None:
    assert browser.get("/health") == {"status": "healthy"}


def test_proxy_is_healthy_if_it_sends_its_headers(browser: Browser, api: Api) -> None:
    domain = api.get("/domains")["data"][0]["id"]
    lacking = browser.get("/proxy-health", domain_id=domain)
    assert (lacking["status"], "clerk-proxy-url" in lacking["message"]) == ("unhealthy", True)
    # Not through a proxy, whose headers the emulator checks itself.
    found = browser.refused("GET", "/proxy-health", domain_id="dmn_unknown")
    assert (found.status, found.codes) == (404, ["resource_not_found"])
    assert browser.refused("GET", "/proxy-health").codes == ["missing_query_parameter"]


def test_account_portal_leads_to_the_application(browser: Browser) -> None:
    portal = browser.get("/account_portal")
    assert (portal["enabled"], portal["after_sign_in_url"]) == (True, "http://localhost:3000")


def test_site_data_is_cleared(browser: Browser) -> None:
    assert browser.send("GET", "/clear-site-data").headers["Clear-Site-Data"] == '"*"'


def test_redirect_leads_to_the_application(browser: Browser) -> None:
    for query, target in (({}, "http://localhost:3000"), ({"redirect_url": f"{OTHER}/a"}, f"{OTHER}/a")):
        response = browser.send("GET", "/redirect", query)
        assert (response.status_code, response.headers["Location"]) == (307, target)


@pytest.mark.parametrize("url", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_redirect_does_not_lead_elsewhere(browser: Browser, url: str) -> None:
    assert browser.refused("GET", "/redirect", redirect_url=url).status == 422


def test_dev_browser_can_be_kept_in_a_cookie(browser: Browser) -> None:
    response = browser.send("POST", "/dev_browser/set_first_party_cookie")
    assert f"__clerk_db_jwt={browser.dev_browser};" in response.headers["Set-Cookie"]
    browser.http.cookies.set("__clerk_db_jwt", browser.dev_browser)
    browser.dev_browser = ""
    assert browser.get("/client") is None


def test_instance_has_no_related_origins(browser: Browser) -> None:
    assert browser.refused("GET", "//.well-known/webauthn").status == 404
