"""The proxy of the Frontend API, in each kind of framework and against a scripted Frontend API."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import flask
import httpx
import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from clerk_emulator import Emulator
from clerkkit import Clerk, InvalidArgument
from clerkkit.auth import AuthOptions
from clerkkit.integrations import wsgi as wsgi_middleware
from clerkkit.integrations.frontend_proxy import asgi, wsgi
from clerkkit.testing import instance
from tests.loopback import ENVIRONMENT, Act, Loopback, Received, Script, Steps, respond, serve
from tests.overlay.integrations import asgi_site, django_site
from tests.overlay.integrations.asgi_site import Site
from tests.overlay.integrations.behaviour import clerk, emulator, served_by_wsgi

__all__ = ["clerk", "emulator"]

SECRET = "sk_test_of_the_proxy"
CLOSE = {"Connection": "close"}
"""Lets the proxy keep no connection, which nothing would close at the end of a test."""


def ours(*_: Any) -> PlainTextResponse:
    return PlainTextResponse("ours")


@contextlib.contextmanager
def site_of(kind: str, target: str, **more: Any) -> Iterator[Site]:
    """Serve an application with the proxy in front of it."""
    given = {"secret_key": SECRET, "publishable_key": instance().publishable_key, "target": target, **more}
    if kind == "asgi":
        app = Starlette(routes=[Route("/ours", ours), Route("/__clerks", ours)])
        app.add_middleware(asgi.FrontendApiProxy, **given)
        with asgi_site.served(app) as site:
            yield site
    elif kind == "flask":
        page = flask.Flask("shop")
        page.add_url_rule("/ours", "ours", lambda: "ours")
        page.add_url_rule("/__clerks", "clerks", lambda: "ours")
        with served_by_wsgi(wsgi.FrontendApiProxy(page.wsgi_app, **given)) as site:
            yield site
    else:
        pages = [path(name, lambda _: HttpResponse("ours")) for name in ("ours", "__clerks")]
        names = {"secret_key": "CLERK_SECRET_KEY", "publishable_key": "CLERK_PUBLISHABLE_KEY"}
        names |= {"target": "CLERK_FAPI_URL", "proxy_url": "CLERK_PROXY_URL"}
        settings = override_settings(
            ROOT_URLCONF=tuple(pages),
            ALLOWED_HOSTS=["*"],
            MIDDLEWARE=[
                "clerkkit.integrations.django.FrontendApiProxyMiddleware",
                "django.middleware.csrf.CsrfViewMiddleware",
            ],
            **{names[name]: value for name, value in given.items()},
        )
        with django_site.served(kind.removeprefix("django-"), settings) as site:
            yield site


@pytest.fixture(params=["asgi", "flask", "django-wsgi", "django-asgi"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    kind: str = request.param
    return kind


@contextlib.contextmanager
def proxied(kind: str, *scripts: Script, **more: Any) -> Iterator[tuple[Site, Loopback]]:
    with serve(*scripts) as server, site_of(kind, server.url, **more) as site:
        yield site, server


def answer(status: int = 200, body: Any = b"", headers: Mapping[str, str] | None = None) -> bytes:
    return respond(status, body, {**CLOSE, **(headers or {})})


def test_request_reaches_the_frontend_api(kind: str) -> None:
    with proxied(kind, answer(body={"jwt": "x"})) as (site, server):
        form = {"a": "b c", "list": ["1", "2"]}
        response = site.http.post(
            "/__clerk/v1/client/sign_ins?_method=PATCH&x=%2F",
            data=form,
            headers={"cookie": "__client=c", "origin": "http://localhost:3000", "x-own": "1", "Connection": "x-own"},
        )
        assert (response.status_code, response.json()) == (200, {"jwt": "x"})
        (received,) = server.requests
        assert (received.method, received.whole_target) == ("POST", "/v1/client/sign_ins?_method=PATCH&x=%2F")
        assert received.body == b"a=b+c&list=1&list=2"
        headers = {name.lower(): value for name, value in received.headers.items()}
        assert headers["clerk-proxy-url"] == f"{site.url}/__clerk"
        assert headers["clerk-secret-key"] == SECRET
        assert f"http://{headers['host']}" == server.url
        assert headers["accept-encoding"] == "identity"
        assert headers["x-forwarded-for"] == "127.0.0.1"
        assert f"{headers['x-forwarded-proto']}://{headers['x-forwarded-host']}" == site.url
        assert (headers["cookie"], headers["origin"]) == ("__client=c", "http://localhost:3000")
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert headers["content-length"] == "19"
        assert "x-own" not in headers
        assert "transfer-encoding" not in headers


def test_headers_of_the_proxy_cannot_be_forged(kind: str) -> None:
    with proxied(kind, answer()) as (site, server):
        forged = {
            "clerk-secret-key": "sk_other",
            "clerk-proxy-url": "https://evil.test",
            "x-forwarded-for": "203.0.113.7, 10.0.0.1",
            "x-forwarded-proto": "https",
        }
        site.http.get("/__clerk/v1/client", headers=forged)
        (received,) = server.requests
        assert received.headers.get_all("clerk-secret-key") == [SECRET]
        assert received.headers.get_all("clerk-proxy-url") != ["https://evil.test"]
        assert received.headers.get_all("x-forwarded-for") == ["203.0.113.7"]
        assert received.headers.get_all("x-forwarded-proto") == ["https"]
        assert "transfer-encoding" not in received.headers


def test_response_reaches_the_browser(kind: str) -> None:
    head = b"HTTP/1.1 207 Scripted\r\nContent-Length: 3\r\nConnection: close, x-hop\r\nX-Hop: 1\r\nX-Kept: 2\r\n"
    cookies = ["__client=a; Path=/; HttpOnly; SameSite=Lax", "__client=b; Path=/; Domain=x.test", "__client_uat=1"]
    lines = b"".join(f"Set-Cookie: {cookie}\r\n".encode() for cookie in cookies)
    with proxied(kind, head + lines + b"\r\nabc") as (site, _):
        response = site.http.get("/__clerk/v1/client")
        assert (response.status_code, response.text) == (207, "abc")
        assert response.headers.get_list("set-cookie") == cookies
        assert response.headers["x-kept"] == "2"
        assert "x-hop" not in response.headers
        assert "content-type" not in response.headers


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("{api}/v1/x?a=b", "{site}/__clerk/v1/x?a=b"),
        ("{api}", "{site}/__clerk"),
        ("/v1/x", "{site}/__clerk/v1/x"),
        ("https://shop.test/back", "https://shop.test/back"),
        ("{api}0/v1", "{api}0/v1"),
    ],
)
def test_redirect_is_not_followed_and_stays_on_the_proxy(kind: str, location: str, expected: str) -> None:
    def redirect(received: Received) -> bytes:
        return answer(307, headers={"Location": location.format(api=f"http://{received.headers['host']}")})

    with proxied(kind, redirect) as (site, server):
        response = site.http.get("/__clerk/v1/client/handshake")
        assert response.status_code == 307
        assert response.headers["location"] == expected.format(api=server.url, site=site.url)
        assert len(server.requests) == 1


def test_bodies_are_streamed(kind: str) -> None:
    def in_parts(_: Received) -> Steps:
        return [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nfirst", *[Act.PAUSE] * 4, b"last"]

    with proxied(kind, in_parts) as (site, _), site.http.stream("GET", "/__clerk/v1/x") as response:
        parts = list(response.iter_raw())
        assert b"".join(parts) == b"firstlast"
        assert parts[0] == b"first"


def test_large_bodies_arrive_whole(kind: str) -> None:
    def echo(received: Received) -> bytes:
        return answer(body=received.body)

    with proxied(kind, echo) as (site, server):
        content = bytes(range(256)) * 4000
        response = site.http.post("/__clerk/v1/me/profile_image", content=content)
        assert response.content == content
        assert site.http.post("/__clerk/v1/empty").content == b""
        assert server.requests[1].body == b""


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH"])
def test_methods_are_kept(kind: str, method: str) -> None:
    with proxied(kind, answer(204)) as (site, server):
        assert site.http.request(method, "/__clerk/v1/client").status_code == 204
        assert server.requests[0].method == method


def test_other_paths_belong_to_the_application(kind: str) -> None:
    with proxied(kind, answer()) as (site, server):
        assert site.http.get("/ours").text == "ours"
        assert site.http.get("/__clerks").text == "ours"
        assert server.requests == []
        assert site.http.get("/__clerk").status_code == 200
        assert server.requests[0].whole_target == "/"


@pytest.mark.parametrize(
    "path", ["//evil.test/x", "/@evil.test", "/\\evil.test", "/http://evil.test/", "/%2F%2Fevil.test"]
)
def test_path_cannot_change_the_target(kind: str, path: str) -> None:
    with proxied(kind, answer()) as (site, server):
        response = site.http.get(f"/__clerk{path}")
        assert response.status_code in (200, 400)
        assert all(f"http://{request.headers['host']}" == server.url for request in server.requests)


@pytest.mark.parametrize("script", [[Act.HANG_UP], [Act.RESET]])
def test_outage_gives_502(kind: str, script: Steps, caplog: pytest.LogCaptureFixture) -> None:
    with proxied(kind, script) as (site, _):
        response = site.http.get("/__clerk/v1/client")
        assert (response.status_code, response.headers["content-type"]) == (502, "application/json")
        (error,) = response.json()["errors"]
        assert error["code"] == "proxy_request_failed"
    assert [record.levelname for record in caplog.records if "did not respond" in record.message] == ["WARNING"]
    assert SECRET not in caplog.text


def test_users_do_not_share_cookies(kind: str) -> None:
    with proxied(kind, answer(headers={"Set-Cookie": "__client=ada; Path=/"})) as (site, server):
        site.http.get("/__clerk/v1/client")
        site.http.cookies.clear()
        site.http.get("/__clerk/v1/client")
        assert "cookie" not in server.requests[1].headers


def test_path_and_public_url_can_be_set(kind: str) -> None:
    with proxied(kind, answer(307, headers={"Location": "/v1/y"}), proxy_url="https://shop.test/auth/clerk/") as (
        site,
        server,
    ):
        response = site.http.get("/auth/clerk/v1/x")
        assert response.headers["location"] == "https://shop.test/auth/clerk/v1/y"
        assert server.requests[0].headers["clerk-proxy-url"] == "https://shop.test/auth/clerk"
        assert site.http.get("/__clerk/v1/x").status_code == 404


def test_forwarded_host_names_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    behind = {"x-forwarded-host": "shop.test", "x-forwarded-proto": "https"}
    for trusted, expected in [(True, "https://shop.test/__clerk"), (False, "https://127.0.0.1:{port}/__clerk")]:
        with proxied("asgi", answer(), trust_forwarded_host=trusted) as (site, server):
            site.http.get("/__clerk/v1/x", headers=behind)
            assert server.requests[0].headers["clerk-proxy-url"] == expected.format(port=site.url.rpartition(":")[2])


def test_mounted_application_keeps_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with serve(answer()) as server:
        keys = {"secret_key": SECRET, "publishable_key": instance().publishable_key}
        inner = asgi.FrontendApiProxy(Starlette(), **keys, target=server.url)
        with asgi_site.served(Starlette(routes=[Mount("/shop", inner)])) as site:
            site.http.get("/shop/__clerk/v1/client")
        (received,) = server.requests
        assert received.whole_target == "/v1/client"
        assert received.headers["clerk-proxy-url"] == f"{site.url}/shop/__clerk"


def test_environment_has_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLERK_SECRET_KEY", "CLERK_PUBLISHABLE_KEY", "CLERK_FAPI_URL", "CLERK_PROXY_URL"):
        monkeypatch.delenv(name, raising=False)
    for missing in ("secret_key", "publishable_key"):
        with pytest.raises(InvalidArgument, match=missing):
            asgi.FrontendApiProxy(Starlette())
        monkeypatch.setenv(f"CLERK_{missing.upper()}", {"secret_key": SECRET}.get(missing, instance().publishable_key))
    assert str(asgi.FrontendApiProxy(Starlette())._rules.target) == "https://frontend-api.clerk.dev/"
    monkeypatch.setenv("CLERK_FAPI_URL", "ftp://x")
    with pytest.raises(InvalidArgument, match="target: expected"):
        asgi.FrontendApiProxy(Starlette())
    monkeypatch.setenv("CLERK_FAPI_URL", "http://127.0.0.1:1")
    for wrong in ("//x", "__clerk", "/", "https://shop.test", "/x?y"):
        with pytest.raises(InvalidArgument, match="proxy_url: expected"):
            asgi.FrontendApiProxy(Starlette(), proxy_url=wrong)


def test_handshake_through_the_proxy_signs_a_user_in(emulator: Emulator, clerk: Clerk) -> None:
    """The middleware leaves the proxy's requests alone, although browsers load them as pages."""
    user = clerk.users.create(email_address=["ada@example.com"], password="correct horse battery")

    def me(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("content-type", "text/plain")])
        caller = wsgi_middleware.get_auth(environ)
        return [caller.user_id.encode() if caller else b"nobody"]

    apps: list[Any] = []
    with served_by_wsgi(lambda environ, start_response: apps[0](environ, start_response)) as site:
        options = AuthOptions(
            publishable_key=emulator.publishable_key, proxy_url="/__clerk", authorized_parties=[site.url]
        )
        keys = {"secret_key": emulator.secret_key, "publishable_key": emulator.publishable_key}
        proxy = wsgi.FrontendApiProxy(me, **keys, target=emulator.origin)
        apps.append(wsgi_middleware.ClerkMiddleware(proxy, clerk=clerk, options=options))
        page = {"sec-fetch-dest": "document", "accept": "text/html"}
        with httpx.Client(base_url=site.url, trust_env=False, follow_redirects=True) as browser:
            dev_browser = browser.post("/__clerk/v1/dev_browser").json()["id"]
            signed_in = browser.post(
                f"/__clerk/v1/client/sign_ins?__clerk_db_jwt={dev_browser}",
                data={"identifier": "ada@example.com", "password": "correct horse battery", "strategy": "password"},
            ).json()
            assert signed_in["response"]["status"] == "complete"
            response = browser.get(f"/me?__clerk_db_jwt={dev_browser}", headers=page)
            assert (response.text, str(response.url)) == (user.id, f"{site.url}/me")
            assert [step.headers["location"].partition("?")[0] for step in response.history] == [
                f"{site.url}/__clerk/v1/client/handshake",
                f"{site.url}/me",
                f"{site.url}/me",
            ]
        proxy._http.close()
