"""The proxy for WSGI applications, such as Flask's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from clerkkit.auth.requests.adapters.request_adapter import adapt_request
from clerkkit.integrations.frontend_proxy.rules import read_rules
from clerkkit.integrations.frontend_proxy.streams import create_client, send

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_CHUNK = 64 * 1024
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class FrontendApiProxy:
    """Forwards requests below `/__clerk` to Clerk's Frontend API. All other requests go to the application.

    In Flask: `app.wsgi_app = FrontendApiProxy(app.wsgi_app)`. Behind a proxy of your own, put Werkzeug's `ProxyFix`
    around it. Arguments and behaviour are those of `clerkkit.integrations.frontend_proxy.asgi.FrontendApiProxy`.

    Raises:
        InvalidArgument: a key is missing, or an argument is invalid.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        secret_key: str | None = None,
        publishable_key: str | None = None,
        proxy_url: str | None = None,
        target: str | None = None,
    ) -> None:
        self._app = app
        self._rules = read_rules(
            secret_key=secret_key,
            publishable_key=publishable_key,
            proxy_url=proxy_url,
            target=target,
            trust_forwarded_host=False,
        )
        self._http = create_client()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Return the response of the Frontend API, or of the application."""
        path: str = environ.get("PATH_INFO", "")
        if not self._rules.matches(path):
            return self._app(environ, start_response)
        forwarding = self._rules.forward(
            adapt_request(environ),
            root=environ.get("SCRIPT_NAME", ""),
            client_address=environ.get("REMOTE_ADDR", ""),
            more_headers=read_content_headers(environ),
        )
        response = send(self._http, self._rules, forwarding, _read_body(environ))
        start_response(f"{response.status} {_PHRASES.get(response.status, 'Unknown')}", response.headers)
        return response


def read_content_headers(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    """Return the headers that WSGI keeps apart from the others."""
    names = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    return [(name, environ[key]) for name, key in names.items() if environ.get(key)]


def _read_body(environ: WSGIEnvironment) -> Iterator[bytes]:
    stream, length = environ["wsgi.input"], environ.get("CONTENT_LENGTH")
    remaining = int(length) if length else None
    while remaining is None or remaining > 0:
        chunk: bytes = stream.read(_CHUNK if remaining is None else min(_CHUNK, remaining))
        if not chunk:
            return
        remaining = None if remaining is None else remaining - len(chunk)
        yield chunk
