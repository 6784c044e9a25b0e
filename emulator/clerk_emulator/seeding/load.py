"""Create a state from a seed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import events, formats
from clerk_emulator.domain.billing import checkouts
from clerk_emulator.domain.organizations import memberships
from clerk_emulator.domain.organizations.roles import PERMISSIONS
from clerk_emulator.domain.social import external_accounts
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.request.execution import perform
from clerk_emulator.request.rate_limits import InstanceType
from clerk_emulator.request.state import Observer, State
from clerk_emulator.seeding import billing, changed_templates, enterprise, entries, generic_resources, references
from clerk_emulator.seeding.format import (
    ACCOUNT_FIELDS,
    MEMBERSHIP_TIMES,
    PRIVATE_ACCOUNT_FIELDS,
    SECTIONS,
    USER_TIMES,
    SeedError,
    read,
)
from clerk_emulator.storage.store import ResourceTable
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATIONS, USERS
from clerk_emulator.webhooks import endpoints

_CREATE_UNVERIFIED = {"email_address": "CreateEmailAddress", "phone_number": "CreatePhoneNumber"}


def create_state(
    *,
    db: str | Path | None = None,
    secret_key: str | None = None,
    publishable_key: str | None = None,
    seed: str | Path | Json | None = None,
    random_seed: int | str | None = None,
    rate_limits: InstanceType | None = None,
    validate_responses: bool = False,
    observer: Observer | None = None,
    control_hosts: Collection[str] = (),
    webhooks: str | Sequence[str | Json] = (),
    allowed_origins: Collection[str] = (),
) -> State:
    """Return a state that holds what a seed describes: a file, or its parsed content. See `State`.

    An endpoint in `webhooks` can also be its URL alone.

    Raises SeedError for an invalid seed, or a file that already has a state; OSError if the seed cannot be read.
    """
    data = read(seed) if seed is not None else {}
    return State(
        db=db,
        secret_key=secret_key,
        publishable_key=publishable_key,
        keys=data.get("keys"),
        initialize=functools.partial(_load, data) if seed is not None else None,
        random_seed=random_seed,
        rate_limits=rate_limits,
        validate_responses=validate_responses,
        observer=observer,
        control_hosts=control_hosts,
        webhooks=endpoints.parse_all(webhooks),
        allowed_origins=allowed_origins,
    )


def add(state: State, seed: str | Path | Json) -> None:
    """Add what a seed describes to a state in use; nothing is added if it fails.

    Raises SeedError for an invalid seed, and for one with keys; OSError if the file cannot be read.
    """
    data = read(seed)
    if "keys" in data:
        raise SeedError("keys: the keys of an emulator in use cannot be changed; start it with them")
    with state.store.transaction():
        try:
            _create(data, state)
        except SeedError:
            state.ids.forget_expected()
            raise


def _load(data: Json, state: State) -> None:
    """Create what a seed describes, within the transaction that creates the state. Raises SeedError."""
    if not state.is_new:
        raise SeedError("a seed begins a new state, and the file has one: delete it, or leave the seed out")
    _create(data, state)


def _create(data: Json, state: State) -> None:
    with events.not_recorded(state.store):
        if "settings" in data:
            _update_settings(state, data["settings"])
        loader = _Loader(state)
        for section in SECTIONS:
            create = loader.creators[section]
            for index, entry in enumerate(data.get(section, [])):
                try:
                    create(dict(entry))
                except ClerkAPIError as error:
                    raise SeedError(_describe(f"{section}[{index}]", error)) from None
                except (TypeError, ValueError) as error:
                    raise SeedError(f"{section}[{index}]: {error}") from None


def _update_settings(state: State, settings: Json) -> None:
    # Imported on first use, because an emulator starts faster without it.
    from clerk_emulator.frontend_api.views import instance_settings

    try:
        instance_settings.update(state.store, state.keys, settings)
    except ValueError as error:
        raise SeedError(f"settings.{error}") from None


def _describe(entry: str, error: ClerkAPIError) -> str:
    descriptions: list[str] = []
    for item in error.errors:
        key = item["meta"].get("param_name")
        place = f"{entry}.{key}" if key else entry
        descriptions.append(f"{place}: {item['long_message']}")
    return " ".join(descriptions)


class _Loader:
    """Creates the entries of a seed, through the operations of the API where possible."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._store = state.store
        self._perform = functools.partial(perform, state)
        self._creator_memberships: set[str] = set()
        """Ids of memberships that were created along with an organization, for its creator."""
        self.creators: dict[str, Callable[[Json], None]] = {
            "permissions": self._create_permission,
            "roles": self._create_role,
            "plans": self._create_plan,
            "users": self._create_user,
            "organizations": self._create_organization,
            "memberships": self._create_membership,
            "subscriptions": self._create_subscription,
            "resources": functools.partial(generic_resources.create_resource, state.store),
            "webhooks": self._create_endpoint,
            "enterprise_connections": functools.partial(enterprise.create_connection, state),
            "directories": functools.partial(enterprise.create_directory, state),
            "templates": functools.partial(changed_templates.change_template, state),
        }

    def _create_permission(self, entry: Json) -> None:
        self._perform("CreateOrganizationPermission", entry)

    def _create_role(self, entry: Json) -> None:
        # A seed refers to permissions by key, the API by id.
        keys = entries.pop_list(entry, "permissions")
        ids = {row["key"]: row["id"] for row in self._store.all(PERMISSIONS)}
        for key in keys:
            if key not in ids:
                raise errors.invalid("permissions", f"must be keys of permissions; there is no {key}")
        self._perform("CreateOrganizationRole", {**entry, "permissions": [ids[key] for key in keys]})

    def _create_plan(self, entry: Json) -> None:
        billing.create_plan(self._store, entry)

    def _create_user(self, entry: Json) -> None:
        references.reserve_id(self._state, USERS, entry)
        times = entries.pop_times(entry, USER_TIMES)
        second_factors = entries.pop_list(entry, "second_factor_phone_number")
        accounts = entries.pop_list(entry, "external_accounts")
        compromised = entry.pop("password_compromised", False)
        billed = entries.pop_billing(entry)
        unverified = [(kind, value) for kind in _CREATE_UNVERIFIED for value in entries.pop_unverified(entry, kind)]
        if unverified:
            entry["skip_user_requirement"] = True
        user_id = self._perform("CreateUser", entry)["id"]
        for kind, value in unverified:
            self._perform(_CREATE_UNVERIFIED[kind], {"user_id": user_id, kind: value, "verified": False})
        for number in second_factors:
            phone_number = formats.phone("second_factor_phone_number", number)
            row = identifications.find(self._store, "phone_number", phone_number)
            if row is None or row["_user_id"] != user_id:
                raise errors.invalid("second_factor_phone_number", "must be phone numbers of the user")
            self._perform("UpdatePhoneNumber", {"reserved_for_second_factor": True}, phone_number_id=row["id"])
        for index, account in enumerate(accounts):
            self._connect_account(user_id, f"external_accounts[{index}]", account)
        if compromised:
            self._perform("SetUserPasswordCompromised", user_id=user_id)
        self._bill(user_id, billed)
        self._set(USERS, self._store.require(USERS, user_id), times)

    def _connect_account(self, user_id: str, name: str, account: Any) -> None:
        """Connect an external account to a user; `name` is its name in errors."""
        if not is_object(account):
            raise errors.wrong_type(name, "an object")
        values = dict(account)
        for key in values:
            if key not in ("provider", *ACCOUNT_FIELDS, *PRIVATE_ACCOUNT_FIELDS):
                raise errors.unknown(f"{name}.{key}")
        required = ("provider", "email_address", "provider_user_id")
        provider, email, provider_user_id = (entries.pop_text(values, key, f"{name}.{key}") for key in required)
        if identifications.find(self._store, "external_account", f"{provider}:{provider_user_id}"):
            raise errors.identifier_exists(f"{name}.provider_user_id")
        private = {f"_{key}": values.pop(key) for key in PRIVATE_ACCOUNT_FIELDS if key in values}
        external_accounts.connect(self._store, user_id, provider, email, provider_user_id, **values, **private)

    def _create_organization(self, entry: Json) -> None:
        references.reserve_id(self._state, ORGANIZATIONS, entry)
        times = entries.pop_times(entry, ("updated_at",))
        updates = {name: entry.pop(name) for name in ("admin_delete_enabled",) if name in entry}
        billed = entries.pop_billing(entry)
        creator: Json = {}
        if entry.get("created_by"):
            entry["created_by"] = references.find_user(self._store, entry["created_by"], "created_by")["id"]
            if not entries.pop_flag(entry, "creator_is_member", default=True):
                creator["created_by"] = entry.pop("created_by")
        organization_id: str = self._perform("CreateOrganization", entry)["id"]
        if updates:
            self._perform("UpdateOrganization", updates, organization_id=organization_id)
        self._bill(organization_id, billed)
        self._set(ORGANIZATIONS, self._store.require(ORGANIZATIONS, organization_id), creator | times)
        created = self._store.all(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id)
        self._creator_memberships.update(row["id"] for row in created)

    def _create_membership(self, entry: Json) -> None:
        """Create a membership. It replaces one that was created along with its organization."""
        for name in ("organization", "user"):
            if name not in entry:
                raise errors.missing(name)
        organization_id = references.find_organization(self._store, entry.pop("organization"))["id"]
        user_id = references.find_user(self._store, entry.pop("user"), "user")["id"]
        times = entries.pop_times(entry, MEMBERSHIP_TIMES)
        for name in entry:
            if name not in ("role", "public_metadata", "private_metadata"):
                raise errors.unknown(name)
        existing = memberships.of_user(self._store, organization_id, user_id)
        if existing and existing["id"] in self._creator_memberships:
            self._store.delete(MEMBERSHIPS, MEMBERSHIPS.c.id == existing["id"])
        self._perform("CreateOrganizationMembership", {**entry, "user_id": user_id}, organization_id=organization_id)
        row = memberships.of_user(self._store, organization_id, user_id)
        assert row is not None
        self._set(MEMBERSHIPS, row, times)

    def _create_endpoint(self, entry: Json) -> None:
        for name in entry:
            if name not in ("url", "events", "secret"):
                raise errors.unknown(name)
        endpoints.add(self._store, entries.pop_text(entry, "url", "url"), **entry)

    def _create_subscription(self, entry: Json) -> None:
        """Subscribe a user or an organization; `owner` refers to one as `user` and `organization` do."""
        if "owner" not in entry:
            raise errors.missing("owner")
        billing.create_subscription(self._store, references.find_owner(self._store, entry["owner"])["id"], entry)

    def _bill(self, owner_id: str, billed: Json) -> None:
        """Give an owner the plan and the credit of its entry, if there are any."""
        if billed["plan"] is not None:
            checkouts.subscribe(self._store, owner_id, billed["plan"], billed["features"])
        if billed["credits"] is not None:
            billing.grant(self._store, owner_id, billed["credits"])

    def _set(self, table: ResourceTable, row: Json, values: Json) -> None:
        """Set values that no operation sets. `updated_at` does not change unless it is among them."""
        self._store.update(table, row, **{"updated_at": row["updated_at"], **values})
