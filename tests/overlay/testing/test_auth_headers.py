"""The headers of signed-in requests: the function, and the fixture for users of the emulator."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clerkkit import Clerk, InvalidArgument
from clerkkit.auth import verify_token
from clerkkit.testing import FakeInstance, auth_headers, instance


def claims_of(headers: dict[str, str], signer: FakeInstance | None = None) -> Any:
    assert list(headers) == ["Authorization"]
    token = headers["Authorization"].removeprefix("Bearer ")
    return verify_token(token, jwt_key=(signer or instance()).jwt_key)


def test_headers_sign_a_user_in() -> None:
    session = claims_of(auth_headers("user_1"))
    assert (session.user_id, session.org_id, session.authorized_party) == ("user_1", None, "http://localhost:3000")


def test_organization_becomes_active_with_role_and_permissions() -> None:
    user, organization = SimpleNamespace(id="user_1"), SimpleNamespace(id="org_1")
    headers = auth_headers(user, organization, role="org:admin", permissions=["org:boards:edit"])
    session = claims_of(headers)
    assert (session.user_id, session.org_id, session.org_role) == ("user_1", "org_1", "org:admin")
    assert session.has(permission="boards:edit")


def test_origin_claims_and_signer_can_be_given() -> None:
    other = FakeInstance("ins_other")
    headers = auth_headers("user_1", origin="https://app.example", signer=other, claims={"pla": "u:pro"}, lifetime=90)
    session = claims_of(headers, other)
    assert (session.authorized_party, session.plan) == ("https://app.example", "u:pro")
    assert session.issued_at is not None
    assert session.expires_at - session.issued_at == 90


@pytest.mark.parametrize("user", [None, 7, "", SimpleNamespace(id=7)])
def test_rejects_what_is_neither_an_id_nor_an_object_with_one(user: Any) -> None:
    with pytest.raises(InvalidArgument, match="user: expected an id or an object with one"):
        auth_headers(user)


@pytest.mark.usefixtures("clerk_emulator")
def test_fixture_signs_users_of_the_emulator_in(clerk: Clerk, request: pytest.FixtureRequest) -> None:
    headers_of: Callable[..., dict[str, str]] = request.getfixturevalue("auth_headers")
    user = clerk.users.create(email_address=["ada@example.com"])
    organization = clerk.organizations.create(name="Engines", created_by=user.id)
    state = clerk.auth.verify_token(headers_of(user, organization)["Authorization"].removeprefix("Bearer "))
    assert (state.user_id, state.org_id, state.org_role) == (user.id, organization.id, "org:admin")
    personal = clerk.auth.verify_token(headers_of(user.id)["Authorization"].removeprefix("Bearer "))
    assert personal.org_id is None
    assert [session.status for session in clerk.sessions.list(user_id=user.id)] == ["active", "active"]
