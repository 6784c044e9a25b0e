"""What users have granted: authorization codes, refresh tokens, and the scopes that they have consented to."""

from __future__ import annotations

from collections.abc import Iterable

from clerk_emulator.domain.oauth.access_tokens import OAUTH_TOKENS
from clerk_emulator.domain.tokens import opaque_tokens
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import ResourceTable, Store

_OWNERS = {"application_id": "oauth_application", "user_id": "user"}

OAUTH_CODES = ResourceTable("oauth_authorization_code", "oac", {"secret": str}, owners=_OWNERS, unique=("secret",))

OAUTH_REFRESH_TOKENS = ResourceTable(
    "oauth_refresh_token", "ort", opaque_tokens.COLUMNS, owners=_OWNERS, unique=("secret",)
)

OAUTH_CONSENTS = ResourceTable("oauth_consent", "ocs", owners=_OWNERS, unique=(("application_id", "user_id"),))

CODE_SECONDS = 10 * 60
REFRESH_TOKEN_SECONDS = 10 * 365 * 24 * 3600


def consented_scopes(store: Store, application: Json, user_id: str) -> set[str]:
    """Return the scopes that a user has consented to. Those of dynamically registered clients are always asked for."""
    consent = None if application["dynamically_registered"] else _consent(store, application, user_id)
    return set(consent["scopes"]) if consent else set()


def add_consent(store: Store, application: Json, user_id: str, scopes: Iterable[str]) -> None:
    """Remember that a user has consented to scopes."""
    consent = _consent(store, application, user_id)
    if consent:
        store.update(OAUTH_CONSENTS, consent, scopes=list(dict.fromkeys([*consent["scopes"], *scopes])))
    else:
        owners = {"_application_id": application["id"], "_user_id": user_id}
        store.create(OAUTH_CONSENTS, {"scopes": list(scopes), **owners})


def revoke(store: Store, application_id: str, user_id: str) -> None:
    """Revoke all opaque tokens of a user for an application: they belong to one grant. JWTs stay valid."""
    for table in (OAUTH_TOKENS, OAUTH_REFRESH_TOKENS):
        of_grant = (table.c.application_id == application_id, table.c.user_id == user_id)
        store.update_all(table, *of_grant, ~table.c.revoked, revoked=True)


def _consent(store: Store, application: Json, user_id: str) -> Json | None:
    of_user = OAUTH_CONSENTS.c.user_id == user_id
    return store.find(OAUTH_CONSENTS, OAUTH_CONSENTS.c.application_id == application["id"], of_user)
