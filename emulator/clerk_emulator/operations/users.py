"""Users: create, list, count, get, update, delete."""

from __future__ import annotations

from collections.abc import Callable

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import (
    events,
    formats,
    identifications,
    memberships,
    messages,
    metadata,
    passwords,
    second_factors,
    session_lifecycle,
    user_filters,
)
from clerk_emulator.domain.billing import subscriptions
from clerk_emulator.domain.enterprise import provisioning
from clerk_emulator.domain.user_accounts import (
    NEW_USER,
    lock,
    record_user,
    refresh_primary_identifiers,
    serialize_user,
    serialize_users,
)
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import equals, includes_or_excludes, is_between
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.settings import INSTANCE, USER_SETTINGS
from clerk_emulator.storage.store import Store, Where
from clerk_emulator.storage.tables import CLIENTS, IDENTIFICATIONS, MEMBERSHIPS, SESSIONS, USERS

SORT = {name: USERS.c[name] for name in USERS.c if name not in ("id", "external_id", "banned", "data")}
_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")


@operation("CreateUser")
def create_user(call: Call) -> Json:
    return create(call)


def create(call: Call, adopt: Callable[[Json], Json] | None = None) -> Json:
    """Create a user. `adopt` completes the row of a user that a directory manages, before the event is recorded."""
    body = call.body
    _require_identifier(body)
    _validate_status_lists(body)
    row = {**NEW_USER, "id": call.ids.new("user"), **_profile(call, body, {})}
    row["create_organizations_limit"] = body.get("create_organizations_limit")
    for name in _METADATA:
        row[name] = metadata.validate(name, body.get(name, {}))
    row["banned"] = bool(body.get("banned"))
    user = call.store.create(USERS, row)
    for kind in ("email_address", "phone_number", "web3_wallet"):
        values: list[str] = body.get(kind) or []
        given: list[identifications.Status] = body.get(f"{kind}_identification_status", [])
        statuses = given or ["verified" for _ in values]
        for value, status in zip(values, statuses, strict=True):
            identifications.add(call.store, user["id"], kind, value, status)
    user = refresh_primary_identifiers(call.store, user)
    user = _with_secrets(call, user, body)
    if body.get("locked"):
        user = lock(call.store, user)
    if adopt:
        user = adopt(user)
    serialized = record_user(call.store, "user.created", call.store.update(USERS, user, updated_at=user["created_at"]))
    subscriptions.start_for(call.store, user["id"])
    return serialized


@operation("GetUserList")
def list_users(call: Call) -> Response:
    return list_resources(
        call, USERS, *_filters(call), sort=SORT, serialize=lambda call, rows: serialize_users(call.store, rows)
    )


@operation("GetUsersCount")
def count_users(call: Call) -> Json:
    where = [one for one in _filters(call) if one is not None]
    return {"object": "total_count", "total_count": call.store.count(USERS, *where)}


@operation("GetUser")
def get_user(call: Call) -> Json:
    return serialize_user(call.store, call.path_resource(USERS, "user_id"))


@operation("UpdateUser")
def update_user(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    body = call.body
    provisioning.require_attributes_not_managed(call.store, user, list(body))
    changes = _profile(call, body, user) | metadata.replaced_fields(body, _METADATA, nullable=("private_metadata",))
    user = call.store.update(USERS, user, **changes)
    if "create_organizations_limit" in body:
        user = call.store.update(USERS, user, create_organizations_limit=body["create_organizations_limit"])
    for kind, (primary, _) in identifications.PRIMARY.items():
        if body.get(primary) is not None:
            row = call.store.find(
                IDENTIFICATIONS,
                IDENTIFICATIONS.c.id == body[primary],
                IDENTIFICATIONS.c.object == kind,
                IDENTIFICATIONS.c.user_id == user["id"],
            )
            if row is None:
                raise errors.referenced_not_found(primary, body[primary])
            user = identifications.make_primary(call.store, user, row, primary)
    if body.get("sign_out_of_other_sessions") and not body.get("password"):
        raise ClerkAPIError(
            422,
            "form_conditional_param_disallowed",
            "is not allowed",
            "sign_out_of_other_sessions can only be given together with password.",
            param_name="sign_out_of_other_sessions",
        )
    user = _with_secrets(call, user, body)
    serialized = record_user(call.store, "user.updated", refresh_primary_identifiers(call.store, user))
    if body.get("password"):
        messages.notify_user(call.store, user["id"], "password_changed")
    if body.get("sign_out_of_other_sessions"):
        session_lifecycle.revoke_all(call.store, user["id"])
    return serialized


@operation("DeleteUser")
def delete_user(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    provisioning.require_not_managed(user)
    clients = sql.select(SESSIONS.c.client_id).where(SESSIONS.c.user_id == user["id"])
    of_user = call.store.all(MEMBERSHIPS, MEMBERSHIPS.c.user_id == user["id"])
    for membership in of_user:
        memberships.record_membership(call.store, "organizationMembership.deleted", membership)
    if user["_image"]:
        call.store.delete_image(user["_image"])
    call.store.delete(CLIENTS, CLIENTS.c.id.in_(clients))
    call.store.delete(USERS, USERS.c.id == user["id"])
    deleted = deleted_object(user, "external_id")
    events.record(call.store, "user.deleted", deleted)
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


def _profile(call: Call, body: Json, user: Json) -> Json:
    """Return the validated fields of a user in a body, without those that it does not have."""
    profile: Json = {}
    for name in ("first_name", "last_name"):
        if name in body:
            profile[name] = body[name] or None
    if "locale" in body:
        profile["locale"] = formats.locale("locale", body["locale"]) if body["locale"] else None
    if "username" in body:
        profile["username"] = formats.username("username", body["username"]) if body["username"] else None
        _require_unique(call.store, "username", profile["username"], user)
    if "external_id" in body:
        profile["external_id"] = body["external_id"] or None
        _require_unique(call.store, "external_id", profile["external_id"], user)
    for name in ("created_at", "legal_accepted_at"):
        if body.get(name):
            profile[name] = formats.past_time(name, body[name], call.clock.now())
    for name in ("delete_self_enabled", "create_organization_enabled", "bypass_client_trust"):
        if body.get(name) is not None:
            profile[name] = body[name]
    return profile


def _require_unique(store: Store, name: str, value: str | None, user: Json) -> None:
    other = store.find(USERS, USERS.c[name] == value) if value is not None else None
    if other is not None and other["id"] != user.get("id"):
        raise errors.identifier_exists(name)


def _with_secrets(call: Call, user: Json, body: Json) -> Json:
    """Return the user with the password and second factors in a body."""
    changes: Json = {}
    password = body.get("password")
    if password is not None:
        if not body.get("skip_password_checks"):
            identifiers = {one["_identifier"] for one in identifications.of_user(call.store, user["id"])}
            identifiers |= {user["username"]} if user["username"] else set[str]()
            passwords.validate(password, identifiers, may_be_leaked=not INSTANCE.read(call.store)["hibp"])
        changes["_password_hasher"], changes["_password_digest"] = passwords.hash_password(password)
    elif body.get("password_digest") is not None:
        if not body.get("password_hasher"):
            raise _missing_counterpart("password_hasher", "password_digest")
        imported = passwords.check_digest(body["password_hasher"], body["password_digest"])
        changes["_password_hasher"], changes["_password_digest"] = imported
    elif body.get("password_hasher"):
        raise _missing_counterpart("password_digest", "password_hasher")
    if "_password_digest" in changes:
        changes |= {"password_last_updated_at": call.clock.now(), "_compromised": False}
    settings = USER_SETTINGS.read(call.store)
    if body.get("totp_secret"):
        _require_enabled(settings, "totp", "totp_secret")
        changes["_totp_secret"] = second_factors.parse_totp_secret(body["totp_secret"])
    if body.get("backup_codes"):
        _require_enabled(settings, "backup_codes", "backup_codes")
        changes["_backup_codes"] = body["backup_codes"]
    if "_totp_secret" in changes:
        changes["mfa_enabled_at"] = call.clock.now()
    return call.store.update(USERS, user, **changes) if changes else user


def _missing_counterpart(missing_name: str, given: str) -> ClerkAPIError:
    message = f"{missing_name} must be given together with {given}."
    return ClerkAPIError(422, "form_conditional_param_missing", "is missing", message, param_name=missing_name)


def _require_enabled(settings: Json, name: str, parameter: str) -> None:
    if not settings[name]:
        raise errors.unknown(parameter)


def _filters(call: Call) -> list[Where | None]:
    query = call.query
    since = query["last_active_at_since"]
    return [
        *user_filters.of_query(query),
        includes_or_excludes(USERS.c.external_id, query["external_id"]),
        includes_or_excludes(
            MEMBERSHIPS.c.organization_id,
            query["organization_id"],
            lambda condition: USERS.c.id.in_(sql.select(MEMBERSHIPS.c.user_id).where(condition)),
        ),
        _provider_filter(query["provider"], query["provider_user_id"]),
        equals(USERS.c.banned, query["banned"]),
        None if since is None else USERS.c.last_active_at >= since,
        is_between(USERS.c.last_sign_in_at, query["last_sign_in_at_after"], query["last_sign_in_at_before"]),
    ]


def _provider_filter(provider: str | None, ids: list[str] | None) -> Where | None:
    if ids and not provider:
        raise errors.missing("provider")
    if not provider:
        return None
    name = f"oauth_{provider.removeprefix('oauth_')}"
    conditions = [IDENTIFICATIONS.c.provider == name]
    if ids:
        conditions.append(IDENTIFICATIONS.c.provider_user_id.in_(ids))
    return user_filters.user_condition(sql.and_(*conditions))
