"""Create, change and delete users, with everything that belongs to them."""

from __future__ import annotations

from collections.abc import Callable

from clerk_emulator import errors
from clerk_emulator.domain import events, formats, images, metadata
from clerk_emulator.domain.billing import subscriptions
from clerk_emulator.domain.enterprise import provisioning
from clerk_emulator.domain.lifecycle.user_profiles import set_primary_identifications, set_secrets, validated_profile
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.organizations import memberships
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import (
    NEW_USER,
    lock,
    primary_identifiers,
    record_user,
    refresh_primary_identifiers,
)
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, IDENTIFICATIONS, MEMBERSHIPS, SESSIONS, USERS

METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")


def create(store: Store, body: Json, adopt: Callable[[Json], Json] | None = None) -> Json:
    """Create a user, and return it as the API returns it; `body` is that of `POST /users`.

    `adopt` completes the row of a user that a directory manages, before the event is recorded.
    """
    _require_identifier(body)
    _validate_status_lists(body)
    row: Json = {
        **NEW_USER,
        "id": store.ids.new("user"),
        "created_at": store.clock.now(),
        **validated_profile(store, body, {}),
        "create_organizations_limit": body.get("create_organizations_limit"),
        "banned": bool(body.get("banned")),
    }
    row["updated_at"] = row["created_at"]
    for name in METADATA:
        if name in body:
            row[name] = metadata.validate(name, body[name])
    # The primary ones are known before the user is stored, so that no update must follow.
    new_identifications = _new_identifications(store, row["id"], body)
    user = store.create(USERS, row | primary_identifiers(row, new_identifications))
    added = [store.create(IDENTIFICATIONS, one) for one in new_identifications]
    user = set_secrets(store, user, body)
    if body.get("locked"):
        user = lock(store, user)
    if adopt:
        user = adopt(user)
    if user["updated_at"] != user["created_at"]:
        user = store.update(USERS, user, updated_at=user["created_at"])
    # A directory adds an account.
    serialized = record_user(store, "user.created", user, None if adopt else added)
    subscriptions.start_for(store, user["id"])
    return serialized


def _new_identifications(store: Store, user_id: str, body: Json) -> list[Json]:
    """Return the identifications that a new user has in a body, before they are stored. Raises ClerkAPIError."""
    found: dict[tuple[str, str], Json] = {}
    for kind in identifications.PRIMARY:
        values: list[str] = body.get(kind) or []
        given: list[identifications.Status] = body.get(f"{kind}_identification_status", [])
        statuses = given or ["verified" for _ in values]
        for value, status in zip(values, statuses, strict=True):
            one = identifications.new(store, user_id, kind, value, status)
            if (kind, one["_identifier"]) in found:
                raise errors.identifier_exists(kind)
            found[kind, one["_identifier"]] = one
    return list(found.values())


def update(store: Store, user: Json, body: Json) -> Json:
    """Change a user, and return it as the API returns it; `body` is that of `PATCH /users/{user_id}`."""
    provisioning.require_attributes_not_managed(store, user, list(body))
    changes = validated_profile(store, body, user)
    changes |= metadata.replaced_fields(body, METADATA, nullable=("private_metadata",))
    user = store.update(USERS, user, **changes)
    if "create_organizations_limit" in body:
        user = store.update(USERS, user, create_organizations_limit=body["create_organizations_limit"])
    user = set_primary_identifications(store, user, body)
    if body.get("sign_out_of_other_sessions") and not body.get("password"):
        raise ClerkAPIError(
            422,
            "form_conditional_param_disallowed",
            "is not allowed",
            "sign_out_of_other_sessions can only be given together with password.",
            param_name="sign_out_of_other_sessions",
        )
    user = set_secrets(store, user, body)
    serialized = record_user(store, "user.updated", refresh_primary_identifiers(store, user))
    if body.get("password"):
        messages.notify_user(store, user["id"], "password_changed")
    if body.get("sign_out_of_other_sessions"):
        session_lifecycle.revoke_all(store, user["id"])
    return serialized


def delete(store: Store, user: Json) -> Json:
    """Delete a user, and return the deleted object. Raises Clerk's 409 if a directory manages the user."""
    provisioning.require_not_managed(user)
    clients = {session["client_id"] for session in store.all(SESSIONS, SESSIONS.c.user_id == user["id"])}
    of_user = store.all(MEMBERSHIPS, MEMBERSHIPS.c.user_id == user["id"])
    for membership in of_user:
        memberships.record_membership(store, "organizationMembership.deleted", membership)
    images.delete(store, user)
    store.delete(USERS, USERS.c.id == user["id"])
    for client in store.all(CLIENTS, CLIENTS.c.id.in_(clients)):
        session_lifecycle.refresh_client(store, client)
    deleted = deleted_object(user, "external_id")
    events.record(store, "user.deleted", deleted)
    return deleted


def _require_identifier(body: Json) -> None:
    names = ("email_address", "phone_number", "username")
    if not body.get("skip_user_requirement") and not any(body.get(name) for name in (*names, "web3_wallet")):
        message = f"One of {', '.join(names)} must be given, or skip_user_requirement."
        raise ClerkAPIError(422, "form_data_missing", "missing data", message, param_names=list(names))


def _validate_status_lists(body: Json) -> None:
    for name in ("email_address", "phone_number"):
        other = f"{name}_identification_status"
        formats.require_same_length(name, body.get(name, []), other, body.get(other, []))
