"""Dump the state as a seed."""

from __future__ import annotations

import datetime

from clerk_emulator.domain.billing.renewals import settle
from clerk_emulator.domain.organizations import memberships
from clerk_emulator.domain.organizations.roles import PERMISSIONS, ROLE_SETS
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import NEW_USER, is_locked
from clerk_emulator.json_types import Json
from clerk_emulator.request.state import State
from clerk_emulator.seeding import billing, changed_templates, enterprise, generic_resources
from clerk_emulator.seeding.format import ACCOUNT_FIELDS, KEYS, MEMBERSHIP_TIMES, PRIVATE_ACCOUNT_FIELDS, USER_TIMES
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATIONS, ROLES, USERS
from clerk_emulator.webhooks.endpoints import ENDPOINTS

_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")
_USER_FIELDS = ("id", "external_id", "username", "first_name", "last_name", "locale", "banned", *_METADATA)
_USER_SWITCHES = ("delete_self_enabled", "create_organization_enabled", "bypass_client_trust")


def dump(state: State) -> Json:
    """Return the state as a seed, whose sections are those of `format`. Within a transaction.

    Not included are resources without a section, such as images, passkeys, role sets, payments and the accounts of
    users with enterprise connections, and an organization's creator who was deleted. A seed cannot be loaded if an
    organization has more members than its limit allows.
    """
    # Imported on first use, because an emulator starts faster without it.
    from clerk_emulator.frontend_api.views import instance_settings

    store = state.store
    settle(store)
    plans = billing.dump_plans(store)
    subscriptions = billing.dump_subscriptions(store, _time)
    settings = instance_settings.changed(store)
    return {
        "keys": {name: getattr(state.keys, name) for name in KEYS},
        **({"settings": settings} if settings else {}),
        **_custom_roles(store),
        **({"plans": plans} if plans else {}),
        "users": [_user(store, row) for row in store.all(USERS)],
        "organizations": [_organization(store, row) for row in store.all(ORGANIZATIONS)],
        "memberships": [_membership(row) for row in store.all(MEMBERSHIPS)],
        **({"subscriptions": subscriptions} if subscriptions else {}),
        **{name: rows for name, rows in _optional_sections(store) if rows},
    }


def _optional_sections(store: Store) -> list[tuple[str, list[Json]]]:
    """Return the sections that a dump has only if they are not empty."""
    return [
        ("resources", generic_resources.dump_resources(store)),
        ("webhooks", _webhooks(store)),
        ("enterprise_connections", enterprise.dump_connections(store)),
        ("directories", enterprise.dump_directories(store)),
        ("templates", changed_templates.dump_templates(store)),
    ]


def _webhooks(store: Store) -> list[Json]:
    names = ("url", "events", "secret")
    return [{name: row[name] for name in names if row[name]} for row in store.all(ENDPOINTS, order=ENDPOINTS.as_stored)]


def _custom_roles(store: Store) -> Json:
    """Return the sections for custom permissions and roles, without those that would be empty."""
    initial = store.find(ROLE_SETS, ROLE_SETS.c.type == "initial")
    initial_roles: list[str] = initial["_roles"] if initial else []
    names = ("key", "name", "description")
    permissions = [
        {name: row[name] for name in names}
        for row in store.all(PERMISSIONS, order=PERMISSIONS.as_stored)
        if row["type"] == "user"
    ]
    roles = [
        {
            **{name: row[name] for name in names},
            "permissions": row["_permissions"],
            "include_in_initial_role_set": row["key"] in initial_roles,
        }
        for row in store.all(ROLES, order=ROLES.as_stored)
        if row["_custom"]
    ]
    return {name: rows for name, rows in (("permissions", permissions), ("roles", roles)) if rows}


def _user(store: Store, row: Json) -> Json:
    entry = {name: row[name] for name in _USER_FIELDS if row[name]}
    entry |= {name: row[name] for name in _USER_SWITCHES if row[name] != NEW_USER[name]}
    if row["create_organizations_limit"] is not None:
        entry["create_organizations_limit"] = row["create_organizations_limit"]
    user_identifications = identifications.of_user(store, row["id"])
    entry |= _identifiers(row, user_identifications)
    if row["_password_digest"]:
        entry |= {"password_digest": row["_password_digest"], "password_hasher": row["_password_hasher"]}
    entry |= {name: row[f"_{name}"] for name in ("totp_secret", "backup_codes") if row[f"_{name}"]}
    if is_locked(store, row):
        entry["locked"] = True
    second_factors = [one for one in user_identifications if one.get("reserved_for_second_factor")]
    if second_factors:
        second_factors.sort(key=lambda one: not one["default_second_factor"])
        entry["second_factor_phone_number"] = [one["_identifier"] for one in second_factors]
    accounts = [_account(one) for one in user_identifications if one["object"] == "external_account"]
    if accounts:
        entry["external_accounts"] = accounts
    if row["_compromised"]:
        entry["password_compromised"] = True
    entry |= billing.dump_owner(store, row["id"])
    entry |= {name: _time(row[name]) for name in ("created_at", "legal_accepted_at", *USER_TIMES) if row[name]}
    return {**entry, "skip_user_requirement": True}


def _identifiers(user: Json, user_identifications: list[Json]) -> Json:
    """Return the email addresses, phone numbers and wallets of a user, the primary one first."""
    entry: Json = {}
    for kind, (primary, _) in identifications.PRIMARY.items():
        rows = [row for row in user_identifications if row["object"] == kind]
        rows = [row for row in rows if row["id"] == user[primary]] + [row for row in rows if row["id"] != user[primary]]
        if rows:
            entry[kind] = [row["_identifier"] for row in rows]
        statuses = [_status(row) for row in rows]
        if set(statuses) - {"verified"}:
            entry[f"{kind}_identification_status"] = statuses
    return entry


def _account(row: Json) -> Json:
    entry = {"provider": row["provider"].removeprefix("oauth_")}
    entry |= {name: row[name] for name in ACCOUNT_FIELDS if row[name]}
    return entry | {name: row[f"_{name}"] for name in PRIVATE_ACCOUNT_FIELDS if row[f"_{name}"]}


def _status(row: Json) -> str:
    if row.get("reserved"):
        return "reserved"
    return "verified" if identifications.is_verified(row) else "unverified"


def _organization(store: Store, row: Json) -> Json:
    names = ("id", "name", "slug", "role_set_key", "public_metadata", "private_metadata")
    entry = {name: row[name] for name in names if row.get(name)}
    entry |= {name: row[name] for name in ("max_allowed_memberships", "admin_delete_enabled")}
    entry |= {
        **billing.dump_owner(store, row["id"]),
        **{name: _time(row[name]) for name in ("created_at", "updated_at")},
    }
    creator = row.get("created_by")
    if creator and store.get(USERS, creator):
        entry["created_by"] = creator
        if not memberships.of_user(store, row["id"], creator):
            entry["creator_is_member"] = False
    return entry


def _membership(row: Json) -> Json:
    entry = {"organization": row["_organization_id"], "user": row["_user_id"], "role": row["role"]}
    entry |= {name: row[name] for name in ("public_metadata", "private_metadata") if row.get(name)}
    return entry | {name: _time(row[name]) for name in MEMBERSHIP_TIMES}


def _time(milliseconds: int) -> str:
    moment = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    return moment.isoformat(timespec="milliseconds")
