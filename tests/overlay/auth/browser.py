"""A browser whose requests a site authenticates, and the cookies and tokens that it sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt

from clerkkit import Clerk
from clerkkit.auth import AuthOptions, RequestState
from tests.loopback import KEY, Loopback
from tests.overlay.auth.factories import CATEGORY, NOW, options, private, token

LIVE, TEST = options(), options(live=False)
GOOD = token()
EXPIRED = token(iat=NOW - 120, nbf=NOW - 130, exp=NOW - 60)
SIGN_IN_COOKIES = [f"__session={GOOD}; Path=/; Secure; SameSite=Lax", "__client_uat=5; Path=/"]
SIGN_OUT_COOKIES = ["__session=; Path=/; Max-Age=0", "__client_uat=0"]
"""The cookies that Clerk sets after a handshake."""


class Browser:
    """Authenticates requests with a client whose Clerk is a scripted server."""

    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.clerk = Clerk(KEY, base_url=server.url, max_retries=0)

    def get(
        self,
        cookies: Mapping[str, object] | None = None,
        wanted: AuthOptions = LIVE,
        url: str = "https://shop.test/a?b=c",
        method: str = "GET",
        **headers: str,
    ) -> RequestState:
        sent = {"sec-fetch-dest": "document", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if cookies:
            sent["cookie"] = "; ".join(f"{name}={text}" for name, text in cookies.items())
        sent = {name: text for name, text in sent.items() if text}
        return self.clerk.auth.authenticate_request(httpx.Request(method, url, headers=sent), wanted, now=NOW)


def suffixed(wanted: AuthOptions, **cookies: object) -> dict[str, object]:
    return {f"__{name}_{wanted.instance.suffix}": value for name, value in cookies.items()}


def plain(**cookies: object) -> dict[str, object]:
    return {f"__{name}": value for name, value in cookies.items()}


def query(state: RequestState) -> dict[str, str]:
    assert state.location is not None
    return dict(parse_qsl(urlsplit(state.location).query, keep_blank_values=True))


def handshake_token(cookies: Any, *, category: str | None = CATEGORY, key: str = "first", **more: Any) -> str:
    """Return a signed handshake token with these cookies."""
    extra = {"kid": "ins_1", **({"cat": category} if category else {})}
    payload = json.dumps({"handshake": cookies, **more}).encode()
    return jwt.PyJWS().encode(payload, private(key), "RS256", headers=extra)
