"""URLs as a browser reads and writes them, as far as redirects need it. What cannot be read is None, never an error."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

_URL = re.compile(r"(https?)://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_PLACE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[!$&-.0-9;=A-Z_a-z`{}~]+)(?::([0-9]{0,5}))?")
_PORTS = {"http": "80", "https": "443"}
_IN_PATH = "!$%&'()*+,-./:;=@[]_|~"
_IN_QUERY = "!$%&()*+,-./:;=?@[]^_`{|}~\\"

Pairs = list[tuple[str, str]]


class Url(NamedTuple):
    """An http(s) URL without login and fragment; `str()` is its text."""

    scheme: str
    place: str
    """Host, and port where it is not the usual one."""
    path: str
    query: str | None

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.place}"

    @property
    def host(self) -> str:
        """Without the port."""
        return re.sub(r":\d+$", "", self.place)

    @property
    def pairs(self) -> Pairs:
        """The parameters of the query."""
        return parse_qsl(self.query or "", keep_blank_values=True)

    def get(self, name: str) -> str | None:
        """The first parameter of this name."""
        if not self.query or name not in self.query:
            return None
        return next((value for key, value in self.pairs if key == name), None)

    def without(self, names: Collection[str]) -> Url:
        """Without these parameters; the rest is written anew, as browsers do."""
        return self._replace(query=form([(key, value) for key, value in self.pairs if key not in names]) or None)

    def adding(self, *more: tuple[str, str]) -> Url:
        """With more parameters."""
        return self._replace(query=form([*self.pairs, *more]) or None)

    def __str__(self) -> str:
        return f"{self.origin}{self.path}" if self.query is None else f"{self.origin}{self.path}?{self.query}"


NOWHERE = Url("http", "", "/", None)
"""In the place of a URL that cannot be read; nobody is sent there."""


def form(pairs: Iterable[tuple[str, str]]) -> str:
    """Parameters as a form writes them."""
    return urlencode(list(pairs), safe="*", errors="replace").replace("~", "%7E")


def parse(text: str | None) -> Url | None:
    """The URL; None for what is none."""
    found = _URL.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    scheme, place, path, query = found.groups()
    at = placed(scheme.lower(), place)
    if at is None:
        return None
    escaped = quote(path.replace("\\", "/") or "/", safe=_IN_PATH, errors="replace")
    return Url(scheme.lower(), at, escaped, None if query is None else quote(query, safe=_IN_QUERY, errors="replace"))


def build(scheme: str, named: str | None, own: str, path: str, query: str) -> str:
    """Return a URL on the host that the client names, or on the server's own where that is no host.

    A path that does not begin with a slash would become a part of the host, and is left out.
    """
    place = own if not named or placed(scheme, named) is None else named
    return f"{scheme}://{place}{path if path.startswith('/') else '/'}{f'?{query}' if query else ''}"


_OTHER_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\\\s]*")


def origin_problem(text: str) -> str | None:
    """Say why a text is not an origin as browsers send it, such as `https://example.com`; None if it is one.

    Origins of other schemes are those of browser extensions and native web views, such as `capacitor://localhost`.
    """
    if "*" in text:
        return "has a *; origins are compared letter by letter, so list each of them"
    scheme, separator, _ = text.partition("://")
    if not separator:
        return "has no scheme; expected an origin such as https://example.com"
    if scheme.lower() not in _PORTS:
        return None if _OTHER_ORIGIN.fullmatch(text) else "expected an origin: scheme, host and port alone"
    url = parse(text)
    if url is None:
        return "expected an origin such as https://example.com"
    return (
        None
        if url.origin == text
        else f"expected {url.origin}, as browsers write origins: no path, no slash at the end"
    )


def placed(scheme: str, place: str) -> str | None:
    """Host and port in lower case, without the usual port; None where they make no URL."""
    found = _PLACE.fullmatch(place)
    if found is None or scheme not in _PORTS:
        return None
    host, port = found.groups()
    if port and int(port) > 65535:
        return None
    return f"{host.lower()}:{int(port)}" if port and str(int(port)) != _PORTS[scheme] else host.lower()
