"""Adapts the requests of web frameworks to one form: method, URL, headers.

No framework is imported, except Django's settings for a request of Django.

URL and headers are read lazily, since a request with a token in its `Authorization` header does not need them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from clerk_core import InvalidArgument
from clerk_core.guards import is_collection, is_list, is_mapping
from clerkkit.auth.requests.adapters import urls
from clerkkit.auth.requests.adapters.aws_lambda import read_lambda_event
from clerkkit.auth.tokens.json_values import read_string
from clerkkit.auth.tokens.origins import normalize_authority

_IN_PATH = "/:@!$&'()*+,;=~"


class RequestAdapter:
    """Reads what authentication needs from a request. This class adapts objects with method, url and headers.

    Headers are a mapping of names, in upper or lower case, to strings, bytes, or lists of these.
    """

    def __init__(self, request: Any) -> None:
        self._request = request

    @property
    def method(self) -> str:
        """The method in upper case."""
        return str(self._request.method).upper()

    @property
    def authorization(self) -> str | None:
        """The `Authorization` header."""
        # Decode as little as possible: a request with a token in this header needs no other header.
        headers = self._request.headers
        raw = getattr(headers, "raw", None)  # httpx decodes all headers for `items`
        if is_list(raw):
            return _get_authorization(raw)
        name = "authorization"
        return _merge_headers(pair for pair in headers.items() if len(pair[0]) == len(name)).get(name)

    @property
    def url(self) -> str:
        """The URL that the server sees. Behind a proxy, the browser's may differ."""
        return str(self._request.url)

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by their names in lower case."""
        return _merge_headers(self._request.headers.items())

    def get_host(self, trust_forwarded: bool) -> str:
        """Return host and port that the browser asked for, by `X-Forwarded-Host` if that is trusted."""
        forwarded = self.headers.get("x-forwarded-host") if trust_forwarded else None
        return (self.headers.get("host", "") if forwarded is None else forwarded).partition(",")[0]


class _AiohttpAdapter(RequestAdapter):
    """Adapts requests of aiohttp's server, whose `url` raises for a malformed host."""

    @property
    def url(self) -> str:
        request = self._request
        return urls.build_url(request.scheme, self.headers.get("host"), "", request.raw_path, "")


class _AsgiAdapter(RequestAdapter):
    """Adapts ASGI scopes, which the requests of Starlette, FastAPI and Quart contain."""

    @property
    def method(self) -> str:
        return str(self._request.get("method", "GET")).upper()

    @property
    def authorization(self) -> str | None:
        return _get_authorization(self._request["headers"])

    @property
    def url(self) -> str:
        scope = self._request
        scheme = str(scope.get("scheme", "http")).replace("ws", "http")
        name, port = scope.get("server") or ("", None)
        server = f"{name}:{port}" if port else name
        path = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1") or quote(scope["path"], _IN_PATH)
        query = scope.get("query_string", b"").decode("latin-1")
        return urls.build_url(scheme, self.headers.get("host"), server, path, query)

    @cached_property
    def headers(self) -> dict[str, str]:
        return _merge_headers(self._request["headers"])


class _WsgiAdapter(RequestAdapter):
    """Adapts WSGI environs. Middleware that trusts a proxy, such as Werkzeug's ProxyFix, sets `HTTP_HOST`."""

    @property
    def method(self) -> str:
        return str(self._request.get("REQUEST_METHOD", "GET")).upper()

    @property
    def authorization(self) -> str | None:
        return read_string(self._request.get("HTTP_AUTHORIZATION"))

    @property
    def url(self) -> str:
        environ = self._request
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return urls.build_url(
            environ.get("wsgi.url_scheme", "http"),
            environ.get("HTTP_HOST"),
            _get_server(environ),
            quote(path.encode("latin-1", "replace"), _IN_PATH),
            environ.get("QUERY_STRING", ""),
        )

    def get_host(self, trust_forwarded: bool) -> str:  # noqa: ARG002  # middleware has put a trusted host there
        return read_string(self._request.get("HTTP_HOST")) or ""

    @cached_property
    def headers(self) -> dict[str, str]:
        values = {name[len("HTTP_") :]: value for name, value in self._request.items() if name.startswith("HTTP_")}
        return _merge_headers((name.replace("_", "-"), value) for name, value in values.items())


class _DjangoAdapter(_WsgiAdapter):
    """Adapts requests of Django, over WSGI or ASGI. Django determines the scheme, by its settings for proxies."""

    def __init__(self, request: Any) -> None:
        super().__init__(request.META)
        self._django_request = request

    @property
    def url(self) -> str:
        request, meta = self._django_request, self._request
        return urls.build_url(request.scheme, meta.get("HTTP_HOST"), _get_server(meta), request.get_full_path(), "")

    def get_host(self, trust_forwarded: bool) -> str:  # noqa: ARG002  # Django has its own setting
        from django.conf import settings

        return RequestAdapter.get_host(self, settings.USE_X_FORWARDED_HOST)


def adapt_request(request: Any) -> RequestAdapter:
    """Return the adapter for an ASGI scope, a WSGI environ, a Lambda event, or an object with method, url, headers.

    The requests of Starlette, FastAPI and Quart are recognized by `scope`, those of Flask by `environ`, of Django by
    `META`, of aiohttp by `rel_url`.

    Raises:
        InvalidArgument: this is none of these.
    """
    if is_mapping(request):
        event = read_lambda_event(request)
        if event is not None:
            return RequestAdapter(event)
        if _is_scope(request):
            return _AsgiAdapter(request)
        if "REQUEST_METHOD" in request:
            return _WsgiAdapter(request)
    return _adapt_object(request)


def _adapt_object(request: Any) -> RequestAdapter:
    if getattr(request, "META", None) is not None:
        return _DjangoAdapter(request)
    if (environ := getattr(request, "environ", None)) is not None:
        return _WsgiAdapter(environ)
    if (scope := getattr(request, "scope", None)) is not None and _is_scope(scope):
        return _AsgiAdapter(scope)
    has_all = hasattr(request, "method") and hasattr(request, "headers") and hasattr(request, "url")
    if has_all and not isinstance(request, type):
        if not callable(getattr(request.headers, "items", None)):
            raise InvalidArgument("request", f"expected headers as a mapping, got {type(request.headers).__name__}")
        return _AiohttpAdapter(request) if hasattr(request, "rel_url") else RequestAdapter(request)
    raise InvalidArgument("request", "expected a request, an ASGI scope, a WSGI environ or an AWS Lambda event")


def _is_scope(value: Any) -> bool:
    if not is_mapping(value) or "path" not in value:
        return False
    headers: Any = value.get("headers")
    # Servers give a list. The first test is for speed: those of abstract classes take ten times as long.
    return type(headers) is list or (not is_mapping(headers) and isinstance(headers, Iterable))


def get_browser_url(request: RequestAdapter, trust_forwarded_host: bool = True) -> urls.Url:
    """Return the URL that the browser shows, by the proxy's headers and the host. Its authority is empty if unknown.

    `X-Forwarded-Proto` is always trusted: it only chooses between http and https, and forging it harms nobody else.
    """
    url = urls.parse_url(request.url) or urls.EMPTY_URL
    scheme = request.headers.get("x-forwarded-proto", url.scheme).partition(",")[0].lower()
    authority = normalize_authority(scheme, request.get_host(trust_forwarded_host))
    return url if authority is None else url._replace(scheme=scheme, authority=authority)


def _get_authorization(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    return ", ".join([_decode(value) for name, value in headers if name.lower() == b"authorization"]) or None


def _merge_headers(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for key, value in pairs:
        name = _decode(key).lower()
        for one in value if is_collection(value) else (value,):
            if one is not None:
                text, separator = _decode(one), "; " if name == "cookie" else ", "
                headers[name] = f"{headers[name]}{separator}{text}" if name in headers else text
    return headers


def _decode(value: Any) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    # Replaces lone surrogates, which no request can carry and which could not be sent on.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _get_server(environ: Mapping[str, Any]) -> str:
    return f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"
