"""Tasks of sessions: what users have to do after a sign-in, until which their session is pending."""

from __future__ import annotations

from clerk_emulator.domain.users import identifications
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION, ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

CHOOSE_ORGANIZATION = "choose-organization"
RESET_PASSWORD = "reset-password"  # noqa: S105 - a key, not a password
SETUP_MFA = "setup-mfa"


def open_tasks(store: Store, user_id: str, organization_id: str | None) -> list[str]:
    """Return the keys of a user's tasks in the order in which frontends show them.

    `organization_id` is the active organization.
    """
    user = store.require(USERS, user_id)
    settings = AUTHENTICATION.read(store)
    tasks: list[str] = []
    if organization_id is None and selects_organization(store):
        tasks.append(CHOOSE_ORGANIZATION)
    if user["_compromised"]:
        tasks.append(RESET_PASSWORD)
    if settings["second_factor_required"] and not has_second_factor(store, user):
        tasks.append(SETUP_MFA)
    return tasks


def selects_organization(store: Store) -> bool:
    """Return whether each session must have an active organization."""
    is_forced: bool = AUTHENTICATION.value(store, "force_organization_selection")
    return is_forced and bool(ORGANIZATION_SETTINGS.value(store, "enabled"))


def has_second_factor(store: Store, user: Json) -> bool:
    """Return whether a user has an authenticator app, or a phone number that is a second factor."""
    if user["_totp_secret"]:
        return True
    return any(one.get("reserved_for_second_factor") for one in identifications.of_user(store, user["id"]))


def serialize_tasks(keys: list[str]) -> list[Json] | None:
    """Return tasks as the API returns them; None if there are none."""
    return [{"key": key} for key in keys] or None
