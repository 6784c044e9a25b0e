"""Tests that every integration must pass: the same requests to the same site in each framework."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
import wsgiref.simple_server
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.tokens import jwts
from clerkkit import Clerk
from tests.overlay.integrations.asgi_site import ORIGIN, People, Site, people

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

PAGE = {"accept": "text/html", "sec_fetch_dest": "document"}
"""Headers of a browser that loads a page."""

LIVE_KEY = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
"""The key of a production instance, where a handshake ends without a redirect."""

LIVE_ISSUER = "https://clerk.example.com"

MACHINES = ("m2m_token", "api_key")

CHECKS = {
    "me": {},
    "admin": {"role": "admin"},
    "reports": {"permission": "reports:read"},
    "paid": {"plan": "pro"},
    "feature": {"feature": "themes"},
    "fresh": {"reverification": "strict"},
    "page": {"redirect": True},
    "machine": {"token_type": MACHINES},
}
"""Paths of the site, and the arguments of `require_auth` there. `open` has no guard and returns the state's status; all
others return the caller. `own` is the same as `open`, with the headers `OWN` and a cookie."""

OWN = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=60",
    "Vary": "Accept-Language, cookie",
}
"""Headers that the application sets."""


class _Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class _Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because errors appear in the response."""


@contextlib.contextmanager
def served_by_wsgi(app: WSGIApplication) -> Iterator[Site]:
    """Serve an application in threads."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.set_app(app)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            with httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
                yield Site(url, http)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def clerk(emulator: Emulator) -> Iterator[Clerk]:
    with Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        yield clerk


@pytest.fixture(scope="module")
def signed_in(emulator: Emulator, clerk: Clerk) -> People:
    return people(emulator, clerk)


def forged(emulator: Emulator, **claims: Any) -> str:
    """Return a token that the emulator signs, but would not issue."""
    now = int(time.time())
    session = {"iss": "https://example.com", "sub": "user_1", "sid": "sess_1", "iat": now, "nbf": now, "exp": now + 60}
    return jwts.sign(emulator._state.keys, {**session, "azp": ORIGIN, **claims})


def brought(emulator: Emulator) -> tuple[str, list[str]]:
    """Return a handshake token and its cookies, two of which have the same name."""
    cookies = [
        f"__session={forged(emulator)}; Path=/; Secure; SameSite=Lax",
        "__client_uat=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "__client_uat=1700000000; Path=/; Domain=example.com; Max-Age=315360000; Secure; SameSite=Lax",
    ]
    return jwts.sign(emulator._state.keys, {"handshake": cookies}), cookies


def varies_on(response: httpx.Response) -> list[str]:
    """Return the names in `Vary`, repeated ones too."""
    return sorted(name.lower() for name in response.headers.get_list("vary", split_commas=True))


NOWHERE = "http://127.0.0.1:1"
"""A URL at which nothing listens."""


class Behaviour:
    """The tests. `site` uses a development instance, `live` one in production, and `down` the same without Clerk."""

    def test_signed_in_user_is_the_caller(self, site: Site, signed_in: People) -> None:
        response = site.get("/me", signed_in.ada_token)
        assert (response.status_code, response.text) == (200, signed_in.ada)
        assert [name for name in response.headers if name.startswith("x-clerk")] == []

    def test_session_in_cookies_signs_in(self, site: Site, signed_in: People) -> None:
        cookie = f"__session={signed_in.bob_token}; __client_uat=1; __clerk_db_jwt=dvb_1"
        response = site.get("/me", cookie=cookie, **PAGE)
        assert (response.status_code, response.text) == (200, signed_in.bob)

    def test_guard_rejects_signed_out_callers(self, site: Site) -> None:
        response = site.get("/me")
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.headers["x-clerk-auth-status"] == "signed-out"
        assert "dev-browser-missing" in response.text
        assert site.get("/open").text == "signed-out"

    @pytest.mark.parametrize("token", ["nonsense", "a.b.c", "ak_unknown"])
    def test_guard_rejects_an_invalid_token(self, site: Site, token: str) -> None:
        assert site.get("/me", token).status_code == 401
        assert site.get("/machine", token).status_code == 401
        assert site.get("/open", token).text == "signed-out"

    def test_guard_rejects_an_expired_token(self, site: Site, emulator: Emulator) -> None:
        token = forged(emulator, exp=int(time.time()) - 60)
        response = site.get("/me", token)
        assert response.status_code == 401
        assert response.headers["x-clerk-auth-reason"].startswith("session-token-expired")

    def test_guard_rejects_a_token_of_another_origin(self, site: Site, emulator: Emulator) -> None:
        response = site.get("/me", forged(emulator, azp="https://elsewhere.example"))
        assert response.status_code == 401
        assert response.headers["x-clerk-auth-reason"] == "token-invalid-authorized-parties"

    def test_guard_rejects_a_pending_session(self, site: Site, emulator: Emulator) -> None:
        response = site.get("/me", forged(emulator, sts="pending"))
        assert (response.status_code, "session-pending" in response.text) == (401, True)

    def test_guard_requires_the_role(self, site: Site, signed_in: People) -> None:
        assert site.get("/admin", signed_in.ada_token).text == signed_in.ada
        assert site.get("/admin", signed_in.bob_token).status_code == 403
        assert site.get("/admin").status_code == 401

    def test_guard_requires_permission_plan_and_feature(
        self, site: Site, emulator: Emulator, signed_in: People
    ) -> None:
        may = forged(
            emulator,
            v=2,
            pla="u:pro",
            fea="o:reports,u:themes",
            o={"id": "org_1", "slg": "one", "rol": "member", "per": "read", "fpm": "1"},
        )
        for path in ("/reports", "/paid", "/feature"):
            assert site.get(path, may).text == "user_1"
            assert site.get(path, signed_in.ada_token).status_code == 403

    def test_guard_asks_to_verify_again(self, site: Site, emulator: Emulator) -> None:
        assert site.get("/fresh", forged(emulator, fva=[9, -1])).text == "user_1"
        assert site.get("/fresh", forged(emulator, fva=[99, 9])).text == "user_1"
        for ages in ([10, -1], [0, 10], None):
            response = site.get("/fresh", forged(emulator, fva=ages))
            assert (response.status_code, response.headers["content-type"]) == (403, "application/json")
            metadata = {"reverification": "strict"}
            assert response.json() == {
                "clerk_error": {"type": "forbidden", "reason": "reverification-error", "metadata": metadata}
            }
            assert [name for name in response.headers if name.startswith("x-clerk")] == []
        assert site.get("/fresh").status_code == 401

    def test_page_redirects_to_sign_in(self, site: Site, emulator: Emulator) -> None:
        signed_out = {"cookie": "__clerk_db_jwt=dvb_1", **PAGE}
        response = site.get("/page?a=b&__clerk_handshake=x", **signed_out)
        assert response.status_code == 307
        there = urlsplit(response.headers["location"])
        assert (there.scheme, there.path) == ("https", "/sign-in")
        assert parse_qs(there.query) == {"redirect_url": [f"{site.url}/page?a=b"], "__clerk_db_jwt": ["dvb_1"]}
        assert response.headers["cache-control"] == "private, no-store"
        location = site.get("/page", forged(emulator, sts="pending"), **PAGE).headers["location"]
        assert urlsplit(location).path == "/sign-in/tasks"

    def test_api_request_is_not_redirected(self, site: Site, signed_in: People) -> None:
        signed_out = {"cookie": "__clerk_db_jwt=dvb_1"}
        assert site.get("/page", **signed_out).status_code == 401
        assert site.get("/page", **signed_out, accept="application/json").status_code == 401
        assert site.get("/page", **signed_out, accept="text/html", sec_fetch_dest="empty").status_code == 401
        assert site.get("/page", signed_in.ada_token, **PAGE).text == signed_in.ada

    def test_guard_accepts_only_the_given_token_types(self, site: Site, clerk: Clerk, signed_in: People) -> None:
        machine = clerk.machines.create(name="Robot")
        key = clerk.api_keys.create(name=machine.id, subject=signed_in.ada).secret
        token_of_machine = clerk.with_options(secret_key=machine.secret_key).m2m.create_token().token
        for token, who in [(key, signed_in.ada), (token_of_machine, machine.id)]:
            response = site.get("/machine", token)
            assert (response.status_code, response.text) == (200, who), dict(response.headers)
            refused = site.get("/me", token)
            assert (refused.status_code, "token-type-mismatch" in refused.text) == (401, True)
            assert site.get("/admin", token).status_code == 401
        assert site.get("/machine", signed_in.ada_token).status_code == 401

    def test_responses_have_vary_and_cache_control(self, site: Site, signed_in: People) -> None:
        cookie = f"__session={signed_in.bob_token}; __client_uat=1; __clerk_db_jwt=dvb_1"
        responses = [
            *(
                site.get(path, token)
                for path in ("/me", "/admin", "/open")
                for token in (signed_in.bob_token, None, "x")
            ),
            *(site.get(path, cookie=cookie) for path in ("/me", "/admin", "/open")),
        ]
        assert {response.status_code for response in responses} == {200, 401, 403}
        assert [varies_on(response) for response in responses] == [["authorization", "cookie"]] * 12
        assert [response.headers.get("cache-control") for response in responses] == [None] * 12

    def test_application_may_set_vary_and_cache_control(self, site: Site, signed_in: People) -> None:
        response = site.get("/own", signed_in.ada_token)
        assert varies_on(response) == ["accept-language", "authorization", "cookie"]
        assert response.headers["cache-control"] == "public, max-age=60"

    def test_outage_gives_503(self, down: Site, emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
        """The token cannot be verified at the moment, so the client should try again instead of signing in."""
        by_cookie = {"cookie": f"__session={forged(emulator, iss=LIVE_ISSUER)}; __client_uat=1"}
        for path, headers in [
            ("/me", {"authorization": f"Bearer {forged(emulator)}"}),
            ("/admin", by_cookie),
            ("/machine", {"authorization": "Bearer ak_1"}),
        ]:
            caplog.clear()
            response = down.http.get(path, headers=headers)
            assert (response.status_code, response.headers["retry-after"]) == (503, "5")
            assert "unexpected-error" in response.text
            assert "www-authenticate" not in response.headers
            logged = [record for record in caplog.records if "access denied" in record.message]
            assert [(record.levelname, record.message) for record in logged] == [
                ("WARNING", "access denied with status 503: unexpected-error")
            ]
        assert down.http.get("/open", headers=by_cookie).text == "signed-out"
        assert down.get("/me").status_code == 401

    def test_denials_are_logged(self, site: Site, signed_in: People, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("DEBUG", logger="clerkkit"):
            site.get("/me", "nonsense")
            site.get("/admin", signed_in.bob_token)
            site.get("/me", signed_in.bob_token)
        logged = [record for record in caplog.records if "access denied" in record.message]
        assert [(record.levelname, record.message) for record in logged] == [
            ("DEBUG", "access denied with status 401: token-invalid"),
            ("DEBUG", "access denied with status 403: this needs role admin"),
        ]

    def test_browser_is_redirected_to_clerk(self, site: Site) -> None:
        response = site.get("/me?page=2", **PAGE)
        assert response.status_code == 307
        there = urlsplit(response.headers["location"])
        assert there.path == "/v1/client/handshake"
        asked = parse_qs(there.query)
        assert asked["redirect_url"] == [f"{site.url}/me?page=2"]
        assert asked["__clerk_hs_reason"] == ["dev-browser-missing"]
        assert response.headers["cache-control"] == "private, no-store"
        assert varies_on(response) == ["authorization", "cookie"]
        assert response.headers.get_list("set-cookie") == [
            "__clerk_redirect_count=1; SameSite=Lax; HttpOnly; Max-Age=2"
        ]
        assert response.headers["x-clerk-auth-status"] == "handshake"

    def test_browser_returns_from_a_handshake_in_development(self, site: Site, emulator: Emulator) -> None:
        token, cookies = brought(emulator)
        response = site.get(f"/me?page=2&__clerk_handshake={token}", **PAGE)
        assert response.status_code == 307
        assert response.headers["location"] == f"{site.url}/me?page=2"
        assert response.headers.get_list("set-cookie") == cookies

    def test_browser_returns_from_a_handshake_in_production(self, live: Site, emulator: Emulator) -> None:
        token, cookies = brought(emulator)
        response = live.get("/me", cookie=f"__clerk_handshake={token}", **PAGE)
        assert (response.status_code, response.text) == (200, "user_1")
        assert response.headers.get_list("set-cookie") == cookies

    def test_headers_of_the_application_are_kept(self, live: Site, emulator: Emulator) -> None:
        token, cookies = brought(emulator)
        response = live.get("/own", cookie=f"__clerk_handshake={token}", **PAGE)
        assert response.headers.get_list("access-control-allow-origin") == ["*"]
        assert response.headers.get_list("cache-control") == ["private, no-store"]
        assert varies_on(response) == ["accept-language", "authorization", "cookie"]
        assert response.headers["access-control-allow-credentials"] == "true"
        assert sorted(response.headers.get_list("set-cookie")) == sorted(["mine=1; Path=/", *cookies])
