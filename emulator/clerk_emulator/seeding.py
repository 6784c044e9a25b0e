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
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import yaml

from clerk_emulator import identifications
from clerk_emulator.errors import Json, Refusal, is_list, is_object
from clerk_emulator.kinds import IDENTIFICATIONS, MEMBERSHIPS, ORGANIZATIONS, USERS
from clerk_emulator.settings import ORGANIZATION_SETTINGS
from clerk_emulator.store import Store
from clerk_emulator.users import NEW, is_locked

if TYPE_CHECKING:
    from clerk_emulator.state import State

KEYS = ("instance_id", "private_pem", "secret_key")
_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")
_OWN = ("id", "external_id", "username", "first_name", "last_name", "locale", "banned", *_METADATA)
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
    """Make what a seed names, within a transaction. Raises SeedError, which names the entry that the API refuses."""
    for name, make in _SECTIONS.items():
        for index, entry in enumerate(data.get(name, [])):
            try:
                make(state, dict(entry))
            except Refusal as refusal:
                why = " ".join(error["long_message"] for error in refusal.errors)
                raise SeedError(f"{name}[{index}]: {why}") from None
            except (TypeError, ValueError, KeyError) as error:
                raise SeedError(f"{name}[{index}]: {error}") from None


def dump(state: State) -> Json:
    """The state as a seed, within a transaction: users, organizations, memberships, keys; images are left out."""
    store = state.store
    keys = state.keys
    return {
        "keys": {name: getattr(keys, name) for name in KEYS},
        "users": [_user(store, row) for row in store.all(USERS)],
        "organizations": [_organization(store, row) for row in store.all(ORGANIZATIONS)],
        "memberships": [_membership(row) for row in store.all(MEMBERSHIPS)],
    }


def _make_user(state: State, entry: Json) -> None:
    if "id" in entry:
        state.ids.expect("user", entry.pop("id"))
    later: list[tuple[str, str]] = []
    for kind in ("email_address", "phone_number"):
        statuses: list[str] = entry.get(f"{kind}_identification_status", [])
        if "unverified" in statuses:
            pairs = list(zip(entry[kind], statuses, strict=True))
            later += [(kind, value) for value, status in pairs if status == "unverified"]
            entry[kind] = [value for value, status in pairs if status != "unverified"]
            entry[f"{kind}_identification_status"] = [status for _, status in pairs if status != "unverified"]
    if later:
        entry["skip_user_requirement"] = True
    user = state.perform("CreateUser", entry)
    for kind, value in later:
        operation = {"email_address": "CreateEmailAddress", "phone_number": "CreatePhoneNumber"}[kind]
        state.perform(operation, {"user_id": user["id"], kind: value, "verified": False})


def _make_organization(state: State, entry: Json) -> None:
    if "id" in entry:
        state.ids.expect("org", entry.pop("id"))
    if entry.get("created_by"):
        entry["created_by"] = _user_named(state.store, entry["created_by"])["id"]
    state.perform("CreateOrganization", entry)


def _make_membership(state: State, entry: Json) -> None:
    organization = _organization_named(state.store, entry.pop("organization"))
    user = _user_named(state.store, entry.pop("user"))
    held = MEMBERSHIPS.c.organization_id == organization["id"], MEMBERSHIPS.c.user_id == user["id"]
    if state.store.find(MEMBERSHIPS, *held) is None:
        path = {"organization_id": organization["id"]}
        state.perform("CreateOrganizationMembership", {**entry, "user_id": user["id"]}, **path)
        return
    # Whoever has created an organization is a member of it already.
    path = {"organization_id": organization["id"], "user_id": user["id"]}
    state.perform("UpdateOrganizationMembership", {"role": entry.pop("role")}, **path)
    if entry:
        state.perform("UpdateOrganizationMembershipMetadata", entry, **path)


_SECTIONS: dict[str, Callable[[State, Json], None]] = {
    "users": _make_user,
    "organizations": _make_organization,
    "memberships": _make_membership,
}


def _user_named(store: Store, name: str) -> Json:
    identified = sa.select(IDENTIFICATIONS.c.user_id).where(IDENTIFICATIONS.c.identifier == str(name).lower())
    columns = USERS.c.id, USERS.c.username, USERS.c.external_id
    found = store.find(USERS, sa.or_(USERS.c.id.in_(identified), *(column == name for column in columns)))
    if found is None:
        raise SeedError(f"there is no user {name}")
    return found


def _organization_named(store: Store, name: str) -> Json:
    found = store.find(ORGANIZATIONS, sa.or_(ORGANIZATIONS.c.id == name, ORGANIZATIONS.c.slug == name))
    if found is None:
        raise SeedError(f"there is no organization {name}")
    return found


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
    entry |= {name: _time(row[name]) for name in ("created_at", "legal_accepted_at") if row[name]}
    return {**entry, "skip_user_requirement": True}


def _status(row: Json) -> str:
    if row.get("reserved"):
        return "reserved"
    return "verified" if identifications.is_verified(row) else "unverified"


def _organization(store: Store, row: Json) -> Json:
    names = ("id", "name", "slug", "role_set_key", "public_metadata", "private_metadata")
    entry = {name: row[name] for name in names if row.get(name)}
    entry |= {"max_allowed_memberships": row["max_allowed_memberships"], "created_at": _time(row["created_at"])}
    # Named only while it makes the same member again.
    made = store.find(
        MEMBERSHIPS,
        MEMBERSHIPS.c.organization_id == row["id"],
        MEMBERSHIPS.c.user_id == row.get("created_by"),
        MEMBERSHIPS.c.role == ORGANIZATION_SETTINGS.read(store)["creator_role"],
    )
    return {**entry, "created_by": row["created_by"]} if made else entry


def _membership(row: Json) -> Json:
    entry = {"organization": row["_organization_id"], "user": row["_user_id"], "role": row["role"]}
    return entry | {name: row[name] for name in ("public_metadata", "private_metadata") if row.get(name)}


def _time(milliseconds: int) -> str:
    moment = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    return moment.isoformat(timespec="milliseconds")


def written(data: Json) -> str:
    """A seed as YAML."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
