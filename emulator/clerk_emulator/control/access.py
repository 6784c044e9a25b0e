"""Restrict the control API to programs on this machine, and to host names that are allowed explicitly.

A page that a browser of this machine shows must not control the emulator: neither one of another site, nor one whose
host name its owner has pointed at this machine (DNS rebinding). Nor must others reach it through an application that
passes requests on.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:[0-9]+)?", re.ASCII)


def refusal(headers: Mapping[str, str], peer: str | None, hosts: Collection[str]) -> str | None:
    """Return why a request is refused, or None if it is not.

    `peer` is the address that it comes from. `hosts` are the names, besides those of this machine, that it may be sent
    to; if there are any, requests may come from other machines.
    """
    senders = (peer, *_forwarded(headers, "x-forwarded-for"))
    if not hosts and not all(map(_is_loopback, senders)):
        return "The control API only accepts requests from this machine; --control-host NAME allows others."
    if "clerk-proxy-url" in headers:
        return "The control API does not accept requests that an application passes on."
    for host in map(_host_name, (headers.get("host", ""), *_forwarded(headers, "x-forwarded-host"))):
        if not (host == "localhost" or _is_loopback(host) or host in hosts):
            return f"The control API is not served at {host!r}; --control-host NAME allows a host name."
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return "The control API does not accept requests from web pages."
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return "The control API does not accept requests from web pages of other origins."
    return None


def _forwarded(headers: Mapping[str, str], name: str) -> list[str]:
    """Return the values that proxies have added to a header, such as the addresses of those that they serve."""
    return [value.strip() for value in headers[name].split(",")] if name in headers else []


def _is_loopback(address: str | None) -> bool:
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def _host_name(host: str) -> str:
    """Return the name or address in a `Host` header, without its port; empty if it is invalid."""
    match = _HOST.fullmatch(host)
    return match[1].strip("[]").lower() if match else ""
