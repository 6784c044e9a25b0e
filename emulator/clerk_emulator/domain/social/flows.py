"""Flows with a provider: the browser goes to the provider's page, and comes back with its answer."""

from __future__ import annotations

from urllib.parse import urljoin

from clerk_emulator.domain.access import origins
from clerk_emulator.domain.enterprise import sign_on
from clerk_emulator.domain.factors import factor_checks
from clerk_emulator.domain.social import social_providers
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS, SOCIAL_FLOWS

PREFIX = "oauth_"
PAGE = "/provider"
"""The path of the page that takes the place of all providers."""

_LIFETIME = 10 * 60 * 1000
"""Milliseconds in which the browser must come back. Our choice."""


def start(
    store: Store,
    client_id: str,
    kind: str,
    owner_id: str,
    strategy: str,
    values: Json,
    connection: Json | None = None,
) -> Json:
    """Return the verification of a new flow, with the URL of the provider's page.

    `connection` is the enterprise connection of the strategy `enterprise_sso`. `values` are those of the request: the
    browser comes back to `redirect_url`, or to `action_complete_redirect_url` if nothing is left to do. Raises
    ClerkAPIError for a provider that is not enabled, and for URLs that are not an application's.
    """
    redirect_url, complete_url = _redirect_urls(store, values)
    if connection is None:
        require_provider(store, strategy)
        shown: Json = {"object": "verification_oauth", "strategy": strategy}
    else:
        shown = sign_on.verification_of(connection)
    state = store.ids.secret(32)
    flow = store.create(
        SOCIAL_FLOWS,
        {
            "verification": shown,
            "enterprise_connection_id": connection and connection["id"],
            "redirect_url": redirect_url,
            "complete_url": complete_url,
            "expires_at": store.clock.now() + _LIFETIME,
            "_state": state,
            "_client_id": client_id,
            "_kind": kind,
            "_owner_id": owner_id,
            "_code": None,
            "_identity": None,
        },
    )
    return {
        **verification(flow, "unverified"),
        "external_verification_redirect_url": origins.with_parameters(f"{store.origin}{PAGE}", state=state),
    }


def is_external(strategy: str) -> bool:
    """Return whether a strategy leads to a provider or an enterprise connection."""
    return strategy.startswith(PREFIX) or strategy == sign_on.STRATEGY


def connection_of(store: Store, strategy: str, email_address: str | None) -> Json | None:
    """Return the enterprise connection for an address; None for the strategy of a provider.

    Raises Clerk's 400 if there is no connection for the address.
    """
    if strategy != sign_on.STRATEGY:
        return None
    connection = sign_on.connection_for(store, email_address or "")
    if connection is None:
        raise factor_checks.strategy_invalid(strategy)
    return connection


def provider_of(store: Store, flow: Json) -> tuple[str, str, Json | None]:
    """Return the key and the name of a flow's provider, and its enterprise connection, if it is one.

    Raises ClerkAPIError if the instance has it no longer.
    """
    if flow["enterprise_connection_id"]:
        connection = store.require(ENTERPRISE_CONNECTIONS, flow["enterprise_connection_id"])
        return connection["id"], connection["name"], connection
    provider = require_provider(store, flow["verification"]["strategy"])
    return provider, social_providers.NAMES.get(provider, provider), None


def require_provider(store: Store, strategy: str) -> str:
    """Return the provider of a strategy such as `oauth_google`. Raises Clerk's 400 if the instance does not use it."""
    provider = strategy.removeprefix(PREFIX)
    if provider == strategy or provider not in social_providers.enabled(store):
        message = f"The instance has no provider for {strategy}."
        raise ClerkAPIError(400, "oauth_provider_not_enabled", "is not enabled", message, param_name="strategy")
    return provider


def require(store: Store, state: str | None) -> Json:
    """Return the flow that waits for its provider. Raises Clerk's 400 if there is none, or it is over."""
    flow = store.find(SOCIAL_FLOWS, SOCIAL_FLOWS.c.state == (state or ""))
    if flow is None or flow["expires_at"] <= store.clock.now():
        message = "No flow with a provider has this state, or it has expired. Start again in the application."
        raise ClerkAPIError(400, "oauth_callback_invalid", "is invalid", message)
    return flow


def approve(store: Store, flow: Json, identity: Json) -> Json:
    """Let a person sign in at the provider, and return the parameters with which the browser comes back."""
    code = store.ids.secret(24)
    store.update(SOCIAL_FLOWS, flow, _code=code, _identity=identity)
    return {"state": flow["_state"], "code": code}


def deny(flow: Json) -> Json:
    """Return the parameters with which the browser comes back from a person who does not sign in."""
    return {"state": flow["_state"], "error": "access_denied"}


def take_identity(store: Store, flow: Json, code: str | None, error: str | None) -> Json:
    """End a flow, and return the identity that the provider tells for a code.

    Raises Clerk's 403 for a person who did not sign in, and 400 for a wrong code. The flow has ended nevertheless.
    """
    store.delete(SOCIAL_FLOWS, SOCIAL_FLOWS.c.id == flow["id"])
    if error:
        message = "The person did not sign in at the provider."
        raise ClerkAPIError(403, "oauth_access_denied", "access denied", message)
    identity: Json | None = flow["_identity"]
    if identity is None or not code or code != flow["_code"]:
        message = "The provider does not know the code."
        raise ClerkAPIError(400, "oauth_token_exchange_error", "token exchange failed", message)
    return identity


def verification(flow: Json, status: str, error: ClerkAPIError | None = None) -> Json:
    """Return the verification of a flow with a status, and with the error that has ended it."""
    return {
        **flow["verification"],
        "status": status,
        "attempts": None,
        "expire_at": flow["expires_at"],
        **({"error": error.errors[0]} if error else {}),
    }


def _redirect_urls(store: Store, values: Json) -> tuple[str, str]:
    """Return the URL to which the browser comes back, and that for the case that nothing is left to do."""
    url = origins.require_redirect_url(store, values.get("redirect_url"))
    name = "action_complete_redirect_url"
    if not values.get(name):
        return url, url
    # `clerk-js` sends it as the application has given it, which may be a path.
    return url, origins.require_redirect_url(store, urljoin(url, values[name]), name)
