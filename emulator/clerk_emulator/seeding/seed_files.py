"""Seed files: users, organizations, memberships and keys, written down in YAML or JSON; read at the start, and dumped.

```yaml
keys:
  secret_key: sk_test_...
users:
  - email_address: [ada@example.com]
    password: correct horse battery staple
organizations:
  - name: Acme
    slug: acme
    created_by: ada@example.com
memberships:
  - organization: acme
    user: bob@example.com
    role: org:member
```

An entry has what the API takes to create such a resource, and may have an `id`. A user is named by id, username,
external id, email address or phone number, an organization by id or slug.

Some things come to be by other means; an entry can have them all the same. Users: the identification status
`unverified`, `second_factor_phone_number` (a list, the default one first), `external_accounts` (a list of objects with
`provider`, `provider_user_id`, `email_address`, ...), `password_compromised`, and the times that are told of a user.
Organizations: `admin_delete_enabled`. Both: `plan`, and its `features`. All: `updated_at`; memberships `created_at`,
too. There can be `permissions` and `roles` of one's own as well; a role names its permissions by key.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
import yaml

from clerk_emulator import errors
from clerk_emulator.domain import frontend, identifications, memberships, plans, value_rules
from clerk_emulator.domain.roles import PERMISSIONS, ROLE_SETS
from clerk_emulator.domain.user_rules import NEW, is_locked
from clerk_emulator.errors import Json, Refusal, is_list, is_object
from clerk_emulator.storage.store import Kind, Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, MEMBERSHIPS, ORGANIZATIONS, ROLES, USERS

if TYPE_CHECKING:
    from clerk_emulator.state import State

KEYS = ("instance_id", "private_pem", "secret_key")
_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")
_OWN = ("id", "external_id", "username", "first_name", "last_name", "locale", "banned", *_METADATA)
_USER_TIMES = (
    "password_last_updated_at",
    "mfa_enabled_at",
    "mfa_disabled_at",
    "last_sign_in_at",
    "last_active_at",
    "updated_at",
)
_OPERATIONS = {"email_address": "CreateEmailAddress", "phone_number": "CreatePhoneNumber"}
_MEMBERSHIP_TIMES = ("created_at", "updated_at")
_ACCOUNT = ("provider_user_id", "email_address", "approved_scopes", "first_name", "last_name", "username", "image_url")
_ACCOUNT_BESIDE = ("token", "token_secret", "id_token", "expires_at")
_SWITCHES = ("delete_self_enabled", "create_organization_enabled", "bypass_client_trust")


class SeedError(ValueError):
    """A seed file that cannot be read; the message names the entry."""


class _Loader(yaml.SafeLoader):
    """YAML without times, which the API takes as text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if not tag.endswith(":timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(source: str | Path | Json) -> Json:
    """What a seed file holds, or a seed that is there already.

    Raises SeedError where it is no seed, OSError where there is no file.
    """
    if not isinstance(source, str | Path):
        return _checked(source, "seed")
    try:
        data: Any = yaml.load(Path(source).read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader with less
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedError(f"{source}: {error}") from None
    return _checked({} if data is None else data, str(source))


def _checked(data: Any, said: str) -> Json:
    """The seed, if it has the sections that one can have. Raises SeedError."""
    if not is_object(data):
        raise SeedError(f"{said}: it must have sections: {', '.join(_SECTIONS)}, keys")
    for name, entries in data.items():
        if name == "keys":
            if not (is_object(entries) and all(key in KEYS and isinstance(entries[key], str) for key in entries)):
                raise SeedError(f"{said}: keys: {', '.join(KEYS)}, each a text, and nothing else")
        elif name not in _SECTIONS:
            raise SeedError(f"{said}: there is no section {name}; there are {', '.join(_SECTIONS)}, keys")
        elif not (is_list(entries) and all(is_object(entry) for entry in entries)):
            raise SeedError(f"{said}: {name}: it must be a list of entries with names and values")
    return data


def load(state: State, data: Json) -> None:
    """Make what a seed names, within a transaction. Raises SeedError: which entry is refused, and what in it."""
    granted: set[str] = set()
    for name, make in _SECTIONS.items():
        for index, entry in enumerate(data.get(name, [])):
            try:
                make(state, dict(entry), granted)
            except Refusal as refusal:
                raise SeedError(_told(f"{name}[{index}]", refusal)) from None
            except (TypeError, ValueError) as error:
                raise SeedError(f"{name}[{index}]: {error}") from None


def _told(place: str, refusal: Refusal) -> str:
    said: list[str] = []
    for error in refusal.errors:
        key = error["meta"].get("param_name")
        said.append(f"{place}.{key}: {error['long_message']}" if key else f"{place}: {error['long_message']}")
    return " ".join(said)


def dump(state: State) -> Json:
    """The state as a seed, within a transaction: keys, roles of one's own, users, organizations, memberships.

    What has no place in a seed is left out, such as images, passkeys and role sets, and so is who has created an
    organization and left it. An organization whose limit was set below the number of its members cannot be seeded.
    """
    store = state.store
    keys = state.keys
    return {
        "keys": {name: getattr(keys, name) for name in KEYS},
        **_roles(store),
        "users": [_user(store, row) for row in store.all(USERS)],
        "organizations": [_organization(store, row) for row in store.all(ORGANIZATIONS)],
        "memberships": [_membership(row) for row in store.all(MEMBERSHIPS)],
    }


def _make_permission(state: State, entry: Json, _granted: set[str]) -> None:
    state.perform("CreateOrganizationPermission", entry)


def _make_role(state: State, entry: Json, _granted: set[str]) -> None:
    """Make a role; a seed names its permissions by key, the API by id."""
    keys = _list(entry, "permissions")
    found = {row["key"]: row["id"] for row in state.store.all(PERMISSIONS)}
    for key in keys:
        if key not in found:
            raise errors.invalid("permissions", f"must be keys of permissions; there is no {key}")
    state.perform("CreateOrganizationRole", {**entry, "permissions": [found[key] for key in keys]})


def _make_user(state: State, entry: Json, _granted: set[str]) -> None:
    _expect(state, USERS, entry)
    times = _times(entry, _USER_TIMES)
    second_factors = _list(entry, "second_factor_phone_number")
    accounts = _list(entry, "external_accounts")
    compromised = entry.pop("password_compromised", False)
    plan = _plan(entry)
    later = [(kind, value) for kind in _OPERATIONS for value in _unverified(entry, kind)]
    if later:
        entry["skip_user_requirement"] = True
    user_id = state.perform("CreateUser", entry)["id"]
    for kind, value in later:
        state.perform(_OPERATIONS[kind], {"user_id": user_id, kind: value, "verified": False})
    for number in second_factors:
        row = identifications.find(state.store, "phone_number", value_rules.phone("second_factor_phone_number", number))
        if row is None or row["_user_id"] != user_id:
            raise errors.invalid("second_factor_phone_number", "must be phone numbers of the user")
        state.perform("UpdatePhoneNumber", {"reserved_for_second_factor": True}, phone_number_id=row["id"])
    for index, account in enumerate(accounts):
        _connect(state.store, user_id, f"external_accounts[{index}]", account)
    if compromised:
        state.perform("SetUserPasswordCompromised", user_id=user_id)
    plans.subscribe(state.store, user_id, *plan)
    _set(state.store, USERS, state.store.need(USERS, user_id), times)


def _unverified(entry: Json, kind: str) -> list[Any]:
    """Those that nobody has verified, taken out of the entry of a user: the API makes them after the user."""
    name = f"{kind}_identification_status"
    values, statuses = entry.get(kind, []), entry.get(name, [])
    if not (is_list(values) and is_list(statuses)):
        return []
    value_rules.lengths_match(kind, values, name, statuses)
    if "unverified" not in statuses:
        return []
    pairs = list(zip(values, statuses, strict=True))
    entry[kind] = [value for value, status in pairs if status != "unverified"]
    entry[name] = [status for _, status in pairs if status != "unverified"]
    return [value for value, status in pairs if status == "unverified"]


def _connect(store: Store, user_id: str, name: str, account: Any) -> None:
    """Give a user an account elsewhere, as a seed has it; `name` is its place in the entry."""
    if not is_object(account):
        raise errors.wrong_type(name, "an object")
    values = dict(account)
    for key in values:
        if key not in ("provider", *_ACCOUNT, *_ACCOUNT_BESIDE):
            raise errors.unknown(f"{name}.{key}")
    needed: list[str] = []
    for key in ("provider", "email_address", "provider_user_id"):
        if not isinstance(values.get(key), str):
            raise errors.missing(f"{name}.{key}") if key not in values else errors.wrong_type(f"{name}.{key}", "a text")
        needed.append(values.pop(key))
    provider, email, provider_user_id = needed
    if identifications.find(store, "external_account", f"{provider}:{provider_user_id}"):
        raise errors.taken(f"{name}.provider_user_id")
    beside = {f"_{key}": values.pop(key) for key in _ACCOUNT_BESIDE if key in values}
    frontend.connect(store, user_id, provider, email, provider_user_id, **values, **beside)


def _make_organization(state: State, entry: Json, granted: set[str]) -> None:
    """Make an organization; the membership that its creator gets without being asked is added to `granted`."""
    _expect(state, ORGANIZATIONS, entry)
    times = _times(entry, ("updated_at",))
    later = {name: entry.pop(name) for name in ("admin_delete_enabled",) if name in entry}
    plan = _plan(entry)
    if entry.get("created_by"):
        entry["created_by"] = _user_named(state.store, entry["created_by"], "created_by")["id"]
    path = {"organization_id": state.perform("CreateOrganization", entry)["id"]}
    if later:
        state.perform("UpdateOrganization", later, **path)
    plans.subscribe(state.store, path["organization_id"], *plan)
    _set(state.store, ORGANIZATIONS, state.store.need(ORGANIZATIONS, path["organization_id"]), times)
    here = MEMBERSHIPS.c.organization_id == path["organization_id"]
    granted.update(row["id"] for row in state.store.all(MEMBERSHIPS, here))


def _make_membership(state: State, entry: Json, granted: set[str]) -> None:
    """Make a user a member. What the entry says takes the place of a membership that was `granted`."""
    for name in ("organization", "user"):
        if name not in entry:
            raise errors.missing(name)
    organization = _organization_named(state.store, entry.pop("organization"))
    user = _user_named(state.store, entry.pop("user"), "user")
    times = _times(entry, _MEMBERSHIP_TIMES)
    for name in entry:
        if name not in ("role", "public_metadata", "private_metadata"):
            raise errors.unknown(name)
    made = memberships.of_user(state.store, organization["id"], user["id"])
    if made and made["id"] in granted:
        state.store.delete(MEMBERSHIPS, MEMBERSHIPS.c.id == made["id"])
    path = {"organization_id": organization["id"]}
    state.perform("CreateOrganizationMembership", {**entry, "user_id": user["id"]}, **path)
    row = memberships.of_user(state.store, organization["id"], user["id"])
    assert row is not None
    _set(state.store, MEMBERSHIPS, row, times)


def _expect(state: State, kind: Kind, entry: Json) -> None:
    """Let the resource that is made next have the id that its entry gives, if it gives one."""
    if "id" not in entry:
        return
    resource_id = entry.pop("id")
    if not isinstance(resource_id, str) or not re.fullmatch(rf"{kind.prefix}_[A-Za-z0-9_]+", resource_id):
        raise errors.malformed("id", f"{kind.prefix}_ and letters, digits or underscores")
    if state.store.get(kind, resource_id):
        raise errors.taken("id")
    state.ids.expect(kind.prefix, resource_id)


def _times(entry: Json, names: Sequence[str]) -> Json:
    """The times that an entry has, taken out of it, as they are kept."""
    for name in names:
        if name in entry and not isinstance(entry[name], str):
            raise errors.wrong_type(name, "a time, as text")
    return {name: value_rules.time(name, entry.pop(name)) for name in names if name in entry}


def _list(entry: Json, name: str) -> list[Any]:
    """A list that an entry has, taken out of it."""
    values = entry.pop(name, [])
    if not is_list(values):
        raise errors.wrong_type(name, "a list")
    return values


def _plan(entry: Json) -> tuple[str | None, list[Any]]:
    """The plan that an entry has, and its features, taken out of it."""
    plan, features = entry.pop("plan", None), _list(entry, "features")
    if plan is not None and not isinstance(plan, str):
        raise errors.wrong_type("plan", "a text")
    if not all(isinstance(feature, str) for feature in features):
        raise errors.wrong_type("features", "a list of texts")
    return plan, features


def _set(store: Store, kind: Kind, row: Json, values: Json) -> None:
    """Set what no operation sets; `updated_at` stays unless it is among the values."""
    store.update(kind, row, **{"updated_at": row["updated_at"], **values})


_SECTIONS: dict[str, Callable[[State, Json, set[str]], None]] = {
    "permissions": _make_permission,
    "roles": _make_role,
    "users": _make_user,
    "organizations": _make_organization,
    "memberships": _make_membership,
}


def _user_named(store: Store, name: Any, key: str) -> Json:
    identified = sa.select(IDENTIFICATIONS.c.user_id).where(IDENTIFICATIONS.c.identifier == str(name).lower())
    columns = USERS.c.id, USERS.c.username, USERS.c.external_id
    found = store.find(USERS, sa.or_(USERS.c.id.in_(identified), *(column == str(name) for column in columns)))
    if found is None:
        raise errors.invalid(key, f"must name a user; there is no {name}")
    return found


def _organization_named(store: Store, name: Any) -> Json:
    found = store.find(ORGANIZATIONS, sa.or_(ORGANIZATIONS.c.id == str(name), ORGANIZATIONS.c.slug == str(name)))
    if found is None:
        raise errors.invalid("organization", f"must name an organization; there is no {name}")
    return found


def _roles(store: Store) -> Json:
    """The roles and permissions that Clerk has not made itself, as far as there are any."""
    initial = store.find(ROLE_SETS, ROLE_SETS.c.type == "initial")
    held: list[str] = initial["_roles"] if initial else []
    names = ("key", "name", "description")
    permissions = [{name: row[name] for name in names} for row in store.all(PERMISSIONS) if row["type"] == "user"]
    roles = [
        {
            **{name: row[name] for name in names},
            "permissions": row["_permissions"],
            "include_in_initial_role_set": row["key"] in held,
        }
        for row in store.all(ROLES)
        if row["_custom"]
    ]
    return {name: rows for name, rows in (("permissions", permissions), ("roles", roles)) if rows}


def _user(store: Store, row: Json) -> Json:
    entry = {name: row[name] for name in _OWN if row[name]}
    entry |= {name: row[name] for name in _SWITCHES if row[name] != NEW[name]}
    if row["create_organizations_limit"] is not None:
        entry["create_organizations_limit"] = row["create_organizations_limit"]
    held = identifications.of_user(store, row["id"])
    for kind, (primary, _) in identifications.PRIMARY.items():
        these = sorted((one for one in held if one["object"] == kind), key=lambda one: one["id"] != row[primary])
        if these:
            entry[kind] = [one["_identifier"] for one in these]
        statuses = [_status(one) for one in these]
        if set(statuses) - {"verified"}:
            entry[f"{kind}_identification_status"] = statuses
    if row["_password_digest"]:
        entry |= {"password_digest": row["_password_digest"], "password_hasher": row["_password_hasher"]}
    entry |= {name: row[f"_{name}"] for name in ("totp_secret", "backup_codes") if row[f"_{name}"]}
    if is_locked(store, row):
        entry["locked"] = True
    factors = [one for one in held if one.get("reserved_for_second_factor")]
    if factors:
        factors.sort(key=lambda one: not one["default_second_factor"])
        entry["second_factor_phone_number"] = [one["_identifier"] for one in factors]
    accounts = [_account(one) for one in held if one["object"] == "external_account"]
    if accounts:
        entry["external_accounts"] = accounts
    if row["_compromised"]:
        entry["password_compromised"] = True
    entry |= plans.of(row)
    entry |= {name: _time(row[name]) for name in ("created_at", "legal_accepted_at", *_USER_TIMES) if row[name]}
    return {**entry, "skip_user_requirement": True}


def _account(row: Json) -> Json:
    entry = {"provider": row["provider"].removeprefix("oauth_")}
    entry |= {name: row[name] for name in _ACCOUNT if row[name]}
    return entry | {name: row[f"_{name}"] for name in _ACCOUNT_BESIDE if row[f"_{name}"]}


def _status(row: Json) -> str:
    if row.get("reserved"):
        return "reserved"
    return "verified" if identifications.is_verified(row) else "unverified"


def _organization(store: Store, row: Json) -> Json:
    names = ("id", "name", "slug", "role_set_key", "public_metadata", "private_metadata")
    entry = {name: row[name] for name in names if row.get(name)}
    entry |= {name: row[name] for name in ("max_allowed_memberships", "admin_delete_enabled")}
    entry |= {**plans.of(row), **{name: _time(row[name]) for name in ("created_at", "updated_at")}}
    # Of one who is no member any longer it is not told, since that would make a member again.
    creator = row.get("created_by")
    return {**entry, "created_by": creator} if creator and memberships.of_user(store, row["id"], creator) else entry


def _membership(row: Json) -> Json:
    entry = {"organization": row["_organization_id"], "user": row["_user_id"], "role": row["role"]}
    entry |= {name: row[name] for name in ("public_metadata", "private_metadata") if row.get(name)}
    return entry | {name: _time(row[name]) for name in _MEMBERSHIP_TIMES}


def _time(milliseconds: int) -> str:
    moment = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    return moment.isoformat(timespec="milliseconds")


class _Dumper(yaml.SafeDumper):
    """YAML with texts of several lines, such as keys, as blocks."""


def _text(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def written(data: Json) -> str:
    """A seed as YAML."""
    text: str = cast(Any, yaml).dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text
