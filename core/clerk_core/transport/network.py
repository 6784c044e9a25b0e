"""How a base URL is reached from this machine: proxy and certificates, as the environment says."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.request import getproxies

import httpx

from clerk_core.errors import InvalidArgument
from clerk_core.transport.tls import Certificates

if TYPE_CHECKING:
    import ssl

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True)
class Network:
    """What connections are made with."""

    proxy: str | None
    """The URL of the proxy, with its login."""
    certificates: Certificates | None
    """None where neither the base URL nor the proxy is https."""

    @classmethod
    def from_environment(cls, base_url: str) -> Network:
        """Read HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE.

        What does not concern the base URL is not looked at. An entry of NO_PROXY that is none matches nothing, as in
        curl.

        Raises:
            InvalidArgument: a variable cannot be used; it is named.
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
        """The shared context; for plain http, one that trusts nobody and costs nothing."""
        return _trusting_nobody() if self.certificates is None else self.certificates.context()

    def httpx_proxy(self) -> httpx.Proxy | None:
        """The proxy as httpx takes it."""
        if self.proxy is None:
            return None
        return httpx.Proxy(self.proxy, ssl_context=self.ssl_context() if self.proxy.startswith("https://") else None)


@cache
def _trusting_nobody() -> ssl.SSLContext:
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy_for(url: httpx.URL) -> str | None:
    proxies = getproxies()
    kind = url.scheme if proxies.get(url.scheme) else "all"
    found = proxies.get(kind)
    if not found or any(_matches(entry, url) for entry in re.split(r"[,\s]+", proxies.get("no", ""))):
        return None
    return _checked_proxy(_variable(f"{kind}_proxy", found), found if "://" in found else f"http://{found}")


def _variable(name: str, value: str) -> str:
    for variable, content in os.environ.items():
        if variable.lower() == name and content == value:
            return variable
    return f"the system's {name}"


def _checked_proxy(variable: str, proxy: str) -> str:
    # Never with the value: it may hold a password.
    try:
        url = httpx.URL(proxy)
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidArgument(variable, "is not a URL such as http://proxy.example:3128") from error
    if url.scheme not in _PROXY_SCHEMES or not url.host:
        raise InvalidArgument(
            variable, f"expected the URL of an http, https, socks5 or socks5h proxy, got the scheme {url.scheme!r}"
        )
    if url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise InvalidArgument(variable, 'a SOCKS proxy needs an extra: pip install "clerkkit[socks]"')
    return proxy


def _matches(entry: str, url: httpx.URL) -> bool:
    """Whether an entry of NO_PROXY covers the URL: `*`, a name with all below it, an address, a range; with a port."""
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
    """An IPv6 address has a port only behind brackets."""
    before, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (before.endswith("]") or ":" not in before):
        return before, port
    return entry, ""
