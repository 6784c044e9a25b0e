"""Requests of all frameworks in one form: method, URL, headers. No framework is imported here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from clerk_core import InvalidArgument
from clerk_core.guards import is_mapping
from clerkkit.auth import urls

_IN_PATH = "/:@!$&'()*+,;=~%"


class Incoming(NamedTuple):
    """A request, as far as signing in needs it."""

    method: str
    url: str
    headers: Mapping[str, str]
    """By their names in lower case."""


def incoming(request: Any) -> Incoming:
    """The request of a framework: an ASGI scope, a WSGI environ, or an object with method, url and headers.

    Starlette's and FastAPI's requests are known by their scope, those of Flask by their environ, Django's by `META`.

    Raises:
        InvalidArgument: it is none of these.
    """
    if is_mapping(request):
        if "asgi" in request or ("headers" in request and "path" in request):
            return _of_scope(request)
        if "REQUEST_METHOD" in request:
            return _of_environ(request)
    elif is_mapping(meta := getattr(request, "META", None)):  # Django
        scheme = str(request.scheme)
        url = f"{scheme}://{_place(scheme, meta.get('HTTP_HOST'), _server(meta))}{request.get_full_path()}"
        return Incoming(str(request.method).upper(), url, _of_meta(meta))
    elif is_mapping(environ := getattr(request, "environ", None)):
        return _of_environ(environ)
    else:
        method, place, headers = (getattr(request, name, None) for name in ("method", "url", "headers"))
        if isinstance(method, str) and place is not None and is_mapping(headers):
            return Incoming(method.upper(), str(place), _named(headers.items()))
    raise InvalidArgument("request", "expected a request, an ASGI scope or a WSGI environ")


def public_url(request: Incoming) -> urls.Url:
    """The URL as the browser has it, told by the proxy's headers or the host; one without a place where none is."""
    own = urls.parse(request.url) or urls.NOWHERE
    host = request.headers.get("x-forwarded-host", request.headers.get("host", "")).partition(",")[0]
    scheme = request.headers.get("x-forwarded-proto", own.scheme).partition(",")[0]
    place = urls.placed(scheme.lower(), host)
    return own if place is None else own._replace(scheme=scheme.lower(), place=place)


def _named(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for given, text in pairs:
        name = (given.decode("latin-1") if isinstance(given, bytes) else str(given)).lower()
        value = text.decode("latin-1") if isinstance(text, bytes) else str(text).encode("utf-8", "replace").decode()
        if name in headers:
            value = f"{headers[name]}{'; ' if name == 'cookie' else ', '}{value}"
        headers[name] = value
    return headers


def _of_scope(scope: Mapping[str, Any]) -> Incoming:
    headers = _named(scope["headers"])
    server = scope.get("server") or ("", None)
    port = f":{server[1]}" if server[1] else ""
    raw: bytes = scope.get("raw_path") or b""
    path = raw.partition(b"?")[0].decode("latin-1") or quote(scope["path"], safe=_IN_PATH, errors="replace")
    query = scope.get("query_string", b"").decode("latin-1")
    scheme: str = scope.get("scheme", "http").replace("ws", "http")
    place = _place(scheme, headers.get("host"), f"{server[0]}{port}")
    url = f"{scheme}://{place}{path}{f'?{query}' if query else ''}"
    return Incoming(scope.get("method", "GET").upper(), url, headers)


def _of_environ(environ: Mapping[str, Any]) -> Incoming:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    quoted = quote(path.encode("latin-1", "replace"), safe=_IN_PATH.replace("%", ""))
    query = environ.get("QUERY_STRING", "")
    scheme = environ.get("wsgi.url_scheme", "http")
    place = _place(scheme, environ.get("HTTP_HOST"), _server(environ))
    url = f"{scheme}://{place}{quoted}{f'?{query}' if query else ''}"
    return Incoming(environ["REQUEST_METHOD"].upper(), url, _of_meta(environ))


def _place(scheme: str, named: str | None, own: str) -> str:
    """The host that the client names, if it is one: with a slash in it, it would become part of the path."""
    return own if not named or urls.placed(scheme, named) is None else named


def _server(environ: Mapping[str, Any]) -> str:
    return f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"


def _of_meta(environ: Mapping[str, Any]) -> dict[str, str]:
    return {
        name[len("HTTP_") :].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
