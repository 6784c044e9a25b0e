"""OAuth applications: the clients of the authorization server."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from clerk_emulator.domain.oauth.errors import OAuthError, invalid_client, invalid_request
from clerk_emulator.domain.oauth.scopes import DEFAULT
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import OAUTH_APPLICATION_SETTINGS
from clerk_emulator.storage.store import ResourceTable, Store

OAUTH_APPLICATIONS = ResourceTable(
    "oauth_application", "oauthapp", {"name": str, "client_id": str}, unique=("client_id",)
)


def create(store: Store, instance_id: str, name: str | None, **values: Any) -> Json:
    """Store a new application with a client id and a secret, and return it.

    `values` replace the defaults of its other fields. Without a name, it is named after its client id.
    """
    client_id = store.ids.secret(16)
    return store.create(
        OAUTH_APPLICATIONS,
        {
            "name": name or client_id,
            "client_id": client_id,
            "client_uri": None,
            "instance_id": instance_id,
            "dynamically_registered": False,
            "consent_screen_enabled": True,
            "pkce_required": False,
            "public": False,
            "redirect_uris": [],
            "scopes": " ".join(default_scopes(store)),
            "_client_secret": store.ids.secret(32),
            "_image": None,
            "_logo_uri": None,
            **values,
        },
    )


def default_scopes(store: Store) -> Iterable[str]:
    """Return the scopes of an application that names none."""
    return OAUTH_APPLICATION_SETTINGS.value(store, "default_scopes") or DEFAULT


def find(store: Store, client_id: str) -> Json | None:
    """Return the application with this client id, or None."""
    return store.find(OAUTH_APPLICATIONS, OAUTH_APPLICATIONS.c.client_id == client_id)


def authenticate(store: Store, authorization: str | None, parameters: Mapping[str, Any]) -> Json:
    """Return the application that sent a request, by HTTP Basic authentication or by parameters.

    A public client is known by its `client_id` alone. Raises OAuthError.
    """
    client_id, secret = parameters.get("client_id"), parameters.get("client_secret")
    if authorization is not None:
        if secret:
            raise invalid_request("The client must not send its secret twice.")
        named = client_id
        client_id, secret = _basic_credentials(authorization)
        if named and named != client_id:
            raise invalid_request("The Authorization header and client_id name different clients.")
    if not client_id:
        raise invalid_client("The request does not say which client sent it.")
    application = find(store, client_id)
    if application is None:
        raise invalid_client("There is no client with this id.")
    if application["public"]:
        if secret:
            raise invalid_client("A public client has no secret.")
    elif not secret:
        raise invalid_client("The client must send its secret.")
    elif not secrets.compare_digest(secret.encode(), application["_client_secret"].encode()):
        raise invalid_client("The secret of the client is wrong.")
    return application


def _basic_credentials(authorization: str) -> tuple[str, str]:
    """Return the client id and the secret in an Authorization header. Both are form-encoded (RFC 6749, 2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)  # noqa: TRY301 - one way to fail
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        if not colon:
            raise ValueError(encoded)  # noqa: TRY301
    except (binascii.Error, ValueError):
        raise _malformed() from None
    return unquote_plus(client_id), unquote_plus(secret)


def _malformed() -> OAuthError:
    return invalid_client("The Authorization header must be Basic, a space, and the client's id and secret in base64.")
