"""Requests of all frameworks in one form: method, URL, headers. No framework is imported here.

A request with a token in its `Authorization` header needs nothing else; so URL and headers are read when asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from clerk_core import InvalidArgument
from clerk_core.guards import is_mapping
from clerkkit.auth import urls

_IN_PATH = "/:@!$&'()*+,;=~"


class Incoming:
    """A request, as far as signing in needs it: here, an object with method, url and headers, such as httpx's."""

    def __init__(self, request: Any) -> None:
        self._request = request

    @property
    def method(self) -> str:
        """In upper case."""
        return str(self._request.method).upper()

    @property
    def authorization(self) -> str | None:
        """The header that brings a token."""
        headers = self._request.headers
        # A plain dictionary knows its keys in one case alone.
        return self.headers.get("authorization") if type(headers) is dict else headers.get("authorization")

    @property
    def url(self) -> str:
        """As the server has it, which behind a proxy is not as the browser does."""
        return str(self._request.url)

    @cached_property
    def headers(self) -> dict[str, str]:
        """By their names in lower case."""
        return _named(self._request.headers.items())


class _Scope(Incoming):
    """An ASGI scope, which the requests of Starlette and FastAPI are, too."""

    @property
    def method(self) -> str:
        return str(self._request.get("method", "GET")).upper()

    @property
    def authorization(self) -> str | None:
        return ", ".join([_text(v) for name, v in self._request["headers"] if name == b"authorization"]) or None

    @property
    def url(self) -> str:
        scope = self._request
        scheme = str(scope.get("scheme", "http")).replace("ws", "http")
        name, port = scope.get("server") or ("", None)
        path = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1") or quote(scope["path"], _IN_PATH)
        own = f"{name}:{port}" if port else name
        return _url(scheme, self.headers.get("host"), own, path, scope.get("query_string", b"").decode("latin-1"))

    @cached_property
    def headers(self) -> dict[str, str]:
        return _named(self._request["headers"])


class _Environ(Incoming):
    """A WSGI environ."""

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
        return _url(
            scheme,
            environ.get("HTTP_HOST"),
            _server(environ),
            quote(path.encode("latin-1", "replace"), _IN_PATH),
            environ.get("QUERY_STRING", ""),
        )

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
        return _url(request.scheme, meta.get("HTTP_HOST"), _server(meta), request.get_full_path(), "")


def incoming(request: Any) -> Incoming:
    """The request of a framework: an ASGI scope, a WSGI environ, or an object with method, url and headers.

    Starlette's and FastAPI's requests are known by their scope, those of Flask by their environ, Django's by `META`.

    Raises:
        InvalidArgument: it is none of these.
    """
    if isinstance(request, Mapping):
        if "headers" in request and "path" in request:
            return _Scope(request)
        if "REQUEST_METHOD" in request:
            return _Environ(request)
    elif getattr(request, "META", None) is not None:
        return _Django(request)
    elif (environ := getattr(request, "environ", None)) is not None:
        return _Environ(environ)
    elif all(hasattr(request, name) for name in ("method", "url")) and is_mapping(getattr(request, "headers", None)):
        return Incoming(request)
    raise InvalidArgument("request", "expected a request, an ASGI scope or a WSGI environ")


def public_url(request: Incoming) -> urls.Url:
    """The URL as the browser has it, told by the proxy's headers or the host; one without a place where none is."""
    own = urls.parse(request.url) or urls.NOWHERE
    host = request.headers.get("x-forwarded-host", request.headers.get("host", "")).partition(",")[0]
    scheme = request.headers.get("x-forwarded-proto", own.scheme).partition(",")[0].lower()
    place = urls.placed(scheme, host)
    return own if place is None else own._replace(scheme=scheme, place=place)


def _named(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for given, value in pairs:
        name = _text(given).lower()
        text = _text(value)
        headers[name] = f"{headers[name]}{'; ' if name == 'cookie' else ', '}{text}" if name in headers else text
    return headers


def _text(value: Any) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    # What no request can carry (lone surrogates) cannot be sent on, either.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _server(environ: Mapping[str, Any]) -> str:
    return f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"


def _url(scheme: str, named: str | None, own: str, path: str, query: str) -> str:
    """A URL of the host that the client names, if that is one: with a slash in it, it would become part of the path."""
    place = own if not named or urls.placed(scheme, named) is None else named
    return f"{scheme}://{place}{path}{f'?{query}' if query else ''}"
