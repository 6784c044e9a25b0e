"""Requests of real servers and frameworks: headers and hosts."""

from __future__ import annotations

import collections
import http.client
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
import httpx
import pytest
import quart
from aiohttp import web
from multidict import CIMultiDict
from starlette.requests import Request as StarletteRequest
from werkzeug.datastructures import Headers as WerkzeugHeaders
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import RequestState
from clerkkit.auth.requests.adapters.request_adapter import adapt_request, get_browser_url
from tests.loopback import KEY
from tests.overlay.auth import lambda_events
from tests.overlay.auth.factories import NOW, jwks, options, token
from tests.overlay.auth.test_frameworks import scope

LIVE = options()
SIGNED_IN = {"cookie": f"__session={token()}; __client_uat=1", "sec-fetch-dest": "document"}


def keys(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=jwks())


CLERK = Clerk(KEY, http_client=httpx.Client(transport=httpx.MockTransport(keys)))


def state_of(request: Any, wanted: Any = LIVE) -> RequestState:
    return CLERK.auth.authenticate_request(request, wanted, now=NOW)


# -- headers -------------------------------------------------------------------------------------------------------


class Sent:
    """A request of an unknown framework."""

    method = "GET"
    url = "https://shop.test/"

    def __init__(self, headers: Any) -> None:
        self.headers = headers


class Plain(Mapping[str, str]):
    """A case-sensitive mapping that is not a dict."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Own(dict[str, str]):
    """A subclass of dict."""


def message(headers: dict[str, str]) -> http.client.HTTPMessage:
    made = http.client.HTTPMessage()
    for name, value in headers.items():
        made[name] = value
    return made


MAPPINGS: dict[str, Callable[[dict[str, str]], Any]] = {
    "dict": dict,
    "subclass of dict": Own,
    "OrderedDict": collections.OrderedDict,
    "ChainMap": collections.ChainMap,
    "UserDict": collections.UserDict,
    "MappingProxyType": types.MappingProxyType,
    "a mapping": Plain,
    "httpx": httpx.Headers,
    "multidict": CIMultiDict,
    "werkzeug": WerkzeugHeaders,
    "http.client": message,
    "bytes": lambda headers: {name.encode(): value.encode() for name, value in headers.items()},
    "lists": lambda headers: {name: [value] for name, value in headers.items()},
}


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("written", [str.lower, str.title, str.upper], ids=["lower", "title", "upper"])
def test_reads_headers_from_any_mapping_in_any_case(mapping: str, written: Callable[[str], str]) -> None:
    for headers in ({"authorization": f"Bearer {token()}"}, SIGNED_IN):
        made = MAPPINGS[mapping]({written(name): value for name, value in headers.items()})
        assert state_of(Sent(made)).status == "signed-in"


@pytest.mark.parametrize("headers", [None, "x", 5, [("authorization", "x")], b""])
def test_rejects_headers_that_are_not_a_mapping(headers: Any) -> None:
    with pytest.raises(InvalidArgument, match="headers") as caught:
        adapt_request(Sent(headers))
    assert caught.value.argument == "request"


def test_ignores_headers_that_are_none() -> None:
    assert state_of(Sent({"authorization": None, "cookie": None})).reason == "session-token-and-uat-missing"


def test_reads_scope_headers_in_upper_case() -> None:
    found = adapt_request(scope(headers=[(b"Authorization", b"Bearer x")]))
    assert found.authorization == found.headers["authorization"] == "Bearer x"


# -- hosts ---------------------------------------------------------------------------------------------------------

FORWARDED = {"Host": "inner.test", "X-Forwarded-Host": "pub.test", "X-Forwarded-Proto": "https"}


def environ(headers: Mapping[str, str], **fixed: int) -> dict[str, Any]:
    """Return the request that Werkzeug gives an application behind a ProxyFix."""
    made = EnvironBuilder("/a", headers=list(headers.items())).get_environ()
    made["HTTP_HOST"] = headers["Host"]
    if fixed:
        ProxyFix(lambda environ, start_response: made.update(environ) or [], **fixed)(made, lambda *_: None)  # type: ignore[arg-type,func-returns-value,return-value]
    return made


def place(request: Any, trust: bool = True) -> str:
    return get_browser_url(adapt_request(request), trust).authority


def test_wsgi_and_flask_trust_the_host_of_proxy_fix() -> None:
    for trust in (True, False):
        assert place(environ(FORWARDED), trust) == "inner.test"
        assert place(environ(FORWARDED, x_host=1, x_proto=1), trust) == "pub.test"
        assert place(WerkzeugRequest(environ(FORWARDED)), trust) == "inner.test"
        assert place(WerkzeugRequest(environ(FORWARDED, x_host=1)), trust) == "pub.test"
        # Two proxies are trusted, and the client has added a third value.
        longer = {**FORWARDED, "X-Forwarded-Host": "evil.test, pub.test, second.test"}
        assert place(environ(longer, x_host=2), trust) == "pub.test"


@pytest.mark.parametrize("trusted", [True, False])
def test_django_trusts_the_forwarded_host_by_its_setting(trusted: bool) -> None:
    from tests.overlay.auth.test_frameworks import of_django

    of_django()  # configure Django
    from django.core.handlers.wsgi import WSGIRequest
    from django.test import override_settings

    with override_settings(USE_X_FORWARDED_HOST=trusted, ALLOWED_HOSTS=["*"]):
        request = WSGIRequest(environ(FORWARDED))
        assert (
            place(request) == place(request, False) == request.get_host() == ("pub.test" if trusted else "inner.test")
        )


@pytest.mark.parametrize("trusted", [True, False])
def test_others_trust_the_forwarded_host_by_option(trusted: bool) -> None:
    headers = {
        **{name.lower(): value for name, value in FORWARDED.items()},
        "sec-fetch-dest": "document",
        "cookie": "__client_uat=1",
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    wanted = options(trust_forwarded_host=trusted)
    for request in (
        httpx.Request("GET", "https://inner.test/caf%C3%A9/a%20b?x=%20y&z", headers=headers),
        scope(headers=raw),
        StarletteRequest(scope(headers=raw)),
        lambda_events.http(headers=headers, cookies=["__client_uat=1"]),
    ):
        back = dict(parse_qsl(urlsplit(state_of(request, wanted).location or "").query))["redirect_url"]
        assert back.startswith("https://pub.test/" if trusted else "https://inner.test/")


PROXIED = options(proxy_url="/__clerk", authorized_parties=["https://shop.test", "http://localhost:3000"])


@pytest.mark.parametrize(
    ("url", "headers", "base"),
    [
        ("https://shop.test/a", {}, "https://shop.test/__clerk/v1/"),
        ("http://shop.test/a", {}, "https://shop.test/__clerk/v1/"),  # the proxy sends no X-Forwarded-Proto
        ("http://localhost:3000/a", {}, "http://localhost:3000/__clerk/v1/"),
        ("http://10.0.0.1/a", {"x-forwarded-host": "shop.test"}, "https://shop.test/__clerk/v1/"),
        ("https://shop.test/a", {"x-forwarded-host": "evil.test"}, None),
        ("https://shop.test/a", {"host": "evil.test"}, None),
        ("https://shop.test:8443/a", {}, None),
        ("https://localhost/a", {}, None),
    ],
)
def test_redirects_to_a_relative_proxy_url_on_authorized_hosts_only(
    url: str, headers: dict[str, str], base: str | None
) -> None:
    old = token(iat=NOW - 120, nbf=NOW - 130, exp=NOW - 60)
    sent = {"sec-fetch-dest": "document", "cookie": f"__session={old}; __client_uat=1", **headers}
    state = state_of(httpx.Request("GET", url, headers=sent), PROXIED)
    if base is None:
        assert (state.status, state.location) == ("signed-out", None)
        assert "authorized_parties" in dict(state.headers)["x-clerk-auth-message"]
    else:
        assert (state.location or "").startswith(f"{base}client/handshake?")


def test_ignores_the_host_of_an_absolute_request_target() -> None:
    found = adapt_request(scope(raw_path=b"http://evil.test/a", path="http://evil.test/a"))
    assert str(get_browser_url(found)) == "https://shop.test/?x=%20y&z"


# -- AWS -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", lambda_events.EVENTS)
def test_reads_lambda_events(sender: str) -> None:
    found = adapt_request(lambda_events.EVENTS[sender]())
    assert (found.method, found.authorization) == ("GET", "Bearer x")
    url = get_browser_url(found)
    assert (url.origin, url.path) == ("https://shop.test", "/caf%C3%A9/a%20b")
    assert url.params == [("x", " y"), ("z", "")]
    assert {name: found.headers[name] for name in lambda_events.SMALL} == lambda_events.SMALL


@pytest.mark.parametrize("sender", lambda_events.EVENTS)
def test_lambda_event_can_sign_in(sender: str) -> None:
    event = lambda_events.EVENTS[sender]()
    assert state_of(event).reason == "token-invalid"
    for headers in (event.get("headers"), event.get("multiValueHeaders")):
        for name in list(headers or {}):
            if name.lower() in ("authorization", "cookie"):
                del headers[name]
    if sender == "HTTP API":
        event["cookies"] = [f"__session={token()}", "__client_uat=1"]
    elif sender == "load balancer, lists":
        event["multiValueHeaders"]["cookie"] = [f"__session={token()}", "__client_uat=1"]
    else:
        event["headers"]["cookie"] = f"__session={token()}; __client_uat=1"
        event.pop("multiValueHeaders", None)
    assert state_of(event).status == "signed-in"


def test_reads_stage_and_repeated_parameters_of_a_rest_api() -> None:
    context = {"path": "/prod/a", "domainName": "id.execute-api.eu-west-1.amazonaws.com"}
    event = lambda_events.rest(
        path="/a",
        headers=None,
        multiValueHeaders=None,
        multiValueQueryStringParameters={"x": ["1", "2&3"], "é": ["%"]},
        requestContext=context,
    )
    url = get_browser_url(adapt_request(event))
    assert str(url) == "https://id.execute-api.eu-west-1.amazonaws.com/prod/a?x=1&x=2%263&%C3%A9=%25"


def test_reads_a_minimal_lambda_event() -> None:
    assert state_of({"httpMethod": "GET", "requestContext": {}}).reason == "session-token-and-uat-missing"
    assert state_of({"requestContext": {"http": {"method": "GET"}}}).status == "signed-out"


@pytest.mark.parametrize(
    "event",
    [
        {"Records": [{"eventSource": "aws:sqs"}]},
        {"requestContext": {"connectionId": "a", "eventType": "CONNECT"}, "headers": {}},
        {"type": "TOKEN", "authorizationToken": "x", "methodArn": "y"},
        {"httpMethod": "GET", "path": "/", "headers": {}},
    ],
)
def test_rejects_other_lambda_events(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match="request"):
        adapt_request(event)


# -- aiohttp and Quart ---------------------------------------------------------------------------------------------


def client() -> AsyncClerk:
    return AsyncClerk(KEY, http_client=httpx.AsyncClient(transport=httpx.MockTransport(keys)))


REQUESTS = {
    "cookie": (SIGNED_IN, "signed-in", None),
    "header": ({"authorization": f"Bearer {token()}"}, "signed-in", None),
    "nobody": ({}, "signed-out", None),
    "redirect": (
        {"cookie": "__client_uat=1", "sec-fetch-dest": "document"},
        "handshake",
        "http://shop.test:8080/caf%C3%A9/a%20b?x=+y&z=",
    ),
    "forwarded": (
        {"cookie": "__client_uat=1", "sec-fetch-dest": "document", "x-forwarded-host": "pub.test"},
        "handshake",
        "http://pub.test/caf%C3%A9/a%20b?x=+y&z=",
    ),
    "no host": (
        {"cookie": f"__session={token()}; __client_uat=1", "host": "evil.test/x"},
        "signed-in",
        None,
    ),
}
PATH = "/caf%C3%A9/a%20b?x=%20y&z="


def describe(state: RequestState) -> dict[str, str]:
    back = dict(parse_qsl(urlsplit(state.location or "").query)).get("redirect_url", "")
    return {"status": state.status, "back": back}


@pytest.mark.parametrize("kind", REQUESTS)
def test_reads_aiohttp_requests(kind: str) -> None:
    headers, status, back = REQUESTS[kind]

    async def run() -> None:
        async with client() as clerk:

            async def handle(request: web.Request) -> web.Response:
                return web.json_response(describe(await clerk.auth.authenticate_request(request, LIVE, now=NOW)))

            app = web.Application()
            app.router.add_get("/{path:.*}", handle)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            try:
                async with httpx.AsyncClient(trust_env=False) as browser:
                    port = runner.addresses[0][1]
                    sent = {"host": "shop.test:8080", **headers}
                    response = await browser.get(f"http://127.0.0.1:{port}{PATH}", headers=sent)
            finally:
                await runner.cleanup()
        check(response, status, back)

    anyio.run(run)


@pytest.mark.parametrize("kind", REQUESTS)
def test_reads_quart_requests(kind: str) -> None:
    headers, status, back = REQUESTS[kind]

    async def run() -> None:
        async with client() as clerk:
            app = quart.Quart(__name__)

            @app.get("/<path:path>")
            async def handle(path: str) -> dict[str, str]:
                proxy = await clerk.auth.authenticate_request(quart.request, LIVE, now=NOW)
                own = await clerk.auth.authenticate_request(quart.request._get_current_object(), LIVE, now=NOW)  # type: ignore[attr-defined]
                assert describe(own) == describe(proxy)
                return describe(proxy)

            async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as browser:
                sent = {"host": "shop.test:8080", **headers}
                response = await browser.get(f"http://127.0.0.1{PATH}", headers=sent)
        check(response, status, back)

    anyio.run(run)


def check(response: httpx.Response, status: str, back: str | None) -> None:
    assert response.status_code == 200, response.text
    assert response.json() == {"status": status, "back": back or ""}
