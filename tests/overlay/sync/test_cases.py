"""What a copy has to survive: the cases that other projects met, on each database and driver."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from clerkkit.sync import OtherInstance
from clerkkit.testing import signed_webhook, webhook_secret
from tests.overlay.sync.databases import Copy
from tests.overlay.sync.samples import (
    NOW,
    address,
    deleted,
    event,
    invitation,
    membership,
    message_id,
    organization,
    user,
)


def test_same_message_twice_has_one_effect(copy: Copy) -> None:
    calls = []
    copy.on_change("users")(lambda connection, change: calls.append(change.id))
    created = event("user.created", user())
    assert copy.apply(created, "msg_1").name == "applied"
    assert copy.apply(created, "msg_1").name == "duplicate"
    assert calls == ["user_1"]
    assert copy.inbox()["msg_1"]["attempts"] == 1


def test_copies_at_once_in_many_workers_have_one_effect(copy: Copy) -> None:
    calls = []
    copy.on_change("users")(lambda connection, change: calls.append(change.id))
    created = event("user.created", user())
    start = threading.Barrier(8)

    def deliver(_: int) -> str:
        start.wait()
        name: str = copy.apply(created, "msg_1").name
        return name

    with ThreadPoolExecutor(8) as pool:
        names = sorted(pool.map(deliver, range(8)))
    assert names == ["applied"] + ["duplicate"] * 7
    assert calls == ["user_1"]


def test_updates_of_one_user_in_many_workers_end_with_the_newest(copy: Copy) -> None:
    events = [event("user.updated", user(updated_at=NOW + n, first_name=f"Ada {n}")) for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda n: copy.apply(events[n * 7 % 24], f"msg_{n}").name, range(24)))
    assert set(outcomes) <= {"applied", "stale"}
    assert copy.rows("users")["user_1"]["first_name"] == "Ada 23"


def test_update_before_create_is_written(copy: Copy) -> None:
    assert copy.apply(event("user.updated", user(updated_at=NOW + 5, first_name="New")), message_id()).name == "applied"
    assert copy.apply(event("user.created", user()), message_id()).name == "stale"
    assert copy.rows("users")["user_1"]["first_name"] == "New"


def test_old_update_after_a_newer_one_is_stale(copy: Copy) -> None:
    copy.apply(event("user.updated", user(updated_at=NOW + 5, first_name="New")), message_id())
    outcome = copy.apply(event("user.updated", user(first_name="Old")), message_id())
    assert (outcome.name, outcome.reason) == ("stale", "the row is newer")
    assert copy.rows("users")["user_1"]["first_name"] == "New"


def test_late_update_does_not_bring_a_deleted_user_back(copy: Copy) -> None:
    copy.apply(event("user.created", user()), message_id())
    assert copy.apply(event("user.deleted", deleted("user", "user_1"), NOW + 50), message_id()).name == "applied"
    late = event("user.updated", user(updated_at=NOW + 60), NOW + 99)
    assert copy.apply(late, message_id()).name == "tombstoned"
    assert copy.rows("users") == {}
    row = copy.row("users", "user_1")
    assert row is not None
    assert (row["deleted_at"], row["first_name"]) == (NOW + 50, "Ada")
    assert copy.rows("email_addresses") == {}


def test_deletion_before_creation_leaves_a_tombstone(copy: Copy) -> None:
    assert copy.apply(event("user.deleted", deleted("user", "user_1"), NOW + 50), message_id()).name == "applied"
    assert copy.apply(event("user.created", user()), message_id()).name == "tombstoned"
    assert copy.rows("users") == {}
    row = copy.row("users", "user_1")
    assert row is not None
    assert row["raw"] is None


def test_membership_before_its_user_and_organization_is_kept(copy: Copy) -> None:
    assert copy.apply(event("organizationMembership.created", membership()), message_id()).name == "applied"
    assert copy.rows("memberships")["orgmem_1"]["user_id"] == "user_1"
    assert copy.rows("organizations")["org_1"]["name"] == "Engines"  # repaired from the nested object
    newer = organization(updated_at=NOW - 1, name="New engines")
    assert copy.apply(event("organization.updated", newer), message_id()).name == "applied"
    copy.apply(event("organizationMembership.updated", membership(updated_at=NOW + 1)), message_id())
    assert copy.rows("organizations")["org_1"]["name"] == "New engines"


@pytest.mark.parametrize("parent", ["user", "organization"])
def test_memberships_close_with_their_user_or_organization(copy: Copy, parent: str) -> None:
    changes = []
    copy.on_change("memberships")(lambda connection, change: changes.append((change.id, change.action)))
    for number in range(3):
        copy.apply(event("organizationMembership.created", membership(f"orgmem_{number}")), message_id())
    copy.apply(event("organizationMembership.created", membership("orgmem_x", NOW, "user_2", "org_2")), message_id())
    object_id = {"user": "user_1", "organization": "org_1"}[parent]
    copy.apply(event(f"{parent}.deleted", deleted(parent, object_id), NOW + 50), message_id())
    assert copy.rows("memberships").keys() == {"orgmem_x"}
    assert changes[4:] == [(f"orgmem_{number}", "deleted") for number in range(3)]
    late = event("organizationMembership.created", membership("orgmem_late", NOW + 1), NOW + 60)
    copy.apply(late, message_id())
    assert copy.rows("memberships").keys() == {"orgmem_x"}


def test_invitations_and_domains_close_with_their_organization(copy: Copy) -> None:
    copy.apply(event("organizationInvitation.created", invitation()), message_id())
    domain = {"id": "orgdmn_1", "organization_id": "org_1", "name": "e.example", "created_at": NOW, "updated_at": NOW}
    copy.apply(event("organizationDomain.created", domain), message_id())
    copy.apply(event("organization.deleted", deleted("organization", "org_1"), NOW + 50), message_id())
    assert copy.rows("organization_invitations") == copy.rows("organization_domains") == {}


def test_late_deletion_of_a_membership_spares_the_one_that_replaced_it(copy: Copy) -> None:
    copy.apply(event("organizationMembership.created", membership("orgmem_1")), message_id())
    copy.apply(event("organizationMembership.created", membership("orgmem_2", NOW + 9)), message_id())
    copy.apply(event("organizationMembership.deleted", membership("orgmem_1"), NOW + 5), message_id())
    assert copy.rows("memberships").keys() == {"orgmem_2"}


def test_deletion_of_an_unknown_membership_keeps_its_object(copy: Copy) -> None:
    copy.apply(event("organizationMembership.deleted", membership("orgmem_1"), NOW + 5), message_id())
    row = copy.row("memberships", "orgmem_1")
    assert row is not None
    assert (row["deleted_at"], row["user_id"], row["raw"]["role"]) == (NOW + 5, "user_1", "org:member")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_updates_with_one_time_the_later_event_wins(copy: Copy, order: tuple[int, int]) -> None:
    events = [
        event("user.updated", user(first_name="First"), NOW + 10),
        event("user.updated", user(first_name="Second"), NOW + 11),
    ]
    for index in order:
        copy.apply(events[index], message_id())
    assert copy.rows("users")["user_1"]["first_name"] == "Second"


def test_report_that_confirms_a_nested_object_is_kept_against_older_ones_of_the_same_time(copy: Copy) -> None:
    renamed = organization(name="Renamed")
    copy.apply(event("organizationMembership.created", membership(organization=renamed), NOW), message_id())
    copy.apply(event("organization.updated", renamed, NOW), message_id())
    copy.apply(event("organization.created", organization(), NOW), message_id())
    assert copy.rows("organizations")["org_1"]["name"] == "Renamed"


def test_equal_content_is_no_change(copy: Copy) -> None:
    calls = []
    copy.on_change("users")(lambda connection, change: calls.append(change.action))
    copy.apply(event("user.created", user(), NOW + 10), message_id())
    assert copy.apply(event("user.updated", user(), NOW + 10), message_id()).name == "unchanged"
    assert copy.apply(event("user.updated", user(), NOW + 11), message_id()).name == "unchanged"
    assert calls == ["created"]


def test_status_of_an_invitation_settles_equal_times(copy: Copy) -> None:
    copy.apply(event("organizationInvitation.accepted", invitation(status="accepted"), NOW), message_id())
    assert copy.apply(event("organizationInvitation.created", invitation(), NOW), message_id()).name == "stale"
    assert copy.rows("organization_invitations")["orginv_1"]["status"] == "accepted"


def test_failing_handler_leaves_nothing_half_done(copy: Copy) -> None:
    fails = [True]

    @copy.on_change("users")  # type: ignore[untyped-decorator]
    def handler(connection: Any, change: Any) -> None:
        if fails[0]:
            raise RuntimeError("the mail server is down")

    created = event("user.created", user())
    for _ in range(2):
        with pytest.raises(RuntimeError, match="mail server"):
            copy.apply(created, "msg_1")
    assert copy.rows("users") == copy.rows("email_addresses") == {}
    message = copy.inbox()["msg_1"]
    assert (message["outcome"], message["attempts"]) == ("failed", 2)
    assert message["reason"] == "RuntimeError: the mail server is down"
    fails[0] = False
    assert copy.apply(created, "msg_1").name == "applied"
    assert copy.inbox()["msg_1"]["outcome"] == "applied"
    assert copy.apply(created, "msg_1").name == "duplicate"


def test_failed_events_are_replayed(copy: Copy) -> None:
    fails = [True]

    @copy.on_change("users")  # type: ignore[untyped-decorator]
    def handler(connection: Any, change: Any) -> None:
        if fails[0]:
            raise RuntimeError("down")

    for number in range(3):
        with pytest.raises(RuntimeError):
            copy.apply(event("user.created", user(f"user_{number}")), f"msg_{number}")
    again = copy.replay()
    assert again.outcomes == {}
    assert again.failures.keys() == {"msg_0", "msg_1", "msg_2"}
    assert len(copy.status().failures) == 3
    fails[0] = False
    assert copy.replay().outcomes == {"applied": 3}
    assert copy.replay() == ({}, {})
    assert copy.rows("users").keys() == {"user_0", "user_1", "user_2"}


def test_event_of_another_instance_is_refused(create_copy: Callable[..., Copy]) -> None:
    copy = create_copy(instance_id="ins_production")
    with pytest.raises(OtherInstance, match="expected events of ins_production, got one of ins_1"):
        copy.apply(event("user.created", user()), "msg_1")
    assert copy.rows("users") == copy.inbox() == {}
    assert copy.apply(event("user.created", user(), instance_id="ins_production"), "msg_2").name == "applied"


def test_two_secrets_are_accepted_during_a_rotation(create_copy: Callable[..., Copy]) -> None:
    old, new, other = webhook_secret(), webhook_secret(), webhook_secret()
    copy = create_copy(secret=[new, old])
    for number, secret in enumerate([old, new]):
        hook = signed_webhook(event("user.created", user(f"user_{number}")), secret)
        assert copy.receive(hook.body, hook.headers).status == 204
    hook = signed_webhook(event("user.created", user("user_3")), other)
    assert copy.receive(hook.body, hook.headers).status == 400
    assert copy.rows("users").keys() == {"user_0", "user_1"}


@pytest.mark.parametrize("event_type", ["user.teleported", "spaceship.launched", "email.created", "sms.created"])
def test_unknown_event_is_kept_raw(copy: Copy, event_type: str) -> None:
    data = {"id": "thing_1", "object": "thing", "speed": 9, "updated_at": NOW}
    outcome = copy.apply(event(event_type, data), "msg_1")
    message = copy.inbox()["msg_1"]
    assert '"speed":9' in message["body"]
    if event_type == "user.teleported":  # a whole user, whatever happened to it
        assert outcome.name == "applied"
    else:
        assert outcome.name == message["outcome"] == "ignored"
        assert outcome.reason == message["reason"] == f"{event_type} is not copied"


def test_unknown_fields_and_types_of_values_are_kept_raw(copy: Copy) -> None:
    odd = user(first_name={"was": "text"}, banned="yes", created_at="yesterday", favourite="tea", locked=None)
    assert copy.apply(event("user.created", odd), message_id()).name == "applied"
    row = copy.rows("users")["user_1"]
    assert (row["first_name"], row["banned"], row["created_at"]) == (None, None, None)
    assert row["raw"] == odd


def test_text_that_a_database_cannot_store_is_replaced(copy: Copy) -> None:
    odd = user(first_name="A\0da \ud800", public_metadata={"\0": float("nan"), "long": "x" * 100_000})
    assert copy.apply(event("user.created", odd), message_id()).name == "applied"
    row = copy.rows("users")["user_1"]
    assert row["first_name"] == "A\N{REPLACEMENT CHARACTER}da ?"
    assert row["raw"]["public_metadata"]["\N{REPLACEMENT CHARACTER}"] is None


def test_parts_of_a_user_follow_the_user(copy: Copy) -> None:
    copy.apply(event("user.created", user()), message_id())
    second = address("idn_2", "ada@work.example", "unverified")
    newer = user(updated_at=NOW + 5, email_addresses=[second])
    copy.apply(event("user.updated", newer), message_id())
    copy.apply(event("user.updated", user(updated_at=NOW + 2)), message_id())  # old: would bring the first one back
    row = copy.rows("email_addresses")["idn_2"]
    assert copy.rows("email_addresses").keys() == {"idn_2"}
    assert (row["user_id"], row["verification_status"], row["raw"]) == ("user_1", "unverified", second)


def test_user_nested_in_a_session_repairs_a_lost_event(copy: Copy) -> None:
    session = {"id": "sess_1", "object": "session", "status": "active", "user_id": "user_1", "user": user()}
    session["updated_at"] = NOW + 9
    assert copy.apply(event("session.created", session), message_id()).name == "applied"
    assert copy.rows("users")["user_1"]["first_name"] == "Ada"
    assert copy.apply(event("user.created", user(), NOW + 1), message_id()).name == "unchanged"


def test_handlers_see_before_and_after_in_the_transaction(copy: Copy) -> None:
    seen = []
    users = copy.tables.users

    @copy.on_change("users")  # type: ignore[untyped-decorator]
    def handler(connection: Any, change: Any) -> Any:
        before = change.before and change.before["first_name"]
        seen.append((change.action, before, change.after["first_name"], change.event["type"]))
        return connection.execute(sa.update(users).where(users.c.id == change.id).values(last_name="handled"))

    copy.apply(event("user.created", user()), message_id())
    copy.apply(event("user.updated", user(updated_at=NOW + 5, first_name="Grace")), message_id())
    copy.apply(event("user.deleted", deleted("user", "user_1"), NOW + 9), message_id())
    assert seen == [
        ("created", None, "Ada", "user.created"),
        ("updated", "Ada", "Grace", "user.updated"),
        ("deleted", "Grace", "Grace", "user.deleted"),
    ]
    row = copy.row("users", "user_1")
    assert row is not None
    assert row["last_name"] == "handled"
