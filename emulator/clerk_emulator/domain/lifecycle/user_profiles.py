"""Validate what a person or the application enters about a user: names, identifiers, password, second factors."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.factors import password_rules, passwords, second_factors
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS


def validated_profile(store: Store, body: Json, user: Json) -> Json:
    """Return the validated fields of a user in a body, without those that it does not have. A new user is `{}`."""
    profile: Json = {}
    for name in ("first_name", "last_name"):
        if name in body:
            profile[name] = body[name] or None
    if "locale" in body:
        profile["locale"] = formats.locale("locale", body["locale"]) if body["locale"] else None
    if "username" in body:
        profile["username"] = formats.username("username", body["username"]) if body["username"] else None
        _require_unique(store, "username", profile["username"], user)
    if "external_id" in body:
        profile["external_id"] = body["external_id"] or None
        _require_unique(store, "external_id", profile["external_id"], user)
    for name in ("created_at", "legal_accepted_at"):
        if body.get(name):
            profile[name] = formats.past_time(name, body[name], store.clock.now())
    for name in ("delete_self_enabled", "create_organization_enabled", "bypass_client_trust"):
        if body.get(name) is not None:
            profile[name] = body[name]
    return profile


def _require_unique(store: Store, name: str, value: str | None, user: Json) -> None:
    other = store.find(USERS, USERS.c[name] == value) if value is not None else None
    if other is not None and other["id"] != user.get("id"):
        raise errors.identifier_exists(name)


def set_primary_identifications(store: Store, user: Json, body: Json) -> Json:
    """Set the user's primary identifications to those in a body, and return the user. Raises ClerkAPIError."""
    for kind, (primary, _) in identifications.PRIMARY.items():
        if body.get(primary) is not None:
            row = store.find(
                IDENTIFICATIONS,
                IDENTIFICATIONS.c.id == body[primary],
                IDENTIFICATIONS.c.object == kind,
                IDENTIFICATIONS.c.user_id == user["id"],
            )
            if row is None:
                raise errors.referenced_not_found(primary, body[primary])
            user = identifications.make_primary(store, user, row, primary)
    return user


def set_secrets(store: Store, user: Json, body: Json) -> Json:
    """Set the user's password and second factors to those in a body, and return the user. Raises ClerkAPIError."""
    changes: Json = {}
    if body.get("password") is not None:
        if not body.get("skip_password_checks"):
            validate_password(store, user, body["password"])
        changes |= new_password(store, *passwords.hash_password(body["password"]))
    elif body.get("password_digest") is not None:
        if not body.get("password_hasher"):
            raise _missing_counterpart("password_hasher", "password_digest")
        changes |= new_password(store, *passwords.check_digest(body["password_hasher"], body["password_digest"]))
    elif body.get("password_hasher"):
        raise _missing_counterpart("password_digest", "password_hasher")
    if body.get("totp_secret"):
        _require_enabled(store, "totp", "totp_secret")
        changes["_totp_secret"] = second_factors.parse_totp_secret(body["totp_secret"])
    if body.get("backup_codes"):
        _require_enabled(store, "backup_codes", "backup_codes")
        changes["_backup_codes"] = body["backup_codes"]
    if "_totp_secret" in changes:
        changes["mfa_enabled_at"] = store.clock.now()
    return store.update(USERS, user, **changes) if changes else user


def validate_password(store: Store, user: Json, password: str, name: str = "password") -> None:
    """Raise Clerk's error for a password that is too short, too long, leaked, or an identifier of the user.

    `name` is the parameter's name in the error.
    """
    identifiers = {one["_identifier"] for one in identifications.of_user(store, user["id"]) if one.get("_identifier")}
    identifiers |= {user["username"]} if user["username"] else set[str]()
    password_rules.validate(store, password, identifiers, name=name)


def new_password(store: Store, hasher: str, digest: str) -> Json:
    """Return the changes of a user who gets a password."""
    return {
        "_password_hasher": hasher,
        "_password_digest": digest,
        "password_last_updated_at": store.clock.now(),
        "_compromised": False,
    }


NO_PASSWORD: Json = {
    "_password_hasher": None,
    "_password_digest": None,
    "password_last_updated_at": None,
    "_compromised": False,
}
"""The changes of a user whose password is removed."""


def _missing_counterpart(missing_name: str, given: str) -> ClerkAPIError:
    message = f"{missing_name} must be given together with {given}."
    return ClerkAPIError(422, "form_conditional_param_missing", "is missing", message, param_name=missing_name)


def _require_enabled(store: Store, name: str, parameter: str) -> None:
    if not USER_SETTINGS.value(store, name):
        raise errors.unknown(parameter)
