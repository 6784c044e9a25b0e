"""Every change has exactly its events, in order per resource, after random sequences of acts.

A model predicts the events of each act. At the end, what the events tell is what the API returns, and the endpoint has
received each event, however deliveries were disturbed. `CLERK_EMULATOR_EXPLORE` runs more (see `exploring`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.exploring import examples
from tests.emulator.webhooks.receivers import Receiver

ADMIN, MEMBER = "org:admin", "org:member"
DAY = 24 * 3600
SESSION_DAYS = 7
PICK = st.integers(0, 1000)
ROLE = st.sampled_from([ADMIN, MEMBER])
BOOLEANS = st.booleans()

Expected = tuple[str, str]
"""The type of an event, and the id of the object that it is about; of a message the address."""


@dataclass
class Model:
    """What exists, by id, in the order in which it was created."""

    users: dict[str, str] = field(default_factory=dict[str, str])
    """The address of each user."""
    banned: set[str] = field(default_factory=set[str])
    sessions: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """The user of each active session, and when it expires."""
    organizations: set[str] = field(default_factory=set[str])
    members: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """The role by organization and user."""
    invitations: dict[str, tuple[str, str, int]] = field(default_factory=dict[str, tuple[str, str, int]])
    """The organization and address of each pending invitation, and when it expires."""


def subject(event: Json) -> str:
    data = event["data"]
    if event["type"].startswith("organizationMembership."):
        return f"{data['organization']['id']} {data['public_user_data']['user_id']}"
    return str(data["to_email_address"] if event["type"] == "email.created" else data["id"])


class EventRules(RuleBasedStateMachine):
    emulator: Emulator
    http: httpx.Client
    receiver: Receiver

    @initialize()
    def start(self) -> None:
        self.emulator.reset()
        self.emulator.clock.freeze(1_800_000_000_000)
        self.receiver.received.clear()
        self.emulator.webhooks.add(self.receiver.url)
        self.model = Model()
        self.recorded = 0
        self.disturbed = False
        self.made = 0

    # Users and sessions

    @rule()
    def create_user(self) -> None:
        user = self.call("POST", "/users", {"email_address": [self.new_address()]})
        self.model.users[user["id"]] = user["email_addresses"][0]["email_address"]
        self.expect(("user.created", user["id"]))

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK, name=st.sampled_from(["Ada", "Bob"]))
    def update_user(self, pick: int, name: str) -> None:
        user_id = self.pick(self.model.users, pick)
        self.call("PATCH", f"/users/{user_id}", {"first_name": name})
        self.expect(("user.updated", user_id))

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK)
    def fail_to_update_user(self, pick: int) -> None:
        user_id = self.pick(self.model.users, pick)
        self.call("PATCH", f"/users/{user_id}", {"first_name": "Eve", "username": "x"}, succeeds=False)
        self.expect()

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK)
    def ban(self, pick: int) -> None:
        user_id = self.pick(self.model.users, pick)
        self.call("POST", f"/users/{user_id}/ban")
        self.model.banned.add(user_id)
        self.expect(("user.updated", user_id), *self.revoke_sessions(user_id))

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK)
    def unban(self, pick: int) -> None:
        user_id = self.pick(self.model.users, pick)
        self.call("POST", f"/users/{user_id}/unban")
        self.model.banned.discard(user_id)
        self.expect(("user.updated", user_id))

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK, sign_out=BOOLEANS)
    def change_password(self, pick: int, sign_out: bool) -> None:
        user_id = self.pick(self.model.users, pick)
        body = {"password": "correct horse 1", "skip_password_checks": True, "sign_out_of_other_sessions": sign_out}
        self.call("PATCH", f"/users/{user_id}", body)
        revoked = self.revoke_sessions(user_id) if sign_out else []
        self.expect(("user.updated", user_id), ("email.created", self.model.users[user_id]), *revoked)

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK)
    def sign_in(self, pick: int) -> None:
        user_id = self.pick(self.model.users, pick)
        if user_id in self.model.banned:
            self.call("POST", "/sessions", {"user_id": user_id}, succeeds=False)
            self.expect()
            return
        session = self.emulator.start_session(user_id).session_id
        self.model.sessions[session] = user_id, self.now() + SESSION_DAYS * DAY * 1000
        self.expect(("session.created", session))

    @precondition(lambda self: self.model.sessions)
    @rule(pick=PICK)
    def revoke_session_twice(self, pick: int) -> None:
        session = self.pick(self.model.sessions, pick)
        for _ in range(2):
            self.call("POST", f"/sessions/{session}/revoke")
        self.expect(*([("session.revoked", session)] if session in self.active() else []))
        del self.model.sessions[session]

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK)
    def delete_user(self, pick: int) -> None:
        user_id = self.pick(self.model.users, pick)
        left = [pair for pair in self.model.members if pair[1] == user_id]
        self.call("DELETE", f"/users/{user_id}")
        self.model.sessions = {key: value for key, value in self.model.sessions.items() if value[0] != user_id}
        del self.model.users[user_id]
        self.expect(*self.leave(left), ("user.deleted", user_id))

    # Organizations

    @precondition(lambda self: self.model.users)
    @rule(pick=PICK, with_creator=BOOLEANS)
    def create_organization(self, pick: int, with_creator: bool) -> None:
        creator = {"created_by": self.pick(self.model.users, pick)} if with_creator else {}
        made = self.call("POST", "/organizations", {"name": "Acme", "max_allowed_memberships": 0, **creator})["id"]
        self.model.organizations.add(made)
        joined = [self.join(made, creator["created_by"], ADMIN)] if creator else []
        self.expect(("organization.created", made), *joined)

    @precondition(lambda self: self.model.organizations)
    @rule(pick=PICK)
    def delete_organization(self, pick: int) -> None:
        organization = self.pick(sorted(self.model.organizations), pick)
        self.call("DELETE", f"/organizations/{organization}")
        self.model.organizations.discard(organization)
        self.model.invitations = {
            key: value for key, value in self.model.invitations.items() if value[0] != organization
        }
        left = [pair for pair in self.model.members if pair[0] == organization]
        self.expect(*self.leave(left), ("organization.deleted", organization))

    @precondition(lambda self: self.model.organizations and self.model.users)
    @rule(organization=PICK, user=PICK, role=ROLE)
    def add_member(self, organization: int, user: int, role: str) -> None:
        organization_id = self.pick(sorted(self.model.organizations), organization)
        user_id = self.pick(self.model.users, user)
        is_member = (organization_id, user_id) in self.model.members
        path = f"/organizations/{organization_id}/memberships"
        self.call("POST", path, {"user_id": user_id, "role": role}, succeeds=not is_member)
        if is_member:
            self.expect()
            return
        accepted = self.close_invitation(organization_id, user_id)
        self.expect(*accepted, self.join(organization_id, user_id, role))

    @precondition(lambda self: self.model.members)
    @rule(pick=PICK, role=ROLE)
    def change_role(self, pick: int, role: str) -> None:
        pair = self.pick(self.model.members, pick)
        changes = {**self.model.members, pair: role}
        allowed = self.may_become(pair, changes)
        self.call("PATCH", self.membership(pair), {"role": role}, succeeds=allowed)
        self.model.members = changes if allowed else self.model.members
        self.expect(*([("organizationMembership.updated", " ".join(pair))] if allowed else []))

    @precondition(lambda self: self.model.members)
    @rule(pick=PICK)
    def remove_member(self, pick: int) -> None:
        pair = self.pick(self.model.members, pick)
        allowed = self.may_become(pair, {one: role for one, role in self.model.members.items() if one != pair})
        self.call("DELETE", self.membership(pair), succeeds=allowed)
        self.expect(*(self.leave([pair]) if allowed else []))

    # Invitations

    @precondition(lambda self: self.model.organizations)
    @rule(organization=PICK, user=PICK, notify=BOOLEANS)
    def invite(self, organization: int, user: int, notify: bool) -> None:
        organization_id = self.pick(sorted(self.model.organizations), organization)
        address = self.pick(sorted(self.model.users.values()), user) if self.model.users else self.new_address()
        invited = any((organization_id, address) == one[:2] for one in self.pending().values())
        taken = invited or any(
            (organization_id, user_id) in self.model.members
            for user_id, own in self.model.users.items()
            if own == address
        )
        path = f"/organizations/{organization_id}/invitations"
        body = {"email_address": address, "role": MEMBER, "notify": notify}
        made = self.call("POST", path, body, succeeds=not taken)
        if taken:
            self.expect()
            return
        self.model.invitations[made["id"]] = organization_id, address, self.now() + 30 * DAY * 1000
        message = [("email.created", address)] if notify else []
        self.expect(("organizationInvitation.created", made["id"]), *message)

    @precondition(lambda self: self.model.invitations)
    @rule(pick=PICK)
    def accept_invitation(self, pick: int) -> None:
        invitation = self.pick(self.model.invitations, pick)
        organization_id, address, _ = self.model.invitations[invitation]
        user_id = next((user_id for user_id, own in self.model.users.items() if own == address), None)
        if invitation not in self.pending() or user_id is None or (organization_id, user_id) in self.model.members:
            return
        self.emulator.accept_organization_invitation(invitation, user_id)
        accepted = self.close_invitation(organization_id, user_id)
        self.expect(*accepted, self.join(organization_id, user_id, MEMBER))

    @precondition(lambda self: self.model.invitations)
    @rule(pick=PICK)
    def revoke_invitation(self, pick: int) -> None:
        invitation = self.pick(self.model.invitations, pick)
        pending = invitation in self.pending()
        path = f"/organizations/{self.model.invitations[invitation][0]}/invitations/{invitation}/revoke"
        self.call("POST", path, {}, succeeds=pending)
        del self.model.invitations[invitation]
        self.expect(*([("organizationInvitation.revoked", invitation)] if pending else []))

    # Time and deliveries

    @rule(days=st.sampled_from([1, 6, 31]))
    def let_time_pass(self, days: int) -> None:
        self.emulator.clock.advance(days * DAY)
        self.expect()

    @rule(kind=st.sampled_from(["delay", "duplicate", "reorder"]), times=st.integers(1, 3))
    def disturb(self, kind: Any, times: int) -> None:
        self.emulator.webhooks.faults.add(kind, times=times, seconds=3600)
        self.disturbed = True

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        self.emulator.clock.advance(DAY)
        self.emulator.webhooks.flush(60)
        events = self.emulator.events
        deliveries = self.emulator.webhooks.deliveries()
        ids = [one["message_id"] for one in deliveries]
        assert set(self.receiver.ids) == set(ids)
        assert len(self.receiver.ids) == len(deliveries)
        if not self.disturbed:
            assert self.receiver.ids == ids
            assert self.receiver.events == events
        self.check_order(events)
        self.check_state(events)

    @staticmethod
    def check_order(events: list[Json]) -> None:
        """Assert that the events of a resource begin with its creation, and end with its deletion."""
        types: dict[str, list[str]] = {}
        for event in events:
            kind, _, verb = event["type"].partition(".")
            if kind in ("user", "organization", "organizationMembership"):
                types.setdefault(subject(event), []).append(verb)
        for verbs in types.values():
            lives = " ".join(verbs).replace("deleted created", "deleted|created").split("|")
            for life in lives:
                first, *rest = life.split()
                assert first == "created"
                assert set(rest[:-1]) <= {"updated"}
                assert set(rest[-1:]) <= {"updated", "deleted"}
        assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)

    def check_state(self, events: list[Json]) -> None:
        """Assert that the last event of each resource has its current state."""
        # A sign-in moves these without an event.
        moved = ("last_sign_in_at", "last_active_at", "updated_at")
        for user_id in self.model.users:
            told = next(one["data"] for one in reversed(events) if subject(one) == user_id)
            user = self.http.get(f"/users/{user_id}").json()
            assert {**told, **dict.fromkeys(moved)} == {**user, **dict.fromkeys(moved)}
        for organization in self.model.organizations:
            told = next(one["data"] for one in reversed(events) if subject(one) == organization)
            assert told == self.http.get(f"/organizations/{organization}").json()

    # Helpers

    def call(self, method: str, path: str, body: Json | None = None, *, succeeds: bool = True) -> Any:
        response = self.http.request(method, path, **({} if body is None else {"json": body}))
        assert response.is_success is succeeds, response.text
        return response.json()

    def expect(self, *expected: Expected) -> None:
        """Assert that these are the events since the last call."""
        new = self.emulator.events[self.recorded :]
        self.recorded += len(new)
        assert [(event["type"], subject(event)) for event in new] == list(expected)

    def new_address(self) -> str:
        self.made += 1
        return f"user{self.made}@example.com"

    def now(self) -> int:
        return self.emulator.clock.now()

    @staticmethod
    def pick(choices: Any, number: int) -> Any:
        return list(choices)[number % len(choices)]

    def active(self) -> dict[str, str]:
        return {key: user for key, (user, expires_at) in self.model.sessions.items() if expires_at > self.now()}

    def pending(self) -> dict[str, tuple[str, str, int]]:
        return {key: one for key, one in self.model.invitations.items() if one[2] > self.now()}

    def revoke_sessions(self, user_id: str) -> list[Expected]:
        revoked = [key for key, owner in self.active().items() if owner == user_id]
        for key in revoked:
            del self.model.sessions[key]
        return [("session.revoked", key) for key in revoked]

    def close_invitation(self, organization_id: str, user_id: str) -> list[Expected]:
        target = organization_id, self.model.users[user_id]
        closed = [key for key, one in self.pending().items() if one[:2] == target]
        for key in closed:
            del self.model.invitations[key]
        return [("organizationInvitation.accepted", key) for key in closed]

    def join(self, organization_id: str, user_id: str, role: str) -> Expected:
        self.model.members[organization_id, user_id] = role
        return "organizationMembership.created", f"{organization_id} {user_id}"

    def leave(self, pairs: list[tuple[str, str]]) -> list[Expected]:
        for pair in pairs:
            del self.model.members[pair]
        return [("organizationMembership.deleted", " ".join(pair)) for pair in pairs]

    def may_become(self, pair: tuple[str, str], after: dict[tuple[str, str], str]) -> bool:
        """Return whether somebody can manage the organization afterwards, or it was not this member who could."""
        managers = [one for one, role in after.items() if one[0] == pair[0] and role == ADMIN]
        return bool(managers) or self.model.members[pair] != ADMIN

    @staticmethod
    def membership(pair: tuple[str, str]) -> str:
        return f"/organizations/{pair[0]}/memberships/{pair[1]}"


def test_every_change_has_exactly_its_events(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    def machine() -> EventRules:
        rules = EventRules()
        rules.emulator, rules.http, rules.receiver = emulator, api.http, receiver
        return rules

    run_state_machine_as_test(machine, settings=examples(12, stateful_step_count=40))
