"""`Set-Cookie` headers that come as text."""

from __future__ import annotations

from http.cookies import Morsel

from django.http import HttpResponseBase


def add_cookie(response: HttpResponseBase, value: str) -> None:
    """Add a `Set-Cookie` header to a response."""
    # Django writes a cookie as its name, "=" and its coded value; the coded value carries the attributes here. A second
    # cookie of a name is keyed by the whole text, since cookies with different domains must not replace each other.
    name, _, rest = value.partition("=")
    cookie: Morsel[str] = Morsel()
    cookie.set(name, rest, rest)
    response.cookies[value if name in response.cookies else name] = cookie
