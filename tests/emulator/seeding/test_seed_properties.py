"""A dump of any state, loaded as a seed, creates a state with the same responses."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from clerk_emulator import ClerkAPIError, State, create_state
from clerk_emulator.domain.users.identifications import PRIMARY
from clerk_emulator.domain.users.user_accounts import LISTS
from clerk_emulator.request.execution import perform
from clerk_emulator.seeding.dump import dump
from clerk_emulator.storage.signing_keys import new_private_key
from clerk_emulator.storage.tables import IDENTIFICATIONS, MEMBERSHIPS, ORGANIZATIONS, USERS

Json = dict[str, Any]

# Created once, because generating a key is slow.
KEYS = {"instance_id": "ins_test", "secret_key": "sk_test_seed", "private_pem": new_private_key()}

FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.none() | st.booleans() | st.integers(-9, 9) | TEXT
METADATA = st.dictionaries(TEXT, VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(TEXT, VALUES, max_size=2))
STATUS = st.sampled_from(["verified", "reserved", "unverified"])
MOMENTS = st.sampled_from(["1999-12-31T23:59:59.999Z", "2020-02-29T00:00:00+01:00", "2026-01-01T00:00:00.5Z"])
NEW_IN_THE_NEW = {"id", "verification_id", "image_url", "profile_image_url", "logo_url"}
"""Values that differ in the new state: ids without a place in a seed, and the emulator's URL."""


@st.composite
def users(draw: st.DrawFn, number: int) -> Json:
    """Return an entry of a user. Identifiers are unique among all users."""
    entry: Json = {"username": f"user_{number}"}
    for kind, values in (
        ("email_address", [f"u{number}.{index}@example.com" for index in range(3)]),
        ("phone_number", [f"+1555555{number:02}{index:02}" for index in range(2)]),
    ):
        chosen = draw(st.lists(st.sampled_from(values), unique=True))
        if chosen:
            entry[kind] = chosen
            entry[f"{kind}_identification_status"] = [draw(STATUS) for _ in chosen]
    optional: dict[str, st.SearchStrategy[Any]] = {
        "id": st.just(f"user_{number:027}"),
        "external_id": st.just(f"ext {number}"),
        "web3_wallet": st.just([f"0x{number:040x}"]),
        "first_name": TEXT,
        "last_name": TEXT,
        "locale": st.sampled_from(["de", "en-GB"]),
        "public_metadata": METADATA,
        "private_metadata": METADATA,
        "unsafe_metadata": METADATA,
        "password": st.just("correct horse battery staple"),
        "totp_secret": st.just("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
        "backup_codes": st.just(["one", "two"]),
        "banned": st.booleans(),
        "delete_self_enabled": st.booleans(),
        "create_organization_enabled": st.booleans(),
        "create_organizations_limit": st.sampled_from([0, 2, 3]),
        "bypass_client_trust": st.booleans(),
        "created_at": MOMENTS,
        "legal_accepted_at": MOMENTS,
    }
    return entry | draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def seeds(draw: st.DrawFn) -> Json:
    """Return a valid seed."""
    people = [draw(users(number)) for number in range(draw(st.integers(1, 4)))]
    organizations: list[Json] = []
    memberships: list[Json] = []
    for number in range(draw(st.integers(0, 2))):
        optional: dict[str, st.SearchStrategy[Any]] = {
            "id": st.just(f"org_{number:027}"),
            "created_by": st.just(people[0]["username"]),
            "max_allowed_memberships": st.sampled_from([0, 4, 10]),
            "public_metadata": METADATA,
            "private_metadata": METADATA,
            "created_at": MOMENTS,
        }
        slug = f"org-{number}"
        organization = {"name": draw(st.sampled_from(["Acme", "Ünïted"])), "slug": slug}
        organization |= draw(st.fixed_dictionaries({}, optional=optional))
        if "created_by" in organization and draw(st.booleans()):
            organization["creator_is_member"] = False
        organizations.append(organization)
        for person in draw(st.lists(st.sampled_from(people), unique_by=lambda one: one["username"])):
            # The creator is an admin, because an organization needs one.
            role = "org:admin" if person is people[0] else draw(st.sampled_from(["org:admin", "org:member"]))
            entry = {"organization": slug, "user": person["username"], "role": role}
            memberships.append(entry | draw(st.fixed_dictionaries({}, optional={"public_metadata": METADATA})))
    return {"keys": KEYS, "users": people, "organizations": organizations, "memberships": memberships}


def dumped(state: State) -> Json:
    """Return the dump after writing and reading it."""
    with state.store.transaction():
        data: Json = json.loads(json.dumps(dump(state)))
        return data


def responses(state: State) -> Any:
    """Return the responses for all resources, without values that are new in each state."""
    with state.store.transaction():
        store = state.store
        held = [
            [perform(state, "GetUser", user_id=row["id"]) for row in store.all(USERS, order=[USERS.c.id])],
            [_organization(state, row["id"]) for row in store.all(ORGANIZATIONS, order=[ORGANIZATIONS.c.id])],
            sorted(
                [row["_organization_id"], row["_user_id"], {key: row[key] for key in row if key[0] != "_"}]
                for row in store.all(MEMBERSHIPS)
            ),
        ]
    return _stripped(held)


def _organization(state: State, organization_id: str) -> Json:
    organization = perform(state, "GetOrganization", organization_id=organization_id)
    if state.store.get(USERS, organization.get("created_by", "")) is None:
        # A seed cannot refer to a creator who was deleted.
        organization.pop("created_by", None)
    return organization


def _stripped(held: Any) -> Any:
    if isinstance(held, list):
        return [_stripped(one) for one in held]
    if not isinstance(held, dict):
        return held
    known = {key: value for key, value in held.items() if key not in NEW_IN_THE_NEW}
    if held.get("object") == "user":
        for name in PRIMARY:
            # Their ids are new, so the values are compared.
            these = held[LISTS[name]]
            known[f"primary_{name}_id"] = [one[name] for one in these if one["id"] == held[f"primary_{name}_id"]]
            known[LISTS[name]] = sorted(these, key=lambda one: str(one[name]))
    if held.get("object") in PRIMARY:
        del known["created_at"], known["updated_at"]
    return {key: value if key.endswith("_metadata") else _stripped(value) for key, value in known.items()}


@FEW
@given(seeds())
def test_dump_of_seed_recreates_state(data: Json) -> None:
    first = create_state(seed=data)
    second = create_state(seed=dumped(first))
    assert dumped(second) == dumped(first)
    assert responses(second) == responses(first)


TWO_ADMINS: Json = {
    "keys": KEYS,
    "users": [{"username": "creator"}, {"username": "other"}],
    "organizations": [{"name": "Acme", "slug": "acme", "created_by": "creator"}],
    "memberships": [{"organization": "acme", "user": name, "role": "org:admin"} for name in ("creator", "other")],
}
CHANGES = ("primary", "drop", "second_factor", "role", "leave", "ban", "no_mfa", "delete", "dissolve")


@FEW
@given(seeds(), st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 20)), max_size=12))
@example(TWO_ADMINS, [("leave", 0)])
@example(TWO_ADMINS, [("delete", 0)])
def test_dump_of_changed_state_recreates_it(data: Json, changes: list[tuple[str, int]]) -> None:
    first = create_state(seed=data)
    for what, number in changes:
        _change(first, what, number)
    second = create_state(seed=dumped(first))
    assert dumped(second) == dumped(first)
    assert responses(second) == responses(first)


def _change(state: State, what: str, number: int) -> None:
    """Change an existing resource, unless Clerk rejects the change."""
    kinds = {"primary": IDENTIFICATIONS, "drop": IDENTIFICATIONS, "second_factor": IDENTIFICATIONS}
    kinds |= {"role": MEMBERSHIPS, "leave": MEMBERSHIPS, "dissolve": ORGANIZATIONS}
    try:
        with state.store.transaction():
            rows = state.store.all(kinds.get(what, USERS))
            if rows:
                _perform(state, what, rows[number % len(rows)])
    except ClerkAPIError:
        pass


def _perform(state: State, what: str, row: Json) -> None:
    kind = {"email_address": "EmailAddress", "phone_number": "PhoneNumber"}.get(row["object"])
    path = {f"{row['object']}_id": row["id"]}
    if what == "primary" and kind:
        perform(state, f"Update{kind}", {"primary": True}, **path)
    elif what == "drop" and kind:
        perform(state, f"Delete{kind}", **path)
    elif what == "second_factor" and kind == "PhoneNumber":
        perform(state, "UpdatePhoneNumber", {"reserved_for_second_factor": True}, **path)
    elif what in ("role", "leave"):
        path = {"organization_id": row["_organization_id"], "user_id": row["_user_id"]}
        if what == "role":
            perform(state, "UpdateOrganizationMembership", {"role": "org:member"}, **path)
        else:
            perform(state, "DeleteOrganizationMembership", **path)
    else:
        operation = {"ban": "BanUser", "no_mfa": "DisableMFA", "delete": "DeleteUser", "dissolve": "DeleteOrganization"}
        if what in operation:
            perform(state, operation[what], **path)
