"""The recipes work with the emulator, and need no more lines than with Clerk's JavaScript SDK."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk, ClerkError, Forbidden, InvalidArgument, UnprocessableEntity, User
from clerkkit.models import Invitation
from clerkkit.testing import signed_webhook
from examples.recipes import invitations, machines, organizations, sessions, users, webhooks
from tests.loopback import respond, serve
from tests.shared import shared

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
RECIPES: dict[int, tuple[Callable[..., Any], int]] = {
    1: (users.find_by_email_address, 1),
    2: (users.get_or_create, 7),
    3: (organizations.ban_members, 5),
    4: (invitations.invite, 3),
    5: (organizations.move, 3),
    6: (organizations.organizations_of, 6),
    7: (machines.rotate_api_key, 3),
    8: (sessions.impersonate, 1),
    9: (sessions.session_token, 1),
    10: (organizations.set_logo_from_url, 2),
    11: (users.set_metadata_key, 1),
    12: (users.verify_phone_number, 3),
    13: (organizations.has_permission, 2),
    14: (users.delete_with_organizations, 10),
    15: (users.find_by_external_id, 1),
    16: (users.count_active, 1),
    17: (sessions.sign_out_everywhere, 2),
    18: (users.change_primary_email_address, 1),
    19: (webhooks.new_user, 2),
    20: (sessions.caller, 2),
    21: (sessions.sign_in_link, 1),
    22: (invitations.send_again, 5),
    23: (machines.machine_token, 2),
    24: (users.google_access_token, 1),
    25: (users.create_many, 5),
}
"""Each task with its recipe and the lines that @clerk/backend needs, or Python if it lacks such a call."""


# -- their length --------------------------------------------------------------------------------------------------


def lines_of(function: Callable[..., Any]) -> int:
    """Return the number of lines of code in a function's body, without docstring, blank lines and comments."""
    source = textwrap.dedent(inspect.getsource(function))
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    first, *body = definition.body
    assert isinstance(first, ast.Expr)
    assert ast.get_docstring(definition)
    code = source.splitlines()[body[0].lineno - 1 : body[-1].end_lineno]
    return sum(1 for line in code if line.strip() and not line.strip().startswith("#"))


@pytest.mark.parametrize("task", RECIPES)
def test_a_recipe_is_no_longer_than_in_javascript(task: int) -> None:
    function, limit = RECIPES[task]
    assert lines_of(function) <= limit


def test_lines_of_code_are_counted() -> None:
    assert lines_of(users.find_by_email_address) == 1
    assert lines_of(users.get_or_create) == 7
    assert lines_of(users.delete_with_organizations) == 5


def test_each_recipe_belongs_to_one_task() -> None:
    modules = (invitations, machines, organizations, sessions, users, webhooks)
    functions = [
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    assert sorted(functions, key=repr) == sorted((function for function, _ in RECIPES.values()), key=repr)


def test_the_limits_are_those_measured() -> None:
    text = shared("tasks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|.*\| (\d+)/\d+/(\d+|-) \|", text, re.MULTILINE)
    measured = {int(task): int(first if javascript == "-" else javascript) for task, first, javascript in rows}
    assert {task: limit for task, (_, limit) in RECIPES.items()} == measured


# -- their results -------------------------------------------------------------------------------------------------


def new_user(clerk: Clerk, name: str, **arguments: Any) -> User:
    return clerk.users.create(email_address=[f"{name}@example.com"], **arguments)


@pytest.fixture
def ada(clerk: Clerk) -> User:
    return new_user(clerk, "ada")


@pytest.fixture
def bob(clerk: Clerk) -> User:
    return new_user(clerk, "bob")


@pytest.fixture
def acme(clerk: Clerk, ada: User) -> str:
    return clerk.organizations.create(name="Acme", created_by=ada.id, max_allowed_memberships=0).id


def test_1_a_user_is_found_by_email_address(clerk: Clerk, ada: User) -> None:
    found = users.find_by_email_address(clerk, "Ada@example.com")
    assert found is not None
    assert found.id == ada.id
    assert users.find_by_email_address(clerk, "da@example.com") is None


def test_2_a_user_is_created_once(clerk: Clerk, ada: User) -> None:
    assert users.get_or_create(clerk, "ada@example.com").id == ada.id
    assert users.get_or_create(clerk, "eve@example.com").id != ada.id
    assert clerk.users.count().total_count == 2
    with pytest.raises(UnprocessableEntity):
        users.get_or_create(clerk, "no address")


def test_2_a_user_who_is_created_concurrently_is_found(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    find = clerk.users.find

    def find_before_the_other_creates(**asked: Any) -> User | None:
        found = find(**asked)
        if found is None:
            new_user(clerk, "ada", first_name="The other's")
        return found

    monkeypatch.setattr(clerk.users, "find", find_before_the_other_creates)
    assert users.get_or_create(clerk, "ada@example.com").first_name == "The other's"


def test_3_all_members_are_banned(clerk: Clerk, ada: User, bob: User, acme: str) -> None:
    members = [new_user(clerk, f"member{number}") for number in range(104)]
    for member in members:
        clerk.organization_memberships.create(acme, user_id=member.id, role="org:member")
    organizations.ban_members(clerk, acme)
    assert {user.id for user in clerk.users.iterate() if user.banned} == {ada.id, *(member.id for member in members)}
    empty = clerk.organizations.create(name="Empty").id
    organizations.ban_members(clerk, empty)
    assert clerk.users.get(bob.id).banned is False


def test_4_500_people_are_invited_within_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [f"u{number}@example.com" for number in range(500)]
    with Emulator(rate_limits="production") as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        taken = clerk.users.create(email_address=[addresses[7]])
        monkeypatch.setattr(time, "sleep", lambda seconds: emulator.clock.advance(seconds))
        results = invitations.invite(clerk, addresses)
        assert [address for address, _ in results] == addresses
        failed = [address for address, result in results if not isinstance(result, Invitation)]
        assert failed == [taken.email_addresses[0].email_address]
        assert {result.email_address for _, result in results if isinstance(result, Invitation)} == {*addresses} - {
            *failed
        }


def test_5_a_member_moves_with_the_role(clerk: Clerk, ada: User, bob: User, acme: str) -> None:
    target = clerk.organizations.create(name="Target", created_by=bob.id).id
    clerk.organization_memberships.create(acme, user_id=new_user(clerk, "eve").id, role="org:admin")
    organizations.move(clerk, ada.id, source=acme, target=target)
    moved = clerk.organization_memberships.get(target, ada.id)
    assert moved is not None
    assert moved.role == "org:admin"
    assert clerk.organization_memberships.get(acme, ada.id) is None
    organizations.move(clerk, ada.id, source=acme, target=target)  # not a member any more
    assert clerk.organization_memberships.get(target, ada.id) is not None


def test_6_organizations_come_with_the_role(clerk: Clerk, ada: User, bob: User, acme: str) -> None:
    other = clerk.organizations.create(name="Other", created_by=bob.id).id
    clerk.organization_memberships.create(other, user_id=ada.id, role="org:member")
    found = {organization.name: role for organization, role in organizations.organizations_of(clerk, ada.id)}
    assert found == {"Acme": "org:admin", "Other": "org:member"}


@pytest.mark.parametrize("seconds", [None, 86400.0])
def test_7_an_api_key_is_replaced(clerk: Clerk, ada: User, seconds: float | None) -> None:
    made = clerk.api_keys.create(name="Build", subject=ada.id, scopes=["read"], seconds_until_expiration=seconds)
    old = clerk.api_keys.get(made.id)
    secret = machines.rotate_api_key(clerk, old).secret
    assert secret != made.secret
    assert clerk.api_keys.get(old.id).revoked
    new = clerk.api_keys.verify(secret=secret)
    assert (new.name, new.scopes, new.subject, new.revoked) == ("Build", ["read"], ada.id, False)
    if old.expiration is None:
        assert new.expiration is None
    else:
        assert new.expiration == pytest.approx(old.expiration, abs=5000)


def test_8_an_admin_signs_in_as_a_user(clerk: Clerk, ada: User, bob: User) -> None:
    link = sessions.impersonate(clerk, ada.id, bob.id)
    assert link is not None
    assert link.startswith("http")


def test_9_a_session_token_is_created(clerk: Clerk, ada: User) -> None:
    assert clerk.auth.verify_token(sessions.session_token(clerk, ada.id)).user_id == ada.id


def test_10_a_logo_is_fetched_from_its_url(clerk: Clerk, acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with serve(respond(200, PNG, {"Content-Type": "image/png"})) as server:
        assert organizations.set_logo_from_url(clerk, acme, f"{server.url}/logo").has_image
    with serve(respond(200, b"<html>")) as server, pytest.raises(InvalidArgument, match="image"):
        organizations.set_logo_from_url(clerk, acme, server.url)


def test_11_one_nested_key_is_set(clerk: Clerk, ada: User) -> None:
    clerk.users.update_metadata(ada.id, public_metadata={"billing": {"plan": "free", "seats": 3}, "a": 1})
    changed = users.set_metadata_key(clerk, ada.id, "pro")
    assert changed.public_metadata == {"billing": {"plan": "pro", "seats": 3}, "a": 1}


def test_12_a_phone_number_is_verified_by_its_code(clerk: Clerk, clerk_emulator: Emulator, ada: User) -> None:
    number = clerk.phone_numbers.create(user_id=ada.id, phone_number="+15555550100", verified=False)
    assert not users.verify_phone_number(clerk, number.id, lambda: "000000")
    clerk_emulator.clock.advance(30)  # until Clerk sends another code
    assert users.verify_phone_number(clerk, number.id, lambda: "424242")
    verification = clerk.phone_numbers.get(number.id).verification
    assert verification is not None
    assert verification.status == "verified"


def test_13_permissions_are_those_of_the_membership(clerk: Clerk, ada: User, bob: User, acme: str) -> None:
    manage = "org:sys_memberships:manage"
    assert organizations.has_permission(clerk, acme, ada.id, manage)
    assert not organizations.has_permission(clerk, acme, ada.id, "org:sys_memberships")
    assert not organizations.has_permission(clerk, acme, bob.id, manage)
    clerk.organization_memberships.create(acme, user_id=bob.id, role="org:member")
    assert not organizations.has_permission(clerk, acme, bob.id, manage)


def test_14_organizations_without_other_members_are_deleted_with_the_user(
    clerk: Clerk, ada: User, bob: User, acme: str
) -> None:
    alone = [clerk.organizations.create(name=f"Alone {number}", created_by=ada.id).id for number in range(3)]
    clerk.organization_memberships.create(acme, user_id=bob.id, role="org:admin")
    others = clerk.organizations.create(name="Others", created_by=bob.id).id
    users.delete_with_organizations(clerk, ada.id)
    assert {organization.id for organization in clerk.organizations.iterate()} == {acme, others}
    assert not {*alone} & {acme, others}
    assert [user.id for user in clerk.users.iterate()] == [bob.id]


@pytest.mark.parametrize("external_id", ["7", "-7", "+7"])
def test_15_a_user_is_found_by_any_external_id(clerk: Clerk, ada: User, external_id: str) -> None:
    wanted = new_user(clerk, "eve", external_id=external_id)
    found = users.find_by_external_id(clerk, external_id)
    assert found is not None
    assert found.id == wanted.id
    assert users.find_by_external_id(clerk, "-8") is None


def test_16_active_users_are_counted(clerk: Clerk, clerk_emulator: Emulator, ada: User, bob: User) -> None:
    assert users.count_active(clerk) == 0
    clerk_emulator.sign_in(ada.id)
    assert users.count_active(clerk) == 1
    seed = {"users": [{"email_address": ["old@example.com"], "last_active_at": "2026-01-31T12:00:00Z"}]}
    with Emulator(seed=seed) as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as client:
        assert users.count_active(client) == 0


def test_17_a_user_is_signed_out_everywhere(clerk: Clerk, clerk_emulator: Emulator, ada: User, bob: User) -> None:
    for user in (ada, ada, bob):
        clerk_emulator.sign_in(user.id)
    assert len(sessions.sign_out_everywhere(clerk, ada.id)) == 2
    assert clerk.sessions.list(user_id=ada.id, status="active") == []
    assert len(clerk.sessions.list(user_id=bob.id, status="active")) == 1


def test_18_the_primary_email_address_changes(clerk: Clerk, ada: User) -> None:
    users.change_primary_email_address(clerk, ada.id, "countess@example.com")
    changed = clerk.users.get(ada.id)
    assert changed.primary_email_address is not None
    assert changed.primary_email_address.email_address == "countess@example.com"


def test_19_a_webhook_returns_the_id_of_a_new_user(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, expected in (("user.created", "user_1"), ("user.deleted", None)):
        hook = signed_webhook({"type": kind, "data": {"id": "user_1"}})
        monkeypatch.setenv("CLERK_WEBHOOK_SIGNING_SECRET", hook.secret)
        with Clerk("sk_test_x") as real_time:
            assert webhooks.new_user(real_time, hook.body, hook.headers) == expected


def test_20_a_request_is_authenticated(clerk: Clerk, clerk_emulator: Emulator, ada: User) -> None:
    import httpx

    origin = "http://localhost:3000"
    token = clerk_emulator.sign_in(ada.id, origin=origin)
    options = {"CLERK_PUBLISHABLE_KEY": clerk_emulator.publishable_key}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in options.items():
            environment.setenv(name, value)
        request = httpx.Request("GET", f"{origin}/me", headers={"Authorization": f"Bearer {token}"})
        caller = sessions.caller(clerk, request, origin)
        assert caller is not None
        assert getattr(caller, "user_id", None) == ada.id
        assert sessions.caller(clerk, httpx.Request("GET", f"{origin}/me"), origin) is None
        assert sessions.caller(clerk, request, "https://example.com") is None


def test_21_a_link_signs_a_user_in(clerk: Clerk, ada: User) -> None:
    link = sessions.sign_in_link(clerk, ada.id)
    assert link is not None
    assert link.startswith("http")


def test_22_pending_invitations_are_sent_again(clerk: Clerk, acme: str) -> None:
    addresses = [f"u{number}@example.com" for number in range(25)]
    rows: Iterator[Any] = (
        {"email_address": address, "role": "org:member", "public_metadata": {"n": 1}} for address in addresses
    )
    first = list(clerk.organization_invitations.create_many(acme, rows))
    assert not any(isinstance(one, ClerkError) for one in first)
    invitations.send_again(clerk, acme)
    pending = list(clerk.organization_invitations.iterate(acme, status="pending"))
    assert sorted(one.email_address for one in pending) == sorted(addresses)
    assert [(one.role, one.public_metadata) for one in pending] == [("org:member", {"n": 1})] * 25
    revoked = list(clerk.organization_invitations.iterate(acme, status="revoked"))
    assert {one.id for one in revoked} == {one.id for one in first if not isinstance(one, ClerkError)}


def test_23_a_machine_token_names_its_sender(clerk: Clerk) -> None:
    sender, receiver = [clerk.machines.create(name=name) for name in ("sender", "receiver")]
    clerk.machines.create_scope(sender.id, to_machine_id=receiver.id)
    token = machines.machine_token(clerk, sender.secret_key, receiver.secret_key)
    assert token.subject == sender.id
    with pytest.raises(Forbidden):  # the instance's key makes no tokens
        clerk.m2m.create_token()


def test_24_the_access_token_of_a_google_account_is_returned() -> None:
    account = {"provider": "google", "provider_user_id": "g1", "email_address": "ada@gmail.com"}
    seed = {"users": [{"email_address": ["ada@example.com"], "external_accounts": [account]}]}
    with Emulator(seed=seed) as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        (ada,) = clerk.users.list()
        assert users.google_access_token(clerk, ada.id)


def test_25_each_row_has_its_user_or_error(clerk: Clerk, ada: User) -> None:
    rows = [{"email_address": [address]} for address in ("eve@example.com", "ada@example.com", "dan@example.com")]
    results = users.create_many(clerk, iter(rows))
    assert [row for row, _ in results] == rows
    assert [isinstance(result, User) for _, result in results] == [True, False, True]
