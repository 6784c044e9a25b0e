"""Responses with HTML, and the headers that keep pages from running scripts of others."""

from __future__ import annotations

from collections.abc import Collection

from clerk_emulator.call import Response
from clerk_emulator.html.templating import render
from clerk_emulator.json_types import Json

_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def page(template: str, values: Json, *, status: int = 200, form_targets: Collection[str] = ()) -> Response:
    """Return a page: a template with values. The value `base` precedes the paths of assets.

    Its forms can be sent to its own origin, and redirect to the origins in `form_targets`.
    """
    targets = " ".join(["form-action 'self'", *form_targets])
    values = {"base": "", **values}
    # A page that redirects to an application must tell it no more than its origin, and a form needs an Origin.
    headers = {"Content-Security-Policy": "; ".join([*_DIRECTIVES, targets]), "Referrer-Policy": "strict-origin"}
    return Response(status=status, headers={**_HEADERS, **headers}, content=render(template, values).encode())


def redirect(location: str, status: int = 303) -> Response:
    """Return a redirect. The method of the next request is GET, unless the status is 307."""
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}
    return Response(status=status, headers=headers, content=b"")
