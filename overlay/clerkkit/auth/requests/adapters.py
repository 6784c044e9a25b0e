"""Requests of all frameworks in one form: method, URL, headers.

No framework is imported here; a request of Django alone has one of Django's settings looked at.

A request with a token in its `Authorization` header needs nothing else; so URL and headers are read when asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from clerk_core import InvalidArgument
from clerk_core.guards import is_items, is_list, is_mapping
from clerkkit.auth.requests import urls
from clerkkit.auth.requests.aws import lambda_request

_IN_PATH = "/:@!$&'()*+,;=~"


class Incoming:
    """A request, as far as signing in needs it: here, an object with method, url and headers, such as httpx's.

    Headers are any mapping, in any case of letters, of strings or bytes, or of lists of these.
    """

    def __init__(self, request: Any) -> None:
        self._request = request

    @property
    def method(self) -> str:
        """In upper case."""
        return str(self._request.method).upper()

    @property
    def authorization(self) -> str | None:
        """The header that brings a token."""
        # Decode as little as possible: a request with a token in this header needs no other header.
        headers = self._request.headers
        raw = getattr(headers, "raw", None)  # httpx decodes all headers for `items`
        if is_list(raw):
            return _authorization(raw)
        name = "authorization"
        return _named(pair for pair in headers.items() if len(pair[0]) == len(name)).get(name)

    @property
    def url(self) -> str:
        """As the server has it, which behind a proxy is not as the browser does."""
        return str(self._request.url)

    @cached_property
    def headers(self) -> dict[str, str]:
        """By their names in lower case."""
        return _named(self._request.headers.items())

    def host(self, trust_forwarded: bool) -> str:
        """The host that the browser has asked for, and its port; a proxy's word for it counts where it is trusted."""
        forwarded = self.headers.get("x-forwarded-host") if trust_forwarded else None
        return (self.headers.get("host", "") if forwarded is None else forwarded).partition(",")[0]


class _Aiohttp(Incoming):
    """A request of aiohttp's server, whose own URL raises for a host that is none."""

    @property
    def url(self) -> str:
        request = self._request
        return urls.build(request.scheme, self.headers.get("host"), "", request.raw_path, "")


class _Scope(Incoming):
    """An ASGI scope, which the requests of Starlette, FastAPI and Quart have."""

    @property
    def method(self) -> str:
        return str(self._request.get("method", "GET")).upper()

    @property
    def authorization(self) -> str | None:
        return _authorization(self._request["headers"])

    @property
    def url(self) -> str:
        scope = self._request
        scheme = str(scope.get("scheme", "http")).replace("ws", "http")
        name, port = scope.get("server") or ("", None)
        path = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1") or quote(scope["path"], _IN_PATH)
        own = f"{name}:{port}" if port else name
        return urls.build(scheme, self.headers.get("host"), own, path, scope.get("query_string", b"").decode("latin-1"))

    @cached_property
    def headers(self) -> dict[str, str]:
        return _named(self._request["headers"])


class _Environ(Incoming):
    """A WSGI environ. What trusts a proxy, such as Werkzeug's ProxyFix, puts the browser's host into `HTTP_HOST`."""

    @property
    def method(self) -> str:
        return str(self._request.get("REQUEST_METHOD", "GET")).upper()

    @property
    def authorization(self) -> str | None:
        return _string(self._request.get("HTTP_AUTHORIZATION"))

    @property
    def url(self) -> str:
        environ = self._request
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        scheme = environ.get("wsgi.url_scheme", "http")
        return urls.build(
            scheme,
            environ.get("HTTP_HOST"),
            _server(environ),
            quote(path.encode("latin-1", "replace"), _IN_PATH),
            environ.get("QUERY_STRING", ""),
        )

    def host(self, trust_forwarded: bool) -> str:  # noqa: ARG002  # the environ has what is trusted
        return _string(self._request.get("HTTP_HOST")) or ""

    @cached_property
    def headers(self) -> dict[str, str]:
        given = {name[len("HTTP_") :]: value for name, value in self._request.items() if name.startswith("HTTP_")}
        return _named((name.replace("_", "-"), value) for name, value in given.items())


class _Django(_Environ):
    """A request of Django, over WSGI or ASGI: it knows of a proxy that speaks https."""

    def __init__(self, request: Any) -> None:
        super().__init__(request.META)
        self._of_django = request

    @property
    def url(self) -> str:
        request, meta = self._of_django, self._request
        return urls.build(request.scheme, meta.get("HTTP_HOST"), _server(meta), request.get_full_path(), "")

    def host(self, trust_forwarded: bool) -> str:  # noqa: ARG002  # a setting of Django's own tells
        from django.conf import settings

        return Incoming.host(self, settings.USE_X_FORWARDED_HOST)


def incoming(request: Any) -> Incoming:
    """The request of a framework: an ASGI scope, a WSGI environ, a Lambda event, an object with method, url, headers.

    The requests of Starlette, FastAPI and Quart are known by their scope, those of Flask by their environ, Django's by
    `META`, aiohttp's by `rel_url`.

    Raises:
        InvalidArgument: it is none of these.
    """
    if is_mapping(request):
        event = lambda_request(request)
        if event is not None:
            return Incoming(event)
        if _is_scope(request):
            return _Scope(request)
        if "REQUEST_METHOD" in request:
            return _Environ(request)
    return _of_object(request)


def _of_object(request: Any) -> Incoming:
    if getattr(request, "META", None) is not None:
        return _Django(request)
    if (environ := getattr(request, "environ", None)) is not None:
        return _Environ(environ)
    if (scope := getattr(request, "scope", None)) is not None and _is_scope(scope):
        return _Scope(scope)
    has_all = hasattr(request, "method") and hasattr(request, "headers") and hasattr(request, "url")
    if has_all and not isinstance(request, type):
        if not callable(getattr(request.headers, "items", None)):
            raise InvalidArgument(
                "request", f"expected headers that are a mapping, got {type(request.headers).__name__}"
            )
        return _Aiohttp(request) if hasattr(request, "rel_url") else Incoming(request)
    raise InvalidArgument("request", "expected a request, an ASGI scope, a WSGI environ or an event of AWS Lambda")


def _is_scope(value: Any) -> bool:
    if not is_mapping(value) or "path" not in value:
        return False
    headers: Any = value.get("headers")
    return not is_mapping(headers) and isinstance(headers, Iterable)


def public_url(request: Incoming, trust_forwarded_host: bool = True) -> urls.Url:
    """The URL as the browser has it, told by the proxy's headers or the host; one without a place where none is.

    `X-Forwarded-Proto` counts in any case: it chooses between http and https, and a client that forges it fools itself.
    """
    own = urls.parse(request.url) or urls.NOWHERE
    scheme = request.headers.get("x-forwarded-proto", own.scheme).partition(",")[0].lower()
    place = urls.placed(scheme, request.host(trust_forwarded_host))
    return own if place is None else own._replace(scheme=scheme, place=place)


def _authorization(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    return ", ".join([_text(value) for name, value in headers if name.lower() == b"authorization"]) or None


def _named(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for given, value in pairs:
        name = _text(given).lower()
        for one in value if is_items(value) else (value,):
            if one is not None:
                text, joint = _text(one), "; " if name == "cookie" else ", "
                headers[name] = f"{headers[name]}{joint}{text}" if name in headers else text
    return headers


def _text(value: Any) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    # What no request can carry (lone surrogates) cannot be sent on, either.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _server(environ: Mapping[str, Any]) -> str:
    return f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"
