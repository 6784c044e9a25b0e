"""Requests of all frameworks are read in the same way."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.requests import Request as StarletteRequest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

from clerkkit import Clerk, InvalidArgument
from clerkkit.auth.requests.adapters.request_adapter import adapt_request, get_browser_url
from tests.loopback import KEY
from tests.overlay.auth.factories import NOW, jwks, options, token

HEADERS = {"Host": "shop.test", "Cookie": "__session=a; b=c", "Authorization": "Bearer x", "Sec-Fetch-Dest": "document"}


def environ() -> dict[str, Any]:
    return EnvironBuilder(
        "/caf\u00e9/a b", base_url="https://shop.test", query_string="x=%20y&z", headers=list(HEADERS.items())
    ).get_environ()


def scope(**more: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "server": ("10.0.0.1", 8000),
        "path": "/caf\u00e9/a b",
        "raw_path": b"/caf%C3%A9/a%20b",
        "query_string": b"x=%20y&z",
        "headers": [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()],
        **more,
    }


def of_django() -> Any:
    django_settings = pytest.importorskip("django.conf").settings
    if not django_settings.configured:
        django_settings.configure(ALLOWED_HOSTS=["other.test"])
    from django.core.handlers.wsgi import WSGIRequest

    return WSGIRequest(environ())


class Plain:
    """An object with a plain dictionary of headers."""

    method = "get"
    url = "https://shop.test/caf%C3%A9/a%20b?x=%20y&z"
    headers = HEADERS


REQUESTS = {
    "httpx": lambda: httpx.Request("GET", "https://shop.test/caf%C3%A9/a%20b?x=%20y&z", headers=HEADERS),
    "starlette": lambda: StarletteRequest(scope()),
    "scope": scope,
    "scope without raw_path": lambda: {name: value for name, value in scope().items() if name != "raw_path"},
    "environ": environ,
    "werkzeug": lambda: WerkzeugRequest(environ()),
    "django": of_django,
    "plain": Plain,
}


@pytest.mark.parametrize("name", REQUESTS)
def test_all_frameworks_give_the_same_url_and_headers(name: str) -> None:
    found = adapt_request(REQUESTS[name]())
    assert found.method == "GET"
    assert found.authorization == "Bearer x"
    assert str(get_browser_url(found)) == "https://shop.test/caf%C3%A9/a%20b?x=%20y&z"
    assert {key: found.headers[key.lower()] for key in HEADERS} == HEADERS


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_of_all_frameworks_can_sign_in(name: str) -> None:
    request = REQUESTS[name]()
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=jwks()))
    clerk = Clerk(KEY, http_client=httpx.Client(transport=transport))
    assert clerk.auth.authenticate_request(request, options(), now=NOW).reason == "token-invalid"


@pytest.mark.parametrize("made", [None, 5, "x", {}, {"type": "lifespan"}, object(), httpx.Response(200)])
def test_rejects_what_is_not_a_request(made: Any) -> None:
    with pytest.raises(InvalidArgument, match="request"):
        adapt_request(made)


def test_joins_repeated_headers() -> None:
    headers = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"accept", b"x"),
        (b"accept", b"y"),
        (b"authorization", b"Bearer a"),
        (b"authorization", b"b"),
    ]
    found = adapt_request(scope(headers=headers))
    assert found.headers["cookie"] == "a=1; b=2"
    assert found.headers["accept"] == "x, y"
    assert found.authorization == found.headers["authorization"] == "Bearer a, b"


@pytest.mark.parametrize("host", ["evil.test/x", "a@b.test", "", "a b", "[::1", "x:99999"])
def test_ignores_a_malformed_host(host: str) -> None:
    found = adapt_request(scope(headers=[(b"host", host.encode())]))
    assert str(get_browser_url(found)) == "https://10.0.0.1:8000/caf%C3%A9/a%20b?x=%20y&z"


def test_websocket_has_an_http_url() -> None:
    found = adapt_request(scope(type="websocket", scheme="wss"))
    assert str(get_browser_url(found)).startswith("https://shop.test/")


def test_httpx_and_asgi_requests_sign_in_the_same_user() -> None:
    good = f"Bearer {token()}"
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=jwks()))
    clerk = Clerk(KEY, http_client=httpx.Client(transport=transport))
    states = [
        clerk.auth.authenticate_request(request, options(), now=NOW)
        for request in (
            httpx.Request("GET", "https://shop.test/", headers={"authorization": good}),
            scope(headers=[(b"authorization", good.encode())]),
            {"REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": good},
        )
    ]
    assert [state.status for state in states] == ["signed-in"] * 3
    assert len({state.claims for state in states}) == 1
