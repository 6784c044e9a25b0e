"""The table of causes is complete, shown in the docs, and true.

`EventChecker` compares it with the events of all requests in these tests. Here are the acts with several events, and
those that no operation performs.
"""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from clerk_emulator.contract.event_types import event_types
from clerk_emulator.contract.specification import frontend_operations, operations
from tests.emulator.api import Api, Json
from tools.event_causes import allows, causes, marks, of_operation
from tools.event_table import PAGE, replace_table


def new_types(emulator: Emulator, before: int) -> list[str]:
    return [event["type"] for event in emulator.events[before:]]


def test_table_has_all_operations_that_change_something() -> None:
    changing = {one.id for one in operations().values() if one.method != "GET"}
    listed = {one for cause in causes() for one in (*cause.operations, *cause.repeats)}
    assert {one for one in listed if not one.startswith("frontend/")} == changing
    assert listed - changing <= {one.qualified_id for one in frontend_operations().values()}


def test_table_has_all_events_and_known_marks() -> None:
    assert {event.rstrip("?*") for cause in causes() for event in cause.events} == event_types()
    assert {cause.mark for cause in causes()} == set(marks())


def test_documentation_has_the_table() -> None:
    """`python -m tools.event_table` updates the page."""
    page = PAGE.read_text(encoding="utf-8")
    assert replace_table(page) == page


@pytest.mark.parametrize(
    ("operation_id", "types", "allowed"),
    [
        ("BanUser", ["user.updated", "session.revoked", "session.revoked"], True),
        ("BanUser", ["session.revoked", "user.updated"], False),
        ("BanUser", ["session.revoked"], False),
        ("BanUser", [], False),
        ("UsersBan", ["user.updated", "session.revoked", "user.updated"], True),
        ("UsersBan", ["session.revoked", "user.updated"], False),
        ("UsersBan", [], True),
        ("CreateJWTTemplate", [], True),
        ("CreateJWTTemplate", ["user.updated"], False),
        ("GetUser", [], False),
    ],
)
def test_table_allows_its_events_only(operation_id: str, types: list[str], allowed: bool) -> None:
    assert allows(operation_id, types) is allowed


def test_ban_revokes_sessions_after_the_update(emulator: Emulator, api: Api) -> None:
    user = api.user()
    emulator.sign_in(user["id"])
    emulator.sign_in(user["id"])
    before = len(emulator.events)
    api.post(f"/users/{user['id']}/ban")
    updated, *revoked = emulator.events[before:]
    assert (updated["type"], updated["data"]["banned"]) == ("user.updated", True)
    assert [event["type"] for event in revoked] == ["session.revoked"] * 2
    sessions = [event["data"] for event in revoked]
    assert [one["status"] for one in sessions] == ["revoked"] * 2
    assert sessions == sorted(sessions, key=lambda one: one["created_at"])
    assert all(one["user"]["banned"] for one in sessions)


def test_bulk_ban_has_the_events_of_each_user(emulator: Emulator, api: Api) -> None:
    users = [api.user(username=f"user_{number}")["id"] for number in range(2)]
    for user_id in users:
        emulator.sign_in(user_id)
    before = len(emulator.events)
    api.post("/users/ban", {"user_ids": users})
    found = [(one["type"], one["data"].get("user_id", one["data"]["id"])) for one in emulator.events[before:]]
    assert found == [(kind, user_id) for user_id in users for kind in ("user.updated", "session.revoked")]


def test_changed_password_notifies_and_signs_out(emulator: Emulator, api: Api) -> None:
    user = api.user()
    emulator.sign_in(user["id"])
    before = len(emulator.events)
    body = {"password": "correct horse battery staple 1", "sign_out_of_other_sessions": True}
    api.patch(f"/users/{user['id']}", body)
    assert new_types(emulator, before) == ["user.updated", "email.created", "session.revoked"]
    email = emulator.events[before + 1]["data"]
    assert (email["slug"], email["to_email_address"]) == ("password_changed", "ada@example.com")


def test_removed_password_has_events_only_if_there_was_one(emulator: Emulator, api: Api) -> None:
    user = api.user(email_address=["ada@example.com"], password="correct horse battery staple 1")
    emulator.sign_in(user["id"])
    before = len(emulator.events)
    api.post(f"/users/{user['id']}/remove_password", {"sign_out_of_other_sessions": True})
    assert new_types(emulator, before) == ["user.updated", "session.revoked"]
    api.post(f"/users/{user['id']}/remove_password")
    assert new_types(emulator, before) == ["user.updated", "session.revoked"]


def test_compromised_password_revokes_sessions(emulator: Emulator, api: Api) -> None:
    user = api.user()
    emulator.sign_in(user["id"])
    before = len(emulator.events)
    api.post(f"/users/{user['id']}/password/set_compromised", {"revoke_all_sessions": True})
    assert new_types(emulator, before) == ["user.updated", "session.revoked"]


def test_deleted_user_leaves_organizations_first(emulator: Emulator, api: Api) -> None:
    user = api.user(username="ada_lovelace", external_id="ext_1")
    other = api.user(username="grace_hopper")
    names = ("Acme", "Globex")
    made = [api.post("/organizations", {"name": name, "created_by": other["id"]})["id"] for name in names]
    for organization_id in made:
        body = {"user_id": user["id"], "role": "org:admin"}
        api.post(f"/organizations/{organization_id}/memberships", body)
    before = len(emulator.events)
    api.delete(f"/users/{user['id']}")
    *left, deleted = emulator.events[before:]
    assert [(one["type"], one["data"]["organization"]["id"]) for one in left] == [
        ("organizationMembership.deleted", organization_id) for organization_id in made
    ]
    assert deleted["type"] == "user.deleted"
    assert deleted["data"] == {"object": "user", "id": user["id"], "deleted": True, "external_id": "ext_1"}


def test_organization_is_created_before_its_member_and_deleted_after(emulator: Emulator, api: Api) -> None:
    user = api.user()
    before = len(emulator.events)
    organization = api.post("/organizations", {"name": "Acme", "created_by": user["id"]})
    api.delete(f"/organizations/{organization['id']}")
    assert new_types(emulator, before) == [
        "organization.created",
        "organizationMembership.created",
        "organizationMembership.deleted",
        "organization.deleted",
    ]


def test_right_code_updates_the_user_and_a_wrong_one_does_not(emulator: Emulator, api: Api) -> None:
    user = api.user()
    body = {"user_id": user["id"], "email_address": "ada@example.org", "verified": False}
    address = api.post("/email_addresses", body)["id"]
    before = len(emulator.events)
    verification = api.post(f"/email_addresses/{address}/prepare_verification", {"strategy": "email_code"})["id"]
    code = emulator.events[-1]["data"]["data"]["otp_code"]
    for attempt in ("000000", code):
        body = {"verification_id": verification, "code": attempt}
        api.post(f"/email_addresses/{address}/attempt_verification", body)
    assert new_types(emulator, before) == ["email.created", "user.updated"]


def invite(api: Api, organization_id: str, **values: Any) -> Json:
    body = {"email_address": "bob@example.com", "role": "org:member", **values}
    invitation: Json = api.post(f"/organizations/{organization_id}/invitations", body)
    return invitation


def test_accepted_invitation_adds_the_member_and_notifies_the_inviter(emulator: Emulator, api: Api) -> None:
    ada = api.user()
    bob = api.user(email_address=["bob@example.com"])
    organization_id = api.post("/organizations", {"name": "Acme", "created_by": ada["id"]})["id"]
    before = len(emulator.events)
    invitation = invite(api, organization_id, inviter_user_id=ada["id"])
    emulator.accept_organization_invitation(invitation["id"], bob["id"])
    created, sent, accepted, member, notice = emulator.events[before:]
    assert [created["type"], sent["type"]] == ["organizationInvitation.created", "email.created"]
    assert (sent["data"]["slug"], sent["data"]["data"]["org"]["name"]) == ("organization_invitation", "Acme")
    assert accepted["type"] == "organizationInvitation.accepted"
    assert (accepted["data"]["user_id"], accepted["data"]["status"]) == (bob["id"], "accepted")
    assert accepted["event_attributes"]["http_request"] == {"client_ip": "", "user_agent": ""}
    assert member["type"] == "organizationMembership.created"
    assert notice["data"]["slug"] == "organization_invitation_accepted"
    assert notice["data"]["to_email_address"] == "ada@example.com"


def test_added_member_accepts_the_pending_invitation(emulator: Emulator, api: Api) -> None:
    bob = api.user(email_address=["bob@example.com"])
    organization_id = api.post("/organizations", {"name": "Acme"})["id"]
    invite(api, organization_id, notify=False, public_metadata={"team": 1})
    before = len(emulator.events)
    body = {"user_id": bob["id"], "role": "org:admin"}
    membership = api.post(f"/organizations/{organization_id}/memberships", body)
    assert new_types(emulator, before) == ["organizationInvitation.accepted", "organizationMembership.created"]
    assert emulator.events[-1]["data"] == membership


def test_deleted_permission_updates_the_roles_that_had_it(emulator: Emulator, api: Api) -> None:
    body = {"key": "org:invoices:read", "name": "Read invoices"}
    permission = api.post("/organization_permissions", body)["id"]
    for name in ("clerk", "auditor"):
        api.post("/organization_roles", {"key": f"org:{name}", "name": name, "permissions": [permission]})
    before = len(emulator.events)
    api.delete(f"/organization_permissions/{permission}")
    assert new_types(emulator, before) == ["permission.deleted", "role.updated", "role.updated"]
    assert all(event["data"]["permissions"] == [] for event in emulator.events[before + 1 :])


def test_replaced_role_updates_its_members(emulator: Emulator, api: Api) -> None:
    user = api.user()
    other = api.user(username="grace_hopper")
    organization_id = api.post("/organizations", {"name": "Acme", "created_by": other["id"]})["id"]
    api.post(f"/organizations/{organization_id}/memberships", {"user_id": user["id"], "role": "org:member"})
    before = len(emulator.events)
    body = {"role_key": "org:member", "to_role_key": "org:admin"}
    api.post("/role_sets/role_set:default/roles/replace", body)
    (event,) = emulator.events[before:]
    assert (event["type"], event["data"]["role"]) == ("organizationMembership.updated", "org:admin")


def test_waitlist_entry_is_created_once_invited_and_completed(emulator: Emulator, api: Api) -> None:
    entry = api.post("/waitlist_entries", {"email_address": "eve@example.com"})
    api.post("/waitlist_entries", {"email_address": "eve@example.com"})
    invited = api.post(f"/waitlist_entries/{entry['id']}/invite")
    emulator.accept_invitation(invited["invitation"]["id"])
    assert [(event["type"], event["data"].get("status")) for event in emulator.events] == [
        ("waitlistEntry.created", "pending"),
        ("email.created", "queued"),
        ("waitlistEntry.updated", "invited"),
        ("email.created", "queued"),
        ("user.created", None),
        ("waitlistEntry.updated", "completed"),
    ]


@pytest.mark.parametrize(
    ("path", "body", "slug"),
    [
        ("/invitations", {"email_address": "eve@example.com"}, "invitation"),
        (
            "/invitations",
            {"email_address": "eve@example.com", "template_slug": "waitlist_invitation"},
            "waitlist_invitation",
        ),
        ("/waitlist_entries", {"email_address": "eve@example.com"}, "waitlist_confirmation"),
        ("/allowlist_identifiers", {"identifier": "eve@example.com", "notify": True}, "invitation"),
        ("/allowlist_identifiers", {"identifier": "+15555550123", "notify": True}, "invitation"),
    ],
)
def test_notify_decides_whether_a_message_is_sent(
    emulator: Emulator, api: Api, path: str, body: Json, slug: str
) -> None:
    api.post(path, body)
    message = emulator.events[-1]
    kind = "sms.created" if body.get("identifier", "").startswith("+") else "email.created"
    assert (message["type"], message["data"]["slug"]) == (kind, slug)
    emulator.reset()
    api.post(path, {**body, "notify": False})
    assert not {"email.created", "sms.created"} & {event["type"] for event in emulator.events}


def test_complete_sign_up_creates_the_user_before_the_session(emulator: Emulator) -> None:
    sign_up = emulator.start_sign_up(email_address="ada@example.com", password="correct horse battery staple 1")
    assert emulator.events == []
    emulator.complete_sign_up(sign_up["id"])
    created, session = emulator.events
    assert [created["type"], session["type"]] == ["user.created", "session.created"]
    assert created["data"]["last_sign_in_at"] is None
    assert session["data"]["user"]["last_sign_in_at"] is not None


def test_sign_in_with_a_ticket_creates_a_session_with_its_actor(emulator: Emulator, api: Api) -> None:
    emulator.clock.freeze()
    user = api.user()
    body = {"user_id": user["id"], "actor": {"sub": "user_support"}, "session_max_duration_in_seconds": 60}
    emulator.redeem(api.post("/actor_tokens", body)["token"])
    event = emulator.events[-1]
    assert event["type"] == "session.created"
    assert event["data"]["actor"] == {"sub": "user_support"}
    assert event["data"]["expire_at"] == event["data"]["created_at"] + 60_000
    assert event["data"]["user"]["id"] == user["id"]


@pytest.mark.parametrize("status", ["ended", "removed"])
def test_session_that_ends_has_one_event(emulator: Emulator, api: Api, status: Any) -> None:
    session = emulator.start_session(api.user()["id"]).session_id
    before = len(emulator.events)
    for _ in range(2):
        emulator.end_session(session, status)
    assert new_types(emulator, before) == [f"session.{status}"]
    assert emulator.events[-1]["data"]["status"] == api.get(f"/sessions/{session}")["status"] == status


def test_expired_session_has_no_event(emulator: Emulator, api: Api) -> None:
    session = emulator.start_session(api.user()["id"]).session_id
    before = len(emulator.events)
    emulator.clock.advance(8 * 24 * 3600)
    emulator.end_session(session)
    assert new_types(emulator, before) == []


def test_sign_in_updates_the_user_if_switched_on(emulator: Emulator, api: Api) -> None:
    user = api.user()
    assert not emulator.webhooks.user_updated_at_sign_in
    emulator.webhooks.user_updated_at_sign_in = True
    before = len(emulator.events)
    emulator.sign_in(user["id"])
    assert new_types(emulator, before) == ["session.created", "user.updated"]
    assert emulator.events[-1]["data"]["last_sign_in_at"]


def test_session_that_was_revoked_has_no_second_event(emulator: Emulator, api: Api) -> None:
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    before = len(emulator.events)
    for _ in range(2):
        api.post(f"/sessions/{session['id']}/revoke")
    assert new_types(emulator, before) == ["session.revoked"]


def test_identifications_that_a_person_adds_update_the_user(emulator: Emulator, api: Api) -> None:
    user = api.user()
    before = len(emulator.events)
    emulator.connect_account(user["id"], "google", email_address="ada@example.com")
    emulator.add_passkey(user["id"])
    assert new_types(emulator, before) == ["user.updated", "user.updated"]
    data = emulator.events[-1]["data"]
    assert (len(data["external_accounts"]), len(data["passkeys"])) == (1, 1)
    assert data["updated_at"] >= user["updated_at"]


def test_failed_request_causes_nothing(emulator: Emulator, api: Api) -> None:
    user = api.user()
    before = len(emulator.events)
    body = {"first_name": "Ada", "password": "correct horse battery staple 1", "username": "x"}
    assert api.refused("PATCH", f"/users/{user['id']}", body).status == 422
    assert len(emulator.events) == before


def test_seed_causes_nothing() -> None:
    seed = {"users": [{"email_address": ["ada@example.com"]}], "organizations": [{"name": "Acme"}]}
    with Emulator(seed=seed) as emulator:
        assert emulator.events == []
        emulator.load_seed({"users": [{"email_address": ["bob@example.com"]}]})
        assert emulator.events == []


def test_every_cause_of_an_operation_is_of_one_form() -> None:
    for one in operations().values():
        if len(of_operation(one.id)) > 1:
            assert len({cause.events for cause in of_operation(one.id)}) > 1, f"{one.id}: two entries are equal"
