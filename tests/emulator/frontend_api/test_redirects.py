"""The handshake of servers with the Frontend API, and the sync of satellites."""

from __future__ import annotations

import base64
import hashlib
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.auth import AuthOptions, SignedInState, SignedOutState
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.settings import change
from tests.emulator.jwts import verified

APP = "http://localhost:3000/page?a=1&b=%20x"
EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"


def suffix(emulator: Emulator) -> str:
    digest = hashlib.sha1(emulator.publishable_key.encode()).digest()
    return "_" + base64.b64encode(digest).decode()[:8].replace("+", "-").replace("/", "_")


def shake(browser: Browser, **query: str) -> httpx.Response:
    return browser.send("GET", "/client/handshake", {"redirect_url": APP, **query})


def returned(response: httpx.Response) -> Json:
    """Return the query of the page to which a browser is sent back."""
    assert response.status_code == 307, response.text
    location = response.headers["location"]
    assert location.startswith(APP), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def directives(api: Api, response: httpx.Response) -> list[str]:
    query = returned(response)
    if "__clerk_handshake_nonce" in query:
        nonce = query["__clerk_handshake_nonce"]
        found: list[str] = api.get("/clients/handshake_payload", nonce=nonce)["directives"]
        return found
    held: list[str] = verified(api, query["__clerk_handshake"])["handshake"]
    return held


def values(lines: list[str]) -> dict[str, str]:
    return {name: morsel.value for line in lines for name, morsel in SimpleCookie(line).items()}


@pytest.fixture
def signed_in(ada: Json, browser: Browser) -> Browser:
    browser.sign_in("ada@example.com", PASSWORD)
    return browser


@pytest.mark.parametrize("form", ["nonce", "token", ""])
def test_server_gets_the_cookies_of_a_session(api: Api, emulator: Emulator, signed_in: Browser, form: str) -> None:
    lines = directives(api, shake(signed_in, format=form, suffixed_cookies="true", __clerk_hs_reason="x"))
    cookies = values(lines)
    end = suffix(emulator)
    names = {"__session", "__client_uat", "__clerk_db_jwt"}
    assert cookies.keys() == {*names, *(name + end for name in names), f"__refresh{end}"}
    for name in names:
        assert cookies[name] == cookies[name + end]
    claims = verified(api, cookies["__session"])
    assert (claims["sid"], claims["azp"]) == (signed_in.session["id"], "http://localhost:3000")
    assert cookies["__clerk_db_jwt"] == signed_in.dev_browser
    assert 0 < int(cookies["__client_uat"]) <= claims["iat"]
    assert all("Path=/; SameSite=Lax" in line and "Secure" not in line for line in lines)
    assert [("HttpOnly" in line) for line in lines] == [line.startswith("__refresh") for line in lines]


def test_cookies_of_secure_pages_are_secure(api: Api, emulator: Emulator, signed_in: Browser) -> None:
    response = shake(signed_in, redirect_url="https://localhost:3443/")
    query = parse_qs(urlsplit(response.headers["location"]).query)
    lines = verified(api, query["__clerk_handshake"][0])["handshake"]
    assert all("Secure" in line for line in lines)


@pytest.mark.parametrize("form", ["nonce", "token"])
def test_signed_out_browser_loses_its_session(api: Api, emulator: Emulator, browser: Browser, form: str) -> None:
    lines = directives(api, shake(browser, format=form))
    cookies = values(lines)
    end = suffix(emulator)
    assert cookies["__client_uat"] == cookies[f"__client_uat{end}"] == "0"
    for name in ("__session", f"__session{end}", f"__refresh{end}"):
        (line,) = [line for line in lines if line.startswith(f"{name}=")]
        assert line.startswith(f"{name}=;")
        assert "Max-Age=0" in line
        assert EPOCH in line
    assert cookies["__clerk_db_jwt"] == browser.dev_browser


@pytest.mark.parametrize("known", ["", "dvb_of_another_instance"])
def test_unknown_browser_gets_a_development_browser(api: Api, emulator: Emulator, browser: Browser, known: str) -> None:
    browser.dev_browser = known
    made = values(directives(api, shake(browser)))["__clerk_db_jwt"]
    assert made.startswith("dvb_")
    assert made != known
    browser.dev_browser = made
    assert browser.get("/client") is None


def test_session_that_ended_signs_out(api: Api, signed_in: Browser) -> None:
    api.post(f"/sessions/{signed_in.session['id']}/revoke")
    assert values(directives(api, shake(signed_in)))["__client_uat"] == "0"


def test_pending_session_is_kept(api: Api, emulator: Emulator, ada: Json, browser: Browser) -> None:
    change(emulator, second_factor_required=True)
    browser.sign_in("ada@example.com", PASSWORD)
    assert browser.session["status"] == "pending"
    assert verified(api, values(directives(api, shake(browser)))["__session"])["sts"] == "pending"


def test_active_organization_follows_the_url(api: Api, ada: Json, signed_in: Browser) -> None:
    first, second = (
        api.post("/organizations", {"name": name, "slug": name.lower(), "created_by": ada["id"]})
        for name in ("First", "Second")
    )
    foreign = api.post("/organizations", {"name": "Foreign"})

    def active(**query: str) -> Any:
        token = values(directives(api, shake(signed_in, **query)))["__session"]
        return verified(api, token).get("o", {}).get("id")

    assert active() is None
    assert active(organization_id=first["id"]) == first["id"]
    assert active() == first["id"]
    assert active(organization_id="second") == second["id"]
    for unusable in (foreign["id"], "org_unknown", "no-such-slug"):
        assert active(organization_id=unusable) == second["id"]
    assert active(organization_id="") is None


def test_old_token_gives_no_session_to_another_browser(api: Api, signed_in: Browser, other_browser: Browser) -> None:
    old = values(directives(api, shake(signed_in)))["__session"]
    assert values(directives(api, shake(other_browser, __session=old)))["__session"] == ""
    assert values(directives(api, shake(signed_in, __session="garbage")))["__session"] != ""


def test_existing_query_and_fragment_are_kept(browser: Browser) -> None:
    url = "http://localhost:3000/a%2Fb?x=1&x=2&y=%7E#/part?z=1"
    location = shake(browser, redirect_url=url, format="nonce").headers["location"]
    assert location.startswith("http://localhost:3000/a%2Fb?x=1&x=2&y=%7E&__clerk_handshake_nonce=")
    assert location.endswith("#/part?z=1")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://evil.example/", "redirect_url_not_associated_with_instance"),
        ("//evil.example/", "invalid_redirect_url"),
        ("http://localhost@evil.example/", "invalid_redirect_url"),
        ("http:\\\\evil.example/", "invalid_redirect_url"),
        ("javascript:alert(1)", "invalid_redirect_url"),
        ("data:text/html,x", "invalid_redirect_url"),
        ("/relative", "invalid_redirect_url"),
        ("", "form_param_missing"),
    ],
)
def test_browser_is_sent_to_applications_only(signed_in: Browser, url: str, code: str) -> None:
    problem = signed_in.refused("GET", "/client/handshake", redirect_url=url)
    assert (problem.status, problem.codes, problem.params) == (422, [code], ["redirect_url"])


def test_unknown_format_is_rejected(browser: Browser) -> None:
    problem = browser.refused("GET", "/client/handshake", redirect_url=APP, format="xml")
    assert (problem.status, problem.params) == (422, ["format"])


@pytest.mark.parametrize("form", ["nonce", "token"])
def test_clerkkit_accepts_the_handshake(
    api: Api, emulator: Emulator, ada: Json, signed_in: Browser, other_browser: Browser, form: str
) -> None:
    """A server-rendered page: no cookies, handshake, cookies, expiry and refresh."""
    options = AuthOptions(publishable_key=emulator.publishable_key, proxy_url=emulator.origin)
    with Clerk(emulator.secret_key, base_url=emulator.url, clock=emulator.clock.time) as clerk:
        page = {"sec-fetch-dest": "document", "host": "localhost:3000"}

        def load(url: str, cookies: Json) -> Any:
            header = "; ".join(f"{name}={value}" for name, value in cookies.items())
            request = httpx.Request("GET", url, headers={**page, "cookie": header})
            return clerk.auth.authenticate_request(request, options)

        for browser, expected in ((signed_in, SignedInState), (other_browser, SignedOutState)):
            first = load(APP, {})
            assert first.headers, first
            sent = dict(first.headers)["location"]
            query = {name: value[0] for name, value in parse_qs(urlsplit(sent).query).items()}
            assert urlsplit(sent).path == "/v1/client/handshake"
            back = browser.send("GET", "/client/handshake", {**query, "format": form}).headers["location"]
            resolved = load(back, {})
            jar = values([value for name, value in resolved.headers if name == "set-cookie"])
            clean = dict(resolved.headers)["location"]
            assert "__clerk_handshake" not in clean
            state = load(clean, jar)
            assert isinstance(state, expected), state
            if expected is SignedInState:
                assert state.claims.user_id == ada["id"]
                emulator.clock.advance(70)
                refreshed = load(clean, jar)
                assert isinstance(refreshed, SignedInState), refreshed
                assert any(name == "set-cookie" for name, _ in refreshed.headers)


@pytest.mark.parametrize("prefix", ["pk_test_", "pk_live_"])
def test_client_in_a_cookie_is_found_without_a_development_browser(prefix: str) -> None:
    key = prefix + base64.b64encode(b"clerk.shop.example$").decode()
    seed = {"users": [{"email_address": ["ada@example.com"], "password": PASSWORD}]}
    with (
        Emulator(publishable_key=key, seed=seed, validate_responses=True) as emulator,
        httpx.Client(base_url=emulator.origin, trust_env=False) as http,
    ):

        def cookies() -> dict[str, str]:
            location = http.get("/v1/client/handshake", params={"redirect_url": APP}).headers["location"]
            token = parse_qs(urlsplit(location).query)["__clerk_handshake"][0]
            payload = jwt.decode(token, emulator.jwt_key, ["RS256"])
            return values(payload["handshake"])

        assert cookies()["__client_uat"] == "0"
        body = {"identifier": "ada@example.com", "password": PASSWORD}
        http.post("/v1/client/sign_ins", data=body).raise_for_status()
        found = cookies()
        assert found["__session"]
        assert "__clerk_db_jwt" not in found
        assert emulator.problems == []


def test_satellite_gets_the_client_of_the_primary(api: Api, emulator: Emulator, signed_in: Browser) -> None:
    api.post("/domains", {"name": "satellite.example", "is_satellite": True})
    back = "https://satellite.example/page"
    response = signed_in.send("GET", "/client/sync", {"link_domain": "satellite.example", "redirect_url": back})
    assert response.status_code == 307
    link = response.headers["location"]
    assert link.startswith(f"{emulator.origin}/v1/client/link?__clerk_token=")
    fresh = httpx.get(link, trust_env=False)
    assert fresh.status_code == 307
    location = urlsplit(fresh.headers["location"])
    query = {name: value[0] for name, value in parse_qs(location.query).items()}
    assert f"{location.scheme}://{location.netloc}{location.path}" == back
    assert query["__clerk_synced"] == "true"
    signed_in.dev_browser = query["__clerk_db_jwt"]
    assert signed_in.get("/client")["sessions"]
    emulator.clock.advance(61)
    expired = httpx.get(link, trust_env=False)
    assert (expired.status_code, expired.json()["errors"][0]["code"]) == (400, "invalid_handshake")


@pytest.mark.parametrize(
    ("domain", "url", "code"),
    [
        ("unknown.example", "https://unknown.example/", "domain_mismatch"),
        ("", "https://satellite.example/", "domain_mismatch"),
        ("satellite.example", "https://evil.example/", "redirect_url_not_associated_with_instance"),
        ("satellite.example", "https://satellite.example@evil.example/", "invalid_redirect_url"),
        ("satellite.example", "https://satellite.example.evil.example/", "redirect_url_not_associated_with_instance"),
        ("satellite.example", "javascript://satellite.example/%0a", "invalid_redirect_url"),
    ],
)
def test_sync_is_for_satellites_only(api: Api, signed_in: Browser, domain: str, url: str, code: str) -> None:
    api.post("/domains", {"name": "satellite.example", "is_satellite": True})
    problem = signed_in.refused("GET", "/client/sync", link_domain=domain, redirect_url=url)
    assert (problem.status, problem.codes) == (422, [code])


@pytest.mark.parametrize("token", ["", "garbage"])
def test_link_needs_a_token_of_sync(browser: Browser, token: str) -> None:
    problem = browser.refused("GET", "/client/link", __clerk_token=token)
    assert (problem.status, problem.codes) == (400, ["invalid_handshake"])


def test_session_token_is_no_link(api: Api, signed_in: Browser) -> None:
    token = values(directives(api, shake(signed_in)))["__session"]
    assert signed_in.refused("GET", "/client/link", __clerk_token=token).codes == ["invalid_handshake"]
