"""Begin, change and abandon sign-ups."""

from __future__ import annotations

from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.sign_up import requirements
from clerk_emulator.domain.sign_up.requirements import LEGAL_ACCEPTED, VERIFIABLE, Requirements
from clerk_emulator.domain.sign_up.values import parse_values
from clerk_emulator.domain.social import social_providers
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import ATTRIBUTES, AUTHENTICATION
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import USERS

SIGN_UPS = ResourceTable("sign_up_attempt", "sua", {"status": str, "abandon_at": int})
"""`_client_id` is the browser, `_origin` that of its page; `_verifications` are those of each field that was prepared,
`_outdated` the fields that have changed since; `_external_account` is the account with a provider and its verification;
`_ticket` is the accepted invitation; `_password_hasher` and `_password_digest` are as for users."""

IDLE_SECONDS = 24 * 3600
"""How long a sign-up may be idle until it is abandoned."""


def requirements_of(store: Store) -> Requirements:
    """Return what a sign-up needs now."""
    social = [f"oauth_{provider}" for provider in social_providers.enabled(store)]
    return requirements.from_settings(ATTRIBUTES.read(store), AUTHENTICATION.read(store), social)


def start(store: Store, values: Json, *, client_id: str | None = None, **fields: Any) -> Json:
    """Begin a sign-up with the values that a person has given, and return it. Raises ClerkAPIError.

    `fields` are further fields of the sign-up, such as those of an accepted ticket.
    """
    row = store.create(
        SIGN_UPS,
        {
            "status": "missing_requirements",
            **dict.fromkeys(("email_address", "phone_number", "username", "web3_wallet")),
            **dict.fromkeys(("first_name", "last_name", "locale")),
            "unsafe_metadata": {},
            "public_metadata": {},
            "custom_action": False,
            "external_id": None,
            "created_session_id": None,
            "created_user_id": None,
            "legal_accepted_at": None,
            "abandon_at": store.clock.now() + IDLE_SECONDS * 1000,
            "_client_id": client_id,
            "_origin": None,
            "_verifications": {},
            "_outdated": [],
            "_external_account": None,
            "_ticket": None,
            "_password_hasher": None,
            "_password_digest": None,
            **fields,
        },
    )
    changes = parse_values(store, requirements_of(store), row, values)
    return store.update(SIGN_UPS, row, **changes, updated_at=row["created_at"])


def require(store: Store, sign_up_id: str) -> Json:
    """Return a sign-up. Raises Clerk's 404 if there is none."""
    abandon_idle(store)
    row = store.get(SIGN_UPS, sign_up_id)
    if row is None:
        raise errors.not_found("sign-up", sign_up_id)
    return row


def change_values(store: Store, row: Json, values: Json) -> Json:
    """Change the values that a person has given, and return the sign-up. Raises ClerkAPIError.

    A value that is null or empty is removed. A changed value must be verified again.
    """
    require_open(row)
    return touch(store, row, **parse_values(store, requirements_of(store), row, values))


def change_application_fields(store: Store, row: Json, body: Json) -> Json:
    """Change what only the application may change: `external_id` and `custom_action`. Raises ClerkAPIError."""
    require_open(row)
    changes: Json = {}
    if body.get("custom_action") is not None:
        changes["custom_action"] = body["custom_action"]
    if "external_id" in body:
        changes["external_id"] = body["external_id"] or None
        if changes["external_id"] and store.find(USERS, USERS.c.external_id == changes["external_id"]):
            raise errors.identifier_exists("external_id")
    return touch(store, row, **changes)


def touch(store: Store, row: Json, **changes: Any) -> Json:
    """Change a sign-up, and let it live for another day."""
    return store.update(SIGN_UPS, row, **changes, abandon_at=store.clock.now() + IDLE_SECONDS * 1000)


def require_open(row: Json) -> None:
    """Raise Clerk's 403 if a sign-up is complete or abandoned."""
    if row["status"] != "missing_requirements":
        message = f"The sign-up is {row['status']}."
        raise ClerkAPIError(403, "sign_up_cannot_be_updated", "cannot be updated", message)


def abandon_idle(store: Store) -> None:
    """Set the status of sign-ups that were idle for a day. Call it before reading sign-ups."""
    idle = SIGN_UPS.c.abandon_at <= store.clock.now()
    store.update_all(SIGN_UPS, SIGN_UPS.c.status == "missing_requirements", idle, status="abandoned")


def missing_fields(store: Store, row: Json) -> list[str]:
    """Return the required fields that a sign-up lacks."""
    has_account = is_account_verified(row)
    return requirements_of(store).missing(_given(row), has_external_account=has_account)


def unverified_fields(store: Store, row: Json) -> list[str]:
    """Return the fields of a sign-up that have to be verified."""
    verified = [name for name in VERIFIABLE if is_verified(row, name)]
    return requirements_of(store).unverified(_given(row), verified)


def is_verified(row: Json, name: str) -> bool:
    """Return whether the value of a field was verified."""
    verification = row["_verifications"].get(name)
    return verification is not None and verification["status"] == "verified"


def is_account_verified(row: Json) -> bool:
    """Return whether the person has signed in to an account with a provider."""
    account = row["_external_account"]
    return account is not None and account["verification"]["status"] == "verified"


def _given(row: Json) -> list[str]:
    values = {**row, "password": row["_password_digest"], LEGAL_ACCEPTED: row["legal_accepted_at"]}
    return [name for name in (*requirements.FIELDS, LEGAL_ACCEPTED) if values[name]]
