"""Backfill and reconcile against the emulator: what lost events, killed runs and mistakes leave behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from clerk_bapi.api.users import list_users
from clerk_emulator import Emulator
from clerkkit import Clerk, InvalidArgument, ServerError
from clerkkit.sync import Difference, Progress, Sync
from clerkkit.sync.flows.backfill import write_page
from clerkkit.sync.flows.reads import LISTINGS, Listing
from clerkkit.sync.flows.steps import Flow, Transaction
from clerkkit.sync.flows.walk import Position, read_page
from clerkkit.sync.schema.kinds import KINDS
from tests.overlay.sync.databases import Copy
from tests.overlay.sync.samples import deleted, event, message_id, user


@pytest.fixture
def people(clerk: Clerk) -> list[str]:
    """Seven users, the first of which has an organization."""
    users = [clerk.users.create(email_address=[f"u{number}@example.com"]).id for number in range(7)]
    clerk.organizations.create(name="Engines", created_by=users[0])
    return users


@pytest.fixture
def copy_of(create_copy: Callable[..., Copy], clerk: Clerk) -> Copy:
    """An empty copy that reads from the emulator."""
    return create_copy(clerk)


def test_backfill_copies_everything(copy_of: Copy, clerk: Clerk, clerk_emulator: Emulator, people: list[str]) -> None:
    organization = clerk.organizations.list()[0]
    clerk.organization_invitations.create(organization.id, email_address="x@example.com", role="org:member")
    clerk.organization_domains.create(organization.id, name="e.example", enrollment_mode="manual_invitation")
    clerk.waitlist_entries.create(email_address="w@example.com")
    clerk.invitations.create(email_address="i@example.com")
    clerk_emulator.billing.add_plan("pro", amount=1000)
    clerk_emulator.billing.checkout(people[1], "pro")
    counts = copy_of.backfill(page_size=3)
    assert counts.pop("subscriptions") >= 7  # payers with several items are read more than once
    assert {kind: len(copy_of.rows(kind)) for kind in counts} == counts
    assert len(copy_of.rows("subscriptions")) == 7
    assert counts == {
        "permissions": 9,
        "roles": 2,
        "organizations": 1,
        "users": 7,
        "memberships": 1,
        "organization_invitations": 1,
        "organization_domains": 1,
        "invitations": 1,
        "waitlist_entries": 1,
        "subscription_items": 8,
        "payment_attempts": 1,
    }
    assert copy_of.rows("email_addresses").keys() == {user.email_addresses[0].id for user in clerk.users.list()}
    subscription = next(row for row in copy_of.rows("subscriptions").values() if row["user_id"] == people[1])
    assert subscription["status"] == "active"
    (attempt,) = copy_of.rows("payment_attempts").values()
    assert (attempt["amount"], attempt["currency"], attempt["status"]) == (1000, "USD", "paid")
    assert copy_of.reconcile().is_equal


def test_backfill_continues_at_its_checkpoint(copy_of: Copy, clerk_emulator: Emulator, people: list[str]) -> None:
    pages: list[Progress] = []

    def stop_after_two(progress: Progress) -> None:
        pages.append(progress)
        if len(pages) == 2:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        copy_of.backfill(["users"], page_size=2, progress=stop_after_two)
    assert len(copy_of.rows("users")) == 4
    run = copy_of.status().backfill
    assert (run.finished_at, run.rows) == (None, 4)
    before = len(clerk_emulator.requests.find(operation="GetUserList"))
    assert copy_of.backfill(["users"], page_size=2, progress=pages.append) == {"users": 7}
    assert len(clerk_emulator.requests.find(operation="GetUserList")) - before == 3  # 2, 1 and none
    assert copy_of.rows("users").keys() == {*people}
    assert [page.done for page in pages] == [2, 4, 6, 7, 7]
    assert pages[-1].finished
    assert copy_of.status().backfill.finished_at is not None


def test_failed_backfill_is_no_success(copy_of: Copy, clerk_emulator: Emulator, people: list[str]) -> None:
    clerk_emulator.faults.add("InstanceGetOrganizationMemberships", status=500, times=10)
    with pytest.raises(ServerError):
        copy_of.backfill(["users", "memberships"])
    assert copy_of.status().backfill.finished_at is None
    clerk_emulator.faults.clear()
    assert copy_of.backfill(["users", "memberships"]) == {"users": 7, "memberships": 1}
    assert copy_of.status().backfill.finished_at is not None


def test_backfill_continues_after_its_last_user_was_deleted(copy_of: Copy, clerk: Clerk, people: list[str]) -> None:
    def delete_last(progress: Progress) -> None:
        if progress.done == 4:
            clerk.users.delete(people[3])
            clerk.users.delete(people[2])

    copy_of.backfill(["users"], page_size=2, progress=delete_last)
    assert copy_of.rows("users").keys() == {*people}  # the events of the deletions will come


@pytest.mark.parametrize("deletions", [1, 3, 5])
def test_deletions_during_a_walk_by_offset_skip_nothing(
    deletions: int, create_copy: Callable[..., Copy], clerk: Clerk
) -> None:
    entries = [clerk.invitations.create(email_address=f"i{number}@example.com").id for number in range(9)]
    organizations = [clerk.organizations.create(name=f"O{number}").id for number in range(9)]
    remaining = [*organizations]
    copy = create_copy(clerk)

    def delete_first(progress: Progress) -> None:
        if progress.kind == "organizations" and progress.done == 5:
            for _ in range(deletions):
                clerk.organizations.delete(remaining.pop(0))

    copy.backfill(["organizations", "invitations"], page_size=3, progress=delete_first)
    assert copy.rows("organizations").keys() == {*organizations}
    assert copy.rows("invitations").keys() == {*entries}


def test_page_never_overwrites_an_event_that_came_later(
    copy_of: Copy, clerk: Clerk, clerk_emulator: Emulator, people: list[str]
) -> None:
    """A page is requested; an update and a deletion happen and arrive; then the page is written."""
    reader = Sync(copy_of.engine, clerk)
    kind, as_of = KINDS["users"], int(time.time() * 1000)
    page = reader._runner.run(read_page(kind, Position(), 500))
    clerk.users.update(people[0], first_name="New")
    clerk.users.delete(people[1])
    for number, one in enumerate(clerk_emulator.events):
        copy_of.apply(one, f"msg_{number}")
    reader._runner.run(run_in_transaction(write_page(reader._store, kind, page, as_of)))
    assert copy_of.rows("users")[people[0]]["first_name"] == "New"
    assert copy_of.rows("users").keys() == {*people} - {people[1]}
    assert copy_of.status().backfill is None  # events do not move a checkpoint


def run_in_transaction(flow: Flow[Any]) -> Flow[Any]:
    """Return a flow that runs another one in a transaction."""
    return (yield Transaction(lambda: flow))


def test_rate_limit_spreads_the_requests(create_copy: Callable[..., Copy], clerk: Clerk, people: list[str]) -> None:
    copy = create_copy(clerk)
    start = time.monotonic()
    copy.backfill(["users"], page_size=2, rate_limit=(1, 0.1))  # four requests and the empty one
    assert time.monotonic() - start >= 0.4


def test_reconcile_finds_what_lost_events_said(
    copy_of: Copy, clerk: Clerk, people: list[str], create_copy: Callable[..., Copy]
) -> None:
    organization = clerk.organizations.list()[0].id
    member_id = clerk.organization_memberships.create(organization, user_id=people[3], role="org:member").id
    copy_of.backfill()
    clerk.users.update(people[1], first_name="Changed")
    clerk.users.delete(people[2])
    new = clerk.users.create(email_address=["new@example.com"]).id
    clerk.organization_memberships.delete(organization, people[3])
    expected = {
        Difference("users", people[1], "outdated"),
        Difference("users", people[2], "deleted"),
        Difference("users", new, "missing"),
        Difference("memberships", member_id, "deleted"),
    }
    report = copy_of.reconcile()
    assert {*report.differences} == expected
    assert report.dry_run
    assert people[2] in copy_of.rows("users")
    assert {*copy_of.reconcile(dry_run=False, page_size=3).differences} == expected
    assert copy_of.reconcile().is_equal
    assert copy_of.rows("users").keys() == {user.id for user in clerk.users.list(limit=50)}
    assert copy_of.row("users", people[2])["deleted_at"] is not None  # type: ignore[index]
    assert copy_of.status().reconcile.finished_at is not None


def test_only_a_404_makes_a_tombstone(copy_of: Copy, clerk: Clerk, clerk_emulator: Emulator, people: list[str]) -> None:
    copy_of.backfill(["users"])
    clerk.users.delete(people[2])
    clerk_emulator.faults.add("GetUser", status=500, times=20)
    with pytest.raises(ServerError):
        copy_of.reconcile(["users"], dry_run=False)
    assert people[2] in copy_of.rows("users")
    clerk_emulator.faults.clear()
    copy_of.reconcile(["users"], dry_run=False)
    assert people[2] not in copy_of.rows("users")


def test_object_that_is_not_listed_but_exists_is_kept(
    copy_of: Copy, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of.backfill(["users"])
    monkeypatch.setitem(LISTINGS, "users", Listing(lambda: list_users, {"banned": True}))  # type: ignore[arg-type]
    assert copy_of.reconcile(["users"], dry_run=False).is_equal
    assert copy_of.rows("users").keys() == {*people}


def test_mass_deletion_is_held_back(create_copy: Callable[..., Copy], clerk: Clerk, clerk_emulator: Emulator) -> None:
    users = [clerk.users.create(email_address=[f"u{number}@example.com"]).id for number in range(12)]
    copy = create_copy(clerk)
    copy.backfill(["users"])
    for user_id in users:
        clerk.users.delete(user_id)
    report = copy.reconcile(["users"], dry_run=False)
    assert report.held_back == {"users": 12}
    assert not report.is_equal
    assert copy.rows("users").keys() == {*users}
    report = copy.reconcile(["users"], dry_run=False, max_deletions=1)
    assert (len(report.differences), report.held_back) == (12, {})
    assert copy.rows("users") == {}


def test_tombstone_of_a_listed_object_is_reported_and_kept(copy_of: Copy, people: list[str]) -> None:
    copy_of.backfill(["users"])
    copy_of.apply(event("user.deleted", deleted("user", people[0]), 1), message_id())
    report = copy_of.reconcile(["users"], dry_run=False)
    assert report.differences == [Difference("users", people[0], "restored")]
    assert people[0] not in copy_of.rows("users")


def test_order_that_cannot_be_told_is_settled_by_reading(copy_of: Copy, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_emulator.clock.freeze()
    one = clerk.users.create(email_address=["a@example.com"], first_name="First")
    clerk.users.update(one.id, first_name="Second")
    first, second = [event for event in clerk_emulator.events if event["type"].startswith("user.")]
    assert first["data"]["updated_at"] == second["data"]["updated_at"]
    copy_of.apply(second, "msg_2")
    assert copy_of.apply(first, "msg_1").name in ("applied", "unchanged", "stale")
    assert copy_of.rows("users")[one.id]["first_name"] == "Second"


def test_order_that_cannot_be_told_is_reported_without_a_client(copy: Copy) -> None:
    copy.apply(event("user.created", user()), message_id())
    outcome = copy.apply(event("user.updated", user(first_name="Other")), message_id())
    assert outcome.name == "stale"
    assert "no client can settle the order" in (outcome.reason or "")
    assert copy.rows("users")["user_1"]["first_name"] == "Ada"


def test_user_signed_in_before_the_event_came(copy_of: Copy, clerk: Clerk, clerk_emulator: Emulator) -> None:
    user = clerk.users.create(email_address=["a@example.com"], first_name="Ada")
    claims = clerk.auth.verify_token(clerk_emulator.sign_in(user.id))
    row = copy_of.ensure_user(claims)
    assert (row["id"], row["first_name"]) == (user.id, "Ada")
    requests = len(clerk_emulator.requests.find(operation="GetUser"))
    assert copy_of.ensure_user(user.id) == row
    assert len(clerk_emulator.requests.find(operation="GetUser")) == requests
    created = next(one for one in clerk_emulator.events if one["type"] == "user.created")
    assert copy_of.apply(created, "msg_1").name in ("unchanged", "stale")
    clerk.users.delete(user.id)
    assert copy_of.refresh(user.id) is None
    assert copy_of.ensure_user(user.id) is None


def test_user_without_client_is_made_from_the_claims(copy: Copy) -> None:
    calls = []
    copy.on_change("users")(lambda connection, change: calls.append(change.action))
    assert copy.ensure_user("user_1")["first_name"] is None
    assert calls == []
    data = {"id": "user_1", "first_name": "Ada", "created_at": 1, "updated_at": 1}
    assert copy.apply(event("user.created", data), message_id()).name == "applied"
    assert copy.ensure_user("user_1")["first_name"] == "Ada"
    assert calls == ["created"]


def test_accounts_from_before_are_linked(copy_of: Copy, clerk: Clerk) -> None:
    ada = clerk.users.create(email_address=["ada@example.com"], external_id="17").id
    bob = clerk.users.create(email_address=["bob@example.com"]).id
    clerk.email_addresses.create(user_id=bob, email_address="ceo@example.com", verified=False)
    copy_of.backfill(["users"])
    assert copy_of.link(external_id="17")["id"] == ada
    assert copy_of.link(email_address="Bob@example.com")["id"] == bob
    assert copy_of.link(external_id="99", email_address="ada@example.com")["id"] == ada
    assert copy_of.link(email_address="ceo@example.com") is None  # never verified
    assert copy_of.link(external_id="99") is None
    clerk.users.delete(ada)
    copy_of.refresh(ada)
    assert copy_of.link(external_id="17", email_address="ada@example.com") is None


def test_forgotten_person_leaves_no_trace(copy_of: Copy, clerk: Clerk, clerk_emulator: Emulator) -> None:
    ada = clerk.users.create(email_address=["ada@secret.example"], first_name="Adalovelace").id
    bob = clerk.users.create(email_address=["bob@example.com"]).id
    organization = clerk.organizations.create(name="Engines", created_by=ada).id
    clerk.organization_invitations.create(
        organization, email_address="x@example.com", role="org:member", inviter_user_id=ada
    )
    clerk.waitlist_entries.create(email_address="ada@secret.example")
    outboxed = copy_of.create(clerk, outbox=True)
    for number, one in enumerate(clerk_emulator.events):
        outboxed.apply(one, f"msg_{number}")
    assert contains(copy_of, "Adalovelace", "ada@secret.example")
    assert copy_of.forget(ada) == 4  # user, address, membership, entry of the waitlist
    assert not contains(copy_of, "Adalovelace", "ada@secret.example")
    row = copy_of.row("users", ada)
    assert row is not None
    assert row["deleted_at"] is not None
    assert copy_of.rows("users").keys() == {bob}
    assert copy_of.rows("organization_invitations")  # that of another person
    copy_of.backfill()
    assert not contains(copy_of, "Adalovelace")


def contains(copy: Copy, *texts: str) -> bool:
    """Return whether any table contains one of the texts."""
    with copy.engine.begin() as connection:
        dump = str([connection.execute(table.select()).all() for table in copy.tables.all])
    return any(text in dump for text in texts)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda sync: sync.backfill(), "clerk"),
        (lambda sync: sync.reconcile(), "clerk"),
        (lambda sync: sync.refresh("user_1"), "clerk"),
        (lambda sync: sync.on_change("planets")(print), "kind"),
        (lambda sync: sync.on_change("email_addresses")(print), "kind"),
        (lambda sync: sync.link(), "external_id"),
        (lambda sync: sync.ensure_user(""), "claims"),
        (lambda sync: sync.forget(None), "user_id"),
        (lambda sync: sync.prune(-1), "days"),
        (lambda sync: sync.deliver_outbox(print, 0), "limit"),
        (lambda sync: sync.apply({"type": "user.created"}), "event"),
        (lambda sync: sync.apply({"data": {}}), "event"),
        (lambda sync: sync.apply("user.created"), "event"),
        (lambda sync: sync.apply({"type": "a.b", "data": {}}, ""), "message_id"),
    ],
)
def test_invalid_arguments_are_named(call: Callable[[Any], Any], argument: str, copy: Copy) -> None:
    with pytest.raises(InvalidArgument) as raised:
        call(copy)
    assert raised.value.argument == argument
    assert copy.inbox() == {}


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"kinds": ["planets"]}, "kinds"),
        ({"kinds": []}, "kinds"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 501}, "page_size"),
        ({"rate_limit": (0, 1)}, "rate_limit"),
        ({"max_deletions": 2}, "max_deletions"),
    ],
)
def test_invalid_options_of_a_walk_are_named(options: dict[str, Any], argument: str, copy_of: Copy) -> None:
    with pytest.raises(InvalidArgument) as raised:
        copy_of.reconcile(**options)
    assert raised.value.argument == argument


def test_other_databases_are_rejected() -> None:
    class Engine:
        class dialect:
            name = "mysql"

    with pytest.raises(InvalidArgument, match="expected an engine of postgresql or sqlite, got mysql"):
        Sync(Engine())  # type: ignore[arg-type]
