"""URLs as browsers read and write them. Malformed URLs are None, never an error."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from clerkkit.auth.tokens.origins import normalize_authority

_URL = re.compile(r"(https?)://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_IN_PATH = "!$%&'()*+,-./:;=@[]_|~"
_IN_QUERY = "!$%&()*+,-./:;=?@[]^_`{|}~\\"

Pairs = list[tuple[str, str]]


class Url(NamedTuple):
    """An http(s) URL without credentials and fragment. `str()` returns its text."""

    scheme: str
    authority: str
    """Host and port; without the port if it is the default one."""
    path: str
    query: str | None

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def host(self) -> str:
        """The host without the port."""
        return re.sub(r":\d+$", "", self.authority)

    @property
    def params(self) -> Pairs:
        """The query parameters."""
        return parse_qsl(self.query or "", keep_blank_values=True)

    def get(self, name: str) -> str | None:
        """Return the first query parameter with this name."""
        if not self.query or name not in self.query:
            return None
        return next((value for key, value in self.params if key == name), None)

    def without_params(self, names: Collection[str]) -> Url:
        """Return the URL without these parameters. The others are encoded anew, as browsers do."""
        kept = [(key, value) for key, value in self.params if key not in names]
        return self._replace(query=encode_params(kept) or None)

    def with_params(self, *more: tuple[str, str]) -> Url:
        """Return the URL with more parameters."""
        return self._replace(query=encode_params([*self.params, *more]) or None)

    def __str__(self) -> str:
        return f"{self.origin}{self.path}" if self.query is None else f"{self.origin}{self.path}?{self.query}"


EMPTY_URL = Url("http", "", "/", None)
"""The value for a URL that cannot be parsed. No redirect goes to it."""


def encode_params(pairs: Iterable[tuple[str, str]]) -> str:
    """Encode parameters as a form does."""
    return urlencode(list(pairs), safe="*", errors="replace").replace("~", "%7E")


def parse_url(text: str | None) -> Url | None:
    """Parse an http(s) URL; None if it is malformed."""
    match = _URL.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    scheme, given_authority, path, query = match.groups()
    authority = normalize_authority(scheme.lower(), given_authority)
    if authority is None:
        return None
    path = quote(path.replace("\\", "/") or "/", safe=_IN_PATH, errors="replace")
    query = None if query is None else quote(query, safe=_IN_QUERY, errors="replace")
    return Url(scheme.lower(), authority, path, query)


def build_url(scheme: str, host_header: str | None, server: str, path: str, query: str) -> str:
    """Return a URL on the host that the client names, or on the server's own if that is malformed.

    A path without a slash at its start would become a part of the host, and is dropped.
    """
    use_header = host_header and normalize_authority(scheme, host_header) is not None
    authority = host_header if use_header else server
    return f"{scheme}://{authority}{path if path.startswith('/') else '/'}{f'?{query}' if query else ''}"
