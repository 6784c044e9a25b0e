"""`users.find` and `organization_memberships.get` return exact matches or None, for any response of Clerk."""

from __future__ import annotations

from typing import Any

import pytest

from clerkkit import Clerk, ClerkError, InvalidArgument, NotFound, User
from clerkkit.api.users import find
from tests.loopback import KEY, WAYS, respond, serve
from tests.overlay.test_resources import run_call

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
def test_finds_a_user_by_each_identifier(way: str, asked: dict[str, str], sent: tuple[str, str]) -> None:
    with serve(respond(200, [BOB, ADA])) as server:
        found = run_call(way, server.url, lambda clerk: clerk.users.find(**asked))
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
def test_inexact_matches_are_not_returned(asked: dict[str, str], rows: Any) -> None:
    with serve(respond(200, [*rows, ADA] if isinstance(rows, list) else rows)) as server:
        assert run_call("sync", server.url, lambda clerk: clerk.users.find(**asked)) is None


@pytest.mark.parametrize("name", ["email_address", "phone_number", "username", "external_id"])
@pytest.mark.parametrize("value", ["", " ", "\n", None, 7, ["ada"]])
def test_rejects_a_blank_value_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Clerk(KEY).users.find(**{name: value})
    assert caught.value.argument == name


def test_requires_exactly_one_identifier() -> None:
    with pytest.raises(
        TypeError, match=r"^expected exactly one of email_address, phone_number, username, external_id; got none"
    ):
        Clerk(KEY).users.find()  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"; got username, external_id$"):
        Clerk(KEY).users.find(username="ada", external_id="7")  # type: ignore[call-overload]
    with pytest.raises(InvalidArgument, match=r"^phone_number: "):
        Clerk(KEY).users.find(phone_number="( )")


def test_user_with_the_verified_address_is_preferred() -> None:
    def holder(user_id: str, status: str | None) -> dict[str, Any]:
        verification = status and {"status": status}
        return {"id": user_id, "email_addresses": [{"email_address": "ada@example.com", "verification": verification}]}

    users = [holder("user_1", None), holder("user_2", "unverified"), holder("user_3", "verified")]
    for rows, expected in ((users, "user_3"), (users[:2], "user_1")):
        with serve(respond(200, rows)) as server:
            assert run_call("sync", server.url, lambda c: c.users.find(email_address="ada@example.com")).id == expected


def test_map_accepts_find_requests() -> None:
    with serve(respond(200, [ADA])) as server, Clerk(KEY, base_url=server.url) as clerk:
        results = list(clerk.map([find(username="ada"), find(external_id="8")]))
    assert [result and not isinstance(result, ClerkError) and result.id for result in results] == ["user_ada", None]


@pytest.mark.parametrize("external_id", ["7", "-7", "+7", " 7", "--7", "+-7", "user_1", "é"])
def test_finds_any_external_id_in_the_emulator(clerk: Clerk, external_id: str) -> None:
    for number, other in enumerate(("8", "-8", "+8", external_id)):
        clerk.users.create(email_address=[f"u{number}@example.com"], external_id=other)
    found = clerk.users.find(external_id=external_id)
    assert found is not None
    assert found.external_id == external_id
    assert clerk.users.find(external_id=f"{external_id}0") is None


# -- memberships ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_get_returns_the_membership_of_the_user(way: str) -> None:
    rows = [{}, {"public_user_data": {"user_id": "user_2"}}, {"id": "m", "public_user_data": {"user_id": "user_1"}}]
    with serve(respond(200, {"data": rows, "total_count": 3})) as server:
        assert run_call(way, server.url, lambda c: c.organization_memberships.get("org_1", "user_1")).id == "m"
        assert run_call(way, server.url, lambda c: c.organization_memberships.get("org_1", "user_3")) is None
    assert {received.path for received in server.requests} == {"/organizations/org_1/memberships"}
    assert [received.query for received in server.requests] == [[("user_id", "+user_1")], [("user_id", "+user_3")]]


@pytest.mark.parametrize("user_id", ["", " ", None])
def test_get_rejects_a_blank_user_id(user_id: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^user_id: "):
        Clerk(KEY).organization_memberships.get("org_1", user_id)


def test_missing_member_is_none_and_missing_organization_raises(clerk: Clerk) -> None:
    ada, bob = [clerk.users.create(email_address=[f"{name}@example.com"]) for name in ("ada", "bob")]
    organization = clerk.organizations.create(name="Acme", created_by=ada.id)
    membership = clerk.organization_memberships.get(organization.id, ada.id)
    assert membership is not None
    assert membership.role == "org:admin"
    assert clerk.organization_memberships.get(organization.id, bob.id) is None
    assert clerk.organization_memberships.get(organization.id, f"-{bob.id}") is None
    with pytest.raises(NotFound):
        clerk.organization_memberships.get("org_nobody", ada.id)
