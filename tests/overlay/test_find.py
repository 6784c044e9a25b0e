"""`users.find` and `organization_memberships.get` find the one asked for, or None, whatever a filter lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from clerkkit import Clerk, ClerkError, InvalidArgument, NotFound, User
from clerkkit.api.users import find
from tests.loopback import KEY, WAYS, answer, serve
from tests.overlay.test_resources import done

ADA = {
    "id": "user_ada",
    "username": "Ada",
    "external_id": "7",
    "email_addresses": [{"email_address": "old@example.com"}, {"email_address": "ada@example.com"}],
    "phone_numbers": [{"phone_number": "+15555550100"}],
}
BOB = {"id": "user_bob", "username": None, "external_id": "-7", "email_addresses": None, "phone_numbers": ["+1"]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"email_address": " ADA@example.com"}, ("email_address", "ada@example.com")),
        ({"phone_number": "+1 (555) 555-0100"}, ("phone_number", "+15555550100")),
        ({"username": "ada"}, ("username", "ada")),
        ({"external_id": "7"}, ("external_id", "+7")),
    ],
)
def test_each_identifier_finds_its_user(way: str, asked: dict[str, str], sent: tuple[str, str]) -> None:
    with serve(answer(200, [BOB, ADA])) as server:
        found = done(way, server.url, lambda clerk: clerk.users.find(**asked))
    assert (found.id, type(found)) == ("user_ada", User)
    assert (server.request.method, server.request.path, server.request.query) == ("GET", "/users", [sent])


@pytest.mark.parametrize("rows", [[], [BOB], [{}], ["user"], [None], {"data": [ADA]}, {}, "rows"])
@pytest.mark.parametrize(
    "asked",
    [
        {"email_address": "ad@example.com"},
        {"email_address": "-ada@example.com"},
        {"phone_number": "-15555550100"},
        {"phone_number": "+1555555010 x0"},
        {"username": "-ada"},
        {"username": "+ada"},
        {"external_id": "+7"},
        {"external_id": "--7"},
        {"external_id": " 7"},
    ],
)
def test_nobody_else_is_found(asked: dict[str, str], rows: Any) -> None:
    with serve(answer(200, [*rows, ADA] if isinstance(rows, list) else rows)) as server:
        assert done("sync", server.url, lambda clerk: clerk.users.find(**asked)) is None


@pytest.mark.parametrize("name", ["email_address", "phone_number", "username", "external_id"])
@pytest.mark.parametrize("value", ["", " ", "\n", None, 7, ["ada"]])
def test_a_blank_value_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Clerk(KEY).users.find(**{name: value})
    assert caught.value.argument == name


def test_exactly_one_identifier_is_asked_for() -> None:
    with pytest.raises(
        TypeError, match=r"^expected exactly one of email_address, phone_number, username, external_id; got none"
    ):
        Clerk(KEY).users.find()  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"; got username, external_id$"):
        Clerk(KEY).users.find(username="ada", external_id="7")  # type: ignore[call-overload]
    with pytest.raises(InvalidArgument, match=r"^phone_number: "):
        Clerk(KEY).users.find(phone_number="( )")


def test_who_has_verified_an_address_goes_before_who_only_says_so() -> None:
    def holder(user_id: str, status: str | None) -> dict[str, Any]:
        verification = status and {"status": status}
        return {"id": user_id, "email_addresses": [{"email_address": "ada@example.com", "verification": verification}]}

    users = [holder("user_1", None), holder("user_2", "unverified"), holder("user_3", "verified")]
    for rows, expected in ((users, "user_3"), (users[:2], "user_1")):
        with serve(answer(200, rows)) as server:
            assert done("sync", server.url, lambda c: c.users.find(email_address="ada@example.com")).id == expected


def test_lookups_are_requests_that_can_be_mapped() -> None:
    with serve(answer(200, [ADA])) as server, Clerk(KEY, base_url=server.url) as clerk:
        results = list(clerk.map([find(username="ada"), find(external_id="8")]))
    assert [result and not isinstance(result, ClerkError) and result.id for result in results] == ["user_ada", None]


@pytest.mark.parametrize("external_id", ["7", "-7", "+7", " 7", "--7", "+-7", "user_1", "é"])
def test_the_emulator_has_users_with_any_external_id(clerk: Clerk, external_id: str) -> None:
    for number, other in enumerate(("8", "-8", "+8", external_id)):
        clerk.users.create(email_address=[f"u{number}@example.com"], external_id=other)
    found = clerk.users.find(external_id=external_id)
    assert found is not None
    assert found.external_id == external_id
    assert clerk.users.find(external_id=f"{external_id}0") is None


# -- memberships ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_membership_is_that_of_the_user(way: str) -> None:
    rows = [{}, {"public_user_data": {"user_id": "user_2"}}, {"id": "m", "public_user_data": {"user_id": "user_1"}}]
    with serve(answer(200, {"data": rows, "total_count": 3})) as server:
        assert done(way, server.url, lambda c: c.organization_memberships.get("org_1", "user_1")).id == "m"
        assert done(way, server.url, lambda c: c.organization_memberships.get("org_1", "user_3")) is None
    assert {received.path for received in server.requests} == {"/organizations/org_1/memberships"}
    assert [received.query for received in server.requests] == [[("user_id", "+user_1")], [("user_id", "+user_3")]]


@pytest.mark.parametrize("user_id", ["", " ", None])
def test_no_membership_is_that_of_nobody(user_id: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^user_id: "):
        Clerk(KEY).organization_memberships.get("org_1", user_id)


def test_the_emulator_tells_a_missing_member_from_a_missing_organization(clerk: Clerk) -> None:
    ada, bob = [clerk.users.create(email_address=[f"{name}@example.com"]) for name in ("ada", "bob")]
    organization = clerk.organizations.create(name="Acme", created_by=ada.id)
    membership = clerk.organization_memberships.get(organization.id, ada.id)
    assert membership is not None
    assert membership.role == "org:admin"
    assert clerk.organization_memberships.get(organization.id, bob.id) is None
    assert clerk.organization_memberships.get(organization.id, f"-{bob.id}") is None
    with pytest.raises(NotFound):
        clerk.organization_memberships.get("org_nobody", ada.id)
