"""The OIDC settings of an identity provider."""

from __future__ import annotations

from urllib.parse import urlsplit

from clerk_emulator.domain import formats
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

_URLS = ("discovery_url", "auth_url", "token_url", "user_info_url")


def new_settings(store: Store, body: Json) -> Json:
    """Return the settings of a new connection. Raises ClerkAPIError."""
    now = store.clock.now()
    empty: Json = dict.fromkeys(_URLS)
    empty |= {
        "id": store.ids.new("oac"),
        "client_id": None,
        "_client_secret": None,
        "requires_pkce": False,
        "created_at": now,
        "updated_at": now,
    }
    return _changed(empty, body)


def changed_settings(store: Store, settings: Json, body: Json) -> Json:
    """Return the settings with the changes in a body. Null changes nothing. Raises ClerkAPIError."""
    return {**_changed(settings, body), "updated_at": store.clock.now()}


def _changed(settings: Json, body: Json) -> Json:
    sent = {name: value for name, value in body.items() if value is not None}
    changed = settings | {name: sent[name] for name in ("client_id", "requires_pkce") if name in sent}
    if "client_secret" in sent:
        changed["_client_secret"] = sent["client_secret"] or None
    for name in _URLS:
        if sent.get(name):
            changed[name] = formats.url(f"oidc.{name}", sent[name])
    if (urlsplit(changed["discovery_url"] or "").hostname or "").endswith(".invalid"):
        # The emulator contacts no other server. Hosts that end in .invalid never exist.
        code = "custom_oauth_provider_discovery_server_retrieval_error"
        message = f"{changed['discovery_url']} cannot be fetched."
        raise ClerkAPIError(422, code, "cannot be fetched", message, param_name="oidc.discovery_url")
    if changed["client_id"] and not (changed["_client_secret"] or changed["requires_pkce"]):
        message = "A client without a secret is public, and needs requires_pkce."
        raise ClerkAPIError(
            422, "form_public_client_requires_pkce", "is required", message, param_name="oidc.requires_pkce"
        )
    return changed


def require_configured(settings: Json) -> None:
    """Raise Clerk's error if a setting is missing that a sign-in needs."""
    if not settings["client_id"]:
        raise _missing("oidc.client_id")
    if not settings["discovery_url"] and not all(settings[name] for name in _URLS[1:]):
        raise _missing("oidc.discovery_url")


def _missing(name: str) -> ClerkAPIError:
    message = f"{name} must be included for an active connection."
    return ClerkAPIError(422, "form_conditional_param_missing", "is missing", message, param_name=name)


def serialize(connection: Json) -> Json:
    """Return the settings of a connection as the API returns them, without the client's secret."""
    settings = {name: value for name, value in connection["_oidc"].items() if name != "_client_secret"}
    return {
        **settings,
        "name": connection["name"],
        "provider_key": connection["provider"],
        "logo_public_url": connection["logo_public_url"],
    }
