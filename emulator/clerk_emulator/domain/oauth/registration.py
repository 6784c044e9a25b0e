"""Clients register themselves, if the instance allows it (RFC 7591)."""

from __future__ import annotations

from typing import Any

from clerk_emulator.domain.formats import url
from clerk_emulator.domain.oauth import applications, redirect_uris
from clerk_emulator.domain.oauth.errors import OAuthError
from clerk_emulator.domain.oauth.scopes import known
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_list
from clerk_emulator.storage.settings import OAUTH_APPLICATION_SETTINGS
from clerk_emulator.storage.store import Store

_METHODS = ("client_secret_basic", "client_secret_post", "none")
_LIMITS = {"client_name": 256, "client_uri": 1024, "logo_uri": 1024, "scope": 1024}


def register(store: Store, instance_id: str, metadata: Json) -> Json:
    """Create an application for a client, and return what the client needs to know.

    Raises ClerkAPIError if registration is off, and OAuthError for invalid metadata.
    """
    if not OAUTH_APPLICATION_SETTINGS.value(store, "dynamic_oauth_client_registration"):
        message = "Dynamic client registration is off: PATCH /v1/instance/oauth_application_settings turns it on."
        raise ClerkAPIError(422, "feature_requires_dynamic_oauth_client_registration", "is off", message)
    texts = {name: _text(metadata, name, limit) for name, limit in _LIMITS.items()}
    method = metadata.get("token_endpoint_auth_method") or _METHODS[0]
    if method not in _METHODS:
        raise _invalid(f"token_endpoint_auth_method must be one of {', '.join(_METHODS)}.")
    scopes = texts["scope"].split() if texts["scope"] else list(applications.default_scopes(store))
    if not set(scopes) <= set(known(store)):
        raise _invalid(f"scope must be a selection of {', '.join(known(store))}.")
    application = applications.create(
        store,
        instance_id,
        texts["client_name"],
        client_uri=_url(texts, "client_uri"),
        _logo_uri=_url(texts, "logo_uri"),
        redirect_uris=_redirect_uris(metadata.get("redirect_uris")),
        scopes=" ".join(dict.fromkeys(scopes)),
        public=method == "none",
        dynamically_registered=True,
    )
    shown: dict[str, Any] = {
        "client_id": application["client_id"],
        "client_secret": None if application["public"] else application["_client_secret"],
        "client_id_issued_at": application["created_at"] // 1000,
        "client_secret_expires_at": 0,
        "client_name": application["name"],
        "client_uri": application["client_uri"],
        "logo_uri": application["_logo_uri"],
        "redirect_uris": application["redirect_uris"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": application["scopes"],
        "token_endpoint_auth_method": method,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _redirect_uris(sent: Any) -> list[str]:
    if not is_list(sent) or not sent:
        raise OAuthError("invalid_redirect_uri", "redirect_uris must be a list with at least one URI.")
    for uri in sent:
        try:
            redirect_uris.validate("redirect_uris", uri if isinstance(uri, str) else "")
        except ClerkAPIError as error:
            raise OAuthError("invalid_redirect_uri", str(error.errors[0]["long_message"])) from None
    return list(dict.fromkeys(sent))


def _text(metadata: Json, name: str, limit: int) -> str | None:
    value = metadata.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > limit:
        raise _invalid(f"{name} must be a text of at most {limit} characters.")
    return value


def _url(texts: dict[str, str | None], name: str) -> str | None:
    value = texts[name]
    try:
        return None if value is None else url(name, value)
    except ClerkAPIError as error:
        raise _invalid(str(error.errors[0]["long_message"])) from None


def _invalid(description: str) -> OAuthError:
    return OAuthError("invalid_client_metadata", description)
