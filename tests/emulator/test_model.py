"""Compare the emulator with a simple model of Clerk, after random sequences of operations.

Hypothesis generates operations on users, organizations, memberships and organization invitations. Each response is
compared with the model's, and so are lists with their filters, orders and pages. `CLERK_EMULATOR_EXPLORE` runs more
(see `exploring`).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from tests.emulator.api import Api, Json
from tests.emulator.exploring import examples
from tests.emulator.model import (
    ADMIN,
    DAY,
    LAST_ADMIN,
    MEMBER,
    NO_SUCH,
    NOT_FOUND,
    NOT_PENDING,
    ExpectedErrors,
    Membership,
    Model,
    Organization,
    merged,
    too_large,
)
from tests.emulator.model_comparison import (
    ADDRESSES,
    PICK,
    START,
    has_invitations,
    has_members,
    has_organizations,
    has_users,
)
from tests.emulator.model_lists import ListRules

NAMES = st.sampled_from([None, "", "Ada", "ada", "Bob", "Zoë"])
USERNAMES = st.sampled_from([None, "", "ada_l", "ADA_L", "bob_b", "cyrus", "abc", "x" * 64, "x" * 65])
METADATA = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from([1, "x", [1, {"a": 2}], True]), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(inner, st.none(), st.just(2)), max_size=3),
    max_leaves=4,
)
LARGE = st.sampled_from([8184, 8185]).map(lambda size: {"a": "x" * size})
"""Metadata at the size limit, including `{"a":"..."}`, and one byte above it."""


ROLES = st.sampled_from([MEMBER, ADMIN, MEMBER, ADMIN, MEMBER, "org:none"])


def given(**options: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """Return bodies with some of these keys."""
    return st.fixed_dictionaries({}, optional=options)


def without_nulls(value: Any) -> Any:
    """Return metadata without nulls, for requests that do not merge."""
    return {key: without_nulls(held) if isinstance(held, dict) else held or 0 for key, held in value.items()}


PLAIN = METADATA.map(without_nulls)
CHANGES = st.one_of(METADATA, METADATA, LARGE)

NEW_USER = given(
    email_address=st.lists(st.sampled_from(ADDRESSES), max_size=2),
    username=USERNAMES,
    external_id=st.sampled_from([None, "", "1", "2"]),
    first_name=NAMES,
    last_name=NAMES,
    banned=st.booleans(),
    locked=st.booleans(),
    create_organizations_limit=st.sampled_from([None, 0, 1, 2]),
    public_metadata=PLAIN,
    private_metadata=PLAIN,
    unsafe_metadata=st.one_of(PLAIN, PLAIN, LARGE),
)
PROFILE = given(
    username=USERNAMES,
    external_id=st.sampled_from([None, "", "1", "2"]),
    first_name=NAMES,
    last_name=NAMES,
    create_organizations_limit=st.sampled_from([None, 0, 1]),
)
ORGANIZATION = given(
    slug=st.sampled_from(["acme", "other", "third"]),
    max_allowed_memberships=st.sampled_from([0, 1, 2, 3]),
)


class Clerk(ListRules):
    """Operations on the emulator and the model."""

    @initialize(users=st.integers(0, 6), limits=st.lists(st.sampled_from([0, 2, 3, 4]), max_size=2))
    def begin(self, users: int, limits: list[int]) -> None:
        self.emulator.reset()
        self.model = Model()
        self.model.now = self.emulator.clock.freeze(START)
        for address in ADDRESSES[:users]:
            self.create_user({"email_address": [address]}, None)
        for number, limit in enumerate(limits if users else ()):
            body = {"slug": f"s{number}", "max_allowed_memberships": limit}
            self.create_organization("Name", body, number, {})
            self.add_member(number, number + 1, MEMBER, {})
            self.invite(number, ["hal@example.com"], MEMBER, None, {"expires_in_days": 1}, False)

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self._all_is_there()
            # Locks end, and the remaining invitations expire.
            self.time_passes(DAY)
            self._all_is_there()
            assert self.emulator.problems == []

    # Time

    @rule(milliseconds=st.sampled_from([1, 1, 1000, 3600_000 - 1, 3600_000, DAY, 30 * DAY]))
    def time_passes(self, milliseconds: int) -> None:
        self.model.now = self.emulator.clock.advance(milliseconds=milliseconds)

    # Users

    @rule(body=NEW_USER, statuses=st.sampled_from([None, None, ["reserved"], ["reserved", "verified"]]))
    def create_user(self, body: Json, statuses: list[str] | None) -> None:
        if statuses:
            body = {**body, "email_address_identification_status": statuses}
        response = self._done("POST", "/users", body, self.model.user_errors(body))
        if response:
            self.model.add_user(body, response["id"])
            self._same_user(response, self.model.users[response["id"]])

    @has_users
    @rule(number=PICK, body=PROFILE)
    def update_user(self, number: int, body: Json) -> None:
        user = self._user(number)
        response = self._done("PATCH", f"/users/{user.id}", body, self.model.profile_errors(body, user.id))
        if response:
            self.model.set_profile(user, body)
            self._same_user(response, user)

    @has_users
    @rule(number=PICK, other=PICK)
    def choose_primary_address(self, number: int, other: int) -> None:
        user, owner = self._user(number), self._user(other)
        held = self._get(f"/users/{owner.id}")["email_addresses"]
        if held:
            chosen = held[number % len(held)]
            expected_errors: ExpectedErrors = set()
            if owner is not user:
                expected_errors = {NO_SUCH}
            elif not user.emails[chosen["email_address"]]:
                expected_errors = {(422, "form_verification_needed")}
            response = self._done(
                "PATCH", f"/users/{user.id}", {"primary_email_address_id": chosen["id"]}, expected_errors
            )
            if response:
                user.primary = chosen["email_address"]
                self._same_user(response, user)

    @has_users
    @rule(number=PICK, what=st.sampled_from(["ban", "unban", "lock", "unlock"]))
    def ban_or_lock(self, number: int, what: str) -> None:
        user = self._user(number)
        response = self._done("POST", f"/users/{user.id}/{what}", None, set())
        if what in ("ban", "unban"):
            user.banned = what == "ban"
        else:
            user.locked_until = self.model.now + 3600_000 if what == "lock" else 0
        self._same_user(response, user)

    @rule(numbers=st.lists(PICK, min_size=1, max_size=4), what=st.sampled_from(["ban", "unban"]))
    def ban_many(self, numbers: list[int], what: str) -> None:
        ids = [self._user_id(number) for number in numbers]
        expected_errors: ExpectedErrors = set() if set(ids) <= set(self.model.users) else {NOT_FOUND}
        response = self._done("POST", f"/users/{what}", {"user_ids": ids}, expected_errors)
        if response:
            assert [one["id"] for one in response] == list(dict.fromkeys(ids))
            for one in response:
                self.model.users[one["id"]].banned = what == "ban"
                self._same_user(one, self.model.users[one["id"]])

    @has_users
    @rule(number=PICK, body=given(public_metadata=CHANGES, private_metadata=CHANGES, unsafe_metadata=CHANGES))
    def merge_metadata_of_user(self, number: int, body: Json) -> None:
        user = self._user(number)
        changed = {name: merged(getattr(user, name.partition("_")[0]), value) for name, value in body.items()}
        response = self._done("PATCH", f"/users/{user.id}/metadata", body, too_large(*changed.values()))
        if response:
            for name, value in changed.items():
                setattr(user, name.partition("_")[0], value)
            self._same_user(response, user)

    @has_users
    @rule(number=PICK, body=given(public_metadata=CHANGES, private_metadata=CHANGES, unsafe_metadata=CHANGES))
    def replace_metadata_of_user(self, number: int, body: Json) -> None:
        user = self._user(number)
        response = self._done("PUT", f"/users/{user.id}/metadata", body, too_large(*body.values()))
        if response:
            for name, value in body.items():
                setattr(user, name.partition("_")[0], value)
            self._same_user(response, user)

    @has_users
    @rule(number=PICK, really=st.integers(0, 2))
    def delete_user(self, number: int, really: int) -> None:
        if really:
            return
        user = self._user(number)
        response = self._done("DELETE", f"/users/{user.id}", None, set())
        told = {"external_id": user.external_id} if user.external_id else {}
        assert response == {"object": "user", "id": user.id, "deleted": True, **told}
        self.model.delete_user(user.id)
        assert self._done("GET", f"/users/{user.id}", None, {NOT_FOUND}) is None

    # Organizations

    @rule(
        name=st.sampled_from(["Acme", "acme", " Two ", " "]),
        body=ORGANIZATION,
        creator=st.none() | PICK,
        metadata=PLAIN,
    )
    def create_organization(self, name: str, body: Json, creator: int | None, metadata: Json) -> None:
        body = {"name": name, "public_metadata": metadata, **body}
        if creator is not None:
            body["created_by"] = self._user_id(creator)
        response = self._done("POST", "/organizations", body, self.model.organization_errors(body))
        if response:
            assert response["slug"] == body.get("slug", response["slug"])
            assert response["slug"] not in [one.slug for one in self.model.organizations.values()]
            self.model.add_organization(body, response["id"], response["slug"])
            if creator is not None:
                (first,) = self._get(f"/organizations/{response['id']}/memberships")["data"]
                self.model.add_membership(response["id"], {"user_id": body["created_by"], "role": ADMIN}, first["id"])
                self._same_membership(first, self.model.memberships[first["id"]])

    @has_organizations
    @rule(number=PICK, body=ORGANIZATION, name=st.sampled_from([None, "Acme", "New", " "]))
    def update_organization(self, number: int, body: Json, name: str | None) -> None:
        one = self._organization(number)
        body = body if name is None else {**body, "name": name}
        response = self._done("PATCH", f"/organizations/{one.id}", body, self.model.organization_errors(body, one.id))
        if response:
            one.name = body.get("name", one.name)
            one.slug = body.get("slug", one.slug)
            one.limit = body.get("max_allowed_memberships", one.limit)
            self._read_organization(one)

    @has_organizations
    @rule(
        number=PICK,
        body=given(public_metadata=CHANGES, private_metadata=CHANGES),
        method=st.sampled_from(["PATCH", "PUT"]),
    )
    def change_metadata_of_organization(self, number: int, body: Json, method: str) -> None:
        one = self._organization(number)
        changed = body
        if method == "PATCH":
            changed = {name: merged(getattr(one, name.partition("_")[0]), value) for name, value in body.items()}
        if self._done(method, f"/organizations/{one.id}/metadata", body, too_large(*changed.values())):
            for name, value in changed.items():
                setattr(one, name.partition("_")[0], value)
            self._read_organization(one)

    @has_organizations
    @rule(number=PICK, really=st.integers(0, 2))
    def delete_organization(self, number: int, really: int) -> None:
        if really:
            return
        one = self._organization(number)
        response = self._done("DELETE", f"/organizations/{one.id}", None, set())
        assert response == {"object": "organization", "id": one.id, "slug": one.slug, "deleted": True}
        self.model.delete_organization(one.id)
        assert self._done("GET", f"/organizations/{one.id}/memberships", None, {NOT_FOUND}) is None

    def _read_organization(self, one: Organization) -> None:
        query = {"include_members_count": True, "include_missing_member_with_elevated_permissions": True}
        response = self._get(f"/organizations/{one.slug}", **query)
        self._same(response, self.model.serialize_organization(one))

    # Members

    @has_organizations
    @rule(
        number=PICK,
        user=PICK,
        role=ROLES,
        metadata=given(public_metadata=PLAIN, private_metadata=PLAIN),
    )
    def add_member(self, number: int, user: int, role: str, metadata: Json) -> None:
        one = self._organization(number)
        body = {"user_id": self._user_id(user), "role": role, **metadata}
        path = f"/organizations/{one.id}/memberships"
        response = self._done("POST", path, body, self.model.membership_errors(one.id, body))
        if response:
            self.model.add_membership(one.id, body, response["id"])
            self._same_membership(response, self.model.memberships[response["id"]])

    @has_members
    @rule(number=PICK, role=ROLES)
    def change_role(self, number: int, role: str) -> None:
        one = self._membership(number)
        expected_errors: ExpectedErrors = {NOT_FOUND} if role == "org:none" else set()
        if role == MEMBER and self.model.is_last_admin(one):
            expected_errors = {LAST_ADMIN}
        path = f"/organizations/{one.organization}/memberships/{one.user}"
        response = self._done("PATCH", path, {"role": role}, expected_errors)
        if response:
            one.role = role
            self._same_membership(response, one)

    @has_members
    @rule(number=PICK, body=given(public_metadata=CHANGES, private_metadata=CHANGES))
    def merge_metadata_of_member(self, number: int, body: Json) -> None:
        one = self._membership(number)
        changed = {name: merged(getattr(one, name.partition("_")[0]), value) for name, value in body.items()}
        path = f"/organizations/{one.organization}/memberships/{one.user}/metadata"
        response = self._done("PATCH", path, body, too_large(*changed.values()))
        if response:
            for name, value in changed.items():
                setattr(one, name.partition("_")[0], value)
            self._same_membership(response, one)

    @has_members
    @rule(number=PICK)
    def remove_member(self, number: int) -> None:
        one = self._membership(number)
        path = f"/organizations/{one.organization}/memberships/{one.user}"
        response = self._done("DELETE", path, None, {LAST_ADMIN} if self.model.is_last_admin(one) else set())
        if response:
            self._same_membership(response, one)
            del self.model.memberships[one.id]
            self._done("DELETE", path, None, {NOT_FOUND})

    # Invitations

    @has_organizations
    @rule(
        number=PICK,
        addresses=st.lists(st.sampled_from([*ADDRESSES, *ADDRESSES, "nobody"]), min_size=1, max_size=3),
        role=ROLES,
        inviter=st.none() | PICK,
        body=given(expires_in_days=st.sampled_from([1, 365]), public_metadata=PLAIN),
        bulk=st.booleans(),
    )
    def invite(self, number: int, addresses: list[str], role: str, inviter: int | None, body: Json, bulk: bool) -> None:
        one = self._organization(number)
        if inviter is not None:
            body = {**body, "inviter_user_id": self._user_id(inviter)}
        bodies = [{**body, "email_address": address, "role": role} for address in addresses]
        path = f"/organizations/{one.id}/invitations"
        if bulk:
            expected_errors = self.model.invitation_errors(one.id, bodies, "duplicate_record")
            response = self._done("POST", f"{path}/bulk", bodies, expected_errors)
            made = response["data"] if response else []
        else:
            expected_errors = self.model.invitation_errors(one.id, bodies[:1], "organization_invitation_not_unique")
            response = self._done("POST", path, bodies[0], expected_errors)
            made = [response] if response else []
        for sent, told in zip(bodies, made, strict=False):
            self.model.add_invitation(one.id, sent, told["id"])
            self._same(told, self.model.show_invitation(self.model.invitations[told["id"]]))

    @has_invitations
    @rule(number=PICK, by=st.none() | PICK)
    def revoke(self, number: int, by: int | None) -> None:
        one = self._invitation(number)
        expected_errors: ExpectedErrors = set() if one.status(self.model.now) == "pending" else {NOT_PENDING}
        body = {}
        if by is not None:
            body = {"requesting_user_id": self._user_id(by)}
            expected_errors |= self.model.manager_errors(one.organization, body["requesting_user_id"])
        response = self._done(
            "POST", f"/organizations/{one.organization}/invitations/{one.id}/revoke", body, expected_errors
        )
        if response:
            one.closed = "revoked"
            self._same(response, self.model.show_invitation(one))

    @has_invitations
    @has_users
    @rule(number=PICK, user=PICK)
    def accept(self, number: int, user: int) -> None:
        one, who = self._invitation(number), self._user(user)
        fitting = [held for held in self.model.users.values() if one.address in held.emails]
        if fitting and user % 4:
            who = fitting[0]
        expected_errors = self.model.accept_errors(one, who.id)
        if expected_errors:
            with pytest.raises(ClerkAPIError) as caught:
                self.emulator.accept_organization_invitation(one.id, who.id)
            assert (caught.value.status, caught.value.errors[0]["code"]) in expected_errors
            return
        self.emulator.accept_organization_invitation(one.id, who.id)
        held = self._get(f"/organizations/{one.organization}/memberships", user_id=who.id)["data"]
        one.closed = "accepted"
        self.model.memberships[held[0]["id"]] = Membership(
            held[0]["id"], self.model.now, one.organization, who.id, one.role, one.public, one.private
        )
        self._same_membership(held[0], self.model.memberships[held[0]["id"]])

    # All of it

    @invariant()
    def as_many_are_there(self) -> None:
        if hasattr(self, "model"):
            assert self._get("/organization_memberships", limit=1)["total_count"] == len(self.model.memberships)

    def _all_is_there(self) -> None:
        users = self._get("/users", limit=500)
        assert len(users) == len(self.model.users)
        for told in users:
            self._same_user(told, self.model.users[told["id"]])
        for one in self.model.organizations.values():
            self._read_organization(one)
        for told in self._get("/organization_memberships", limit=500)["data"]:
            self._same_membership(told, self.model.memberships[told["id"]])
        invitations = self._get("/organization_invitations", limit=500)["data"]
        assert len(invitations) == len(self.model.invitations)
        for told in invitations:
            self._same(told, self.model.show_invitation(self.model.invitations[told["id"]]))


def test_emulator_matches_model(emulator: Emulator, api: Api) -> None:
    class Here(Clerk):
        pass

    Here.emulator, Here.http = emulator, api.http
    run_state_machine_as_test(Here, settings=examples(12, stateful_step_count=60))


@pytest.mark.parametrize("size", [8184, 8185])
def test_model_limits_metadata(size: int) -> None:
    assert bool(too_large({"a": "x" * size})) == (size == 8185)
