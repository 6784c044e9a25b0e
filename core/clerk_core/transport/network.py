"""Where to connect to: the base URL, and the environment's proxies and certificates."""

from __future__ import annotations

import ipaddress
import os
import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.request import getproxies

import httpx

from clerk_core.errors import InvalidArgument
from clerk_core.transport.tls import Certificates

if TYPE_CHECKING:
    import ssl

VERSION_PATH = "/v1"
DEFAULT_BASE_URL = f"https://api.clerk.com{VERSION_PATH}"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def check_base_url(url: object) -> str:
    """Return the base URL without a trailing slash; `/v1` is added to a URL without a path.

    Raises:
        InvalidArgument: it is not an http(s) URL, or contains credentials, a query, a fragment or white space.
    """
    parsed = _parse_base_url(url) if isinstance(url, str) else None
    if parsed is None or not isinstance(url, str):
        raise InvalidArgument(
            "base_url", f"expected an http(s) URL without credentials and query, such as {DEFAULT_BASE_URL}"
        )
    base = url.rstrip("/")
    return base if parsed.path.strip("/") else base + VERSION_PATH


def _parse_base_url(url: str) -> httpx.URL | None:
    if any(character in "?#" or character.isspace() for character in url):
        return None
    try:
        parsed = httpx.URL(url)
        # Credentials would be sent in place of the secret key.
        valid = parsed.scheme in ("http", "https") and parsed.host and not parsed.userinfo
    except (httpx.InvalidURL, ValueError):  # ValueError: httpx does not convert the errors of idna
        return None
    return parsed if valid else None


class Network:
    """The proxy and the certificates for a base URL."""

    __slots__ = ("certificates", "proxy")

    def __init__(self, proxy: str | None, certificates: Certificates | None) -> None:
        self.proxy = proxy
        """The URL of the proxy, including credentials."""
        self.certificates = certificates
        """None if neither the base URL nor the proxy uses https."""

    @classmethod
    def from_environment(cls, base_url: str) -> Network:
        """Read HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE.

        Variables that do not apply to the base URL are ignored. An invalid entry of NO_PROXY matches nothing.

        Raises:
            InvalidArgument: the value of a variable is invalid; the error names the variable.
        """
        url = httpx.URL(base_url)
        proxy = _proxy_for(url)
        secure = url.scheme == "https" or (proxy is not None and proxy.startswith("https://"))
        return cls(proxy, Certificates.from_environment(os.environ) if secure else None)

    @property
    def uses_socks(self) -> bool:
        """Whether the proxy is a SOCKS proxy."""
        return self.proxy is not None and self.proxy.startswith("socks")

    @property
    def is_ready(self) -> bool:
        """Whether `ssl_context` returns at once."""
        return self.certificates is None or self.certificates.is_loaded

    def ssl_context(self) -> ssl.SSLContext:
        """Return the shared TLS context; for plain http, one without certificates, which is cheap."""
        return _empty_context() if self.certificates is None else self.certificates.context()

    def httpx_proxy(self) -> httpx.Proxy | None:
        """Return the proxy as an httpx object."""
        if self.proxy is None:
            return None
        return httpx.Proxy(self.proxy, ssl_context=self.ssl_context() if self.proxy.startswith("https://") else None)


@cache
def _empty_context() -> ssl.SSLContext:
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy_for(url: httpx.URL) -> str | None:
    proxies = getproxies()
    kind = url.scheme if proxies.get(url.scheme) else "all"
    found = proxies.get(kind)
    if not found or any(_matches(entry, url) for entry in re.split(r"[,\s]+", proxies.get("no", ""))):
        return None
    return _check_proxy(_find_variable(f"{kind}_proxy", found), found if "://" in found else f"http://{found}")


def _find_variable(name: str, value: str) -> str:
    for variable, content in os.environ.items():
        if variable.lower() == name and content == value:
            return variable
    return f"the system's {name}"


def _check_proxy(variable: str, proxy: str) -> str:
    # The errors exclude the value, which may contain a password.
    try:
        url = httpx.URL(proxy)
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidArgument(variable, "is not a URL such as http://proxy.example:3128") from error
    if url.scheme not in _PROXY_SCHEMES or not url.host:
        raise InvalidArgument(
            variable, f"expected the URL of an http, https, socks5 or socks5h proxy, got the scheme {url.scheme!r}"
        )
    if url.scheme.startswith("socks"):
        from importlib.util import find_spec  # imported when needed

        if find_spec("socksio") is None:
            raise InvalidArgument(variable, 'a SOCKS proxy needs an extra: pip install "clerkkit[socks]"')
    return proxy


def _matches(entry: str, url: httpx.URL) -> bool:
    """Return whether an entry of NO_PROXY matches the URL.

    An entry is `*`, a domain (which includes its subdomains), an address or a range of addresses; a port may follow.
    """
    if entry == "*":
        return True
    scheme, _, rest = entry.lower().rpartition("://")
    if scheme not in ("", "all", url.scheme):
        return False
    name, port = _split_port(rest)
    if port and port != str(url.port or _DEFAULT_PORTS[url.scheme]):
        return False
    host = url.host.rstrip(".")
    try:
        addresses = ipaddress.ip_network(name.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        name = name.removeprefix("*").strip(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))
    try:
        return ipaddress.ip_address(host) in addresses
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, str]:
    """Split an entry into host and port. An IPv6 address needs brackets to have a port."""
    before, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (before.endswith("]") or ":" not in before):
        return before, port
    return entry, ""
