"""The documents in which clients read what the authorization server supports, and at which addresses."""

from __future__ import annotations

from clerk_emulator.domain.oauth import claims
from clerk_emulator.domain.oauth.scopes import known
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import OAUTH_APPLICATION_SETTINGS
from clerk_emulator.storage.store import Store

_AUTHENTICATION = ["client_secret_basic", "client_secret_post", "none"]


def authorization_server(store: Store, issuer: str) -> Json:
    """Return the metadata of the authorization server (RFC 8414)."""
    settings = OAUTH_APPLICATION_SETTINGS.read(store)
    registration = (
        {"registration_endpoint": f"{issuer}/oauth/register"} if settings["dynamic_oauth_client_registration"] else {}
    )
    return {
        **_common(store, issuer),
        **registration,
        # Documents of other servers are not read, whatever the settings say.
        "client_id_metadata_document_supported": False,
    }


def openid_configuration(store: Store, issuer: str) -> Json:
    """Return the metadata of the OpenID provider."""
    return {
        **_common(store, issuer),
        "introspection_endpoint": f"{issuer}/oauth/token_info",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "response_modes_supported": ["query", "form_post"],
        "backchannel_logout_supported": False,
        "frontchannel_logout_supported": False,
    }


def _common(store: Store, issuer: str) -> Json:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/token/revoke",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "scopes_supported": known(store),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": _AUTHENTICATION,
        "claims_supported": list(claims.SUPPORTED),
        "code_challenge_methods_supported": ["S256"],
    }
