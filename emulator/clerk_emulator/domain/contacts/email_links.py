"""Links in emails, which verify an address or sign a user in when they are opened.

A link belongs to a flow, such as a sign-up. What it does is registered by the flow with `flow`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from clerk_emulator.domain.access import origins
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store

Status = Literal["verified", "expired", "failed", "client_mismatch", "transferable"]

MINUTES = verification_codes.LIFETIME // 60_000

_TOKEN_TYPE = "email_link"  # noqa: S105 - the type of a token, not a secret


@dataclass(frozen=True)
class Link:
    """A link that was opened."""

    flow: str
    owner_id: str
    """The id of the sign-up, sign-in or email address that it belongs to."""
    link_id: str
    redirect_url: str
    expires_at: int


@dataclass(frozen=True)
class Visit:
    """What opening a link has done."""

    status: Status
    created_session_id: str | None = None

    def target(self, redirect_url: str) -> str:
        """Return the URL to which the browser goes, with the status."""
        session = {"__clerk_created_session": self.created_session_id} if self.created_session_id else {}
        return origins.with_parameters(redirect_url, __clerk_status=self.status, **session)


Handler = Callable[[Store, Link, Json | None], Visit]
"""Verifies what a link belongs to. It gets the client of the browser that has opened the link, or None."""

_HANDLERS: dict[str, Handler] = {}


def flow(name: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of a flow's links."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[name] = handler
        return handler

    return register


def prepare(
    store: Store, keys: Keys, flow_name: str, owner_id: str, redirect_url: str, client_id: str | None
) -> tuple[Json, str]:
    """Return a new verification, and the URL of the link that completes it.

    `redirect_url` is where the link leads, which the caller has checked. `client_id` is the browser that has asked.
    """
    expires_at = store.clock.now() + verification_codes.LIFETIME
    link_id = store.ids.hex()
    claims = {
        "st": _TOKEN_TYPE,
        "iid": keys.instance_id,
        "flow": flow_name,
        "sid": owner_id,
        "vid": link_id,
        "rurl": redirect_url,
        "exp": expires_at // 1000,
    }
    verification = {
        "object": "verification_email_link",
        "status": "unverified",
        "strategy": "email_link",
        "attempts": None,
        "expire_at": expires_at,
        "_link_id": link_id,
        "_client_id": client_id,
    }
    return verification, f"{store.origin}/v1/verify?{urlencode({'token': jwts.sign(keys, claims)})}"


def read(keys: Keys, token: str) -> Link:
    """Return the link with a token. Raises Clerk's 400 for a token that the instance did not make for a link."""
    claims = jwts.read(keys, token) or {}
    if claims.get("st") != _TOKEN_TYPE or claims.get("flow") not in _HANDLERS:
        raise ClerkAPIError(400, "verification_link_token_invalid", "is invalid", "The link is invalid.")
    return Link(claims["flow"], claims["sid"], claims["vid"], claims["rurl"], claims["exp"] * 1000)


def visit(store: Store, link: Link, client: Json | None) -> Visit:
    """Open a link in the browser of a client, and return what it has done."""
    if link.expires_at <= store.clock.now():
        return Visit("expired")
    return _HANDLERS[link.flow](store, link, client)


def failure(store: Store, link: Link, verification: Json | None, client: Json | None) -> Visit | None:
    """Return the result of a link that cannot complete a verification any more, or not in this browser; else None."""
    if verification is None or verification.get("_link_id") != link.link_id or verification["status"] != "unverified":
        return Visit("failed")
    same_client = client is not None and client["id"] == verification["_client_id"]
    if not same_client and AUTHENTICATION.value(store, "email_link_requires_same_client"):
        return Visit("client_mismatch")
    return None
