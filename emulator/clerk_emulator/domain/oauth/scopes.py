"""What an application can ask a user for."""

from __future__ import annotations

from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import OAUTH
from clerk_emulator.storage.store import Store

OPENID = "openid"
ORGANIZATION = "user:org:read"

DESCRIPTIONS = {
    "profile": "Your name, username and picture",
    "email": "Your email address",
    "public_metadata": "Public details that this service stores about you",
    "private_metadata": "Private details that this service stores about you",
    OPENID: "Your user id",
    "offline_access": "Access while you are not here",
    ORGANIZATION: "The organization that you choose",
}
"""What the consent page says about each scope, in the order in which scopes are listed."""

DEFAULT = ("profile", "email")
"""The scopes of an application, and of a request, that names none."""


def known(store: Store) -> list[str]:
    """Return all scopes of the instance: Clerk's, and its own."""
    return [*DESCRIPTIONS, *OAUTH.value(store, "custom_scopes")]


def describe(scope: str) -> Json:
    """Return a scope as the consent information lists it."""
    # Signing in says who the user is. That this needs no consent is our choice.
    return {"scope": scope, "description": DESCRIPTIONS.get(scope), "requires_consent": scope != OPENID}
