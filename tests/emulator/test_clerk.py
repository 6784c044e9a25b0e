"""`Clerk` against the emulator, with responses compared with the contract by clerkkit too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from clerk_bapi.api import create_user, get_user
from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk, ClerkError, NotFound, TooManyRequests, codes, to_datetime

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def clerk(emulator: Emulator) -> Iterator[Clerk]:
    """A strict client, which raises for a response that does not match the contract."""
    with Clerk(emulator.secret_key, base_url=emulator.url, strict=True) as client:
        yield client


def ids(clerk: Clerk, count: int) -> list[str]:
    made = clerk.map(create_user(email_address=[f"{n}@example.com"], first_name=f"{n:03}") for n in range(count))
    return [user.id for user in made if not isinstance(user, ClerkError)]


def test_iteration_yields_each_user_once(clerk: Clerk) -> None:
    made = ids(clerk, 57)
    assert len(set(made)) == 57
    for page_size in (1, 10, 57, 500):
        assert {user.id for user in clerk.users.iterate(page_size=page_size)} == set(made)
        by_name = [user.first_name for user in clerk.users.iterate(page_size=page_size, order_by="-first_name")]
        assert by_name == [f"{n:03}" for n in reversed(range(57))]
    assert clerk.users.count().total_count == 57


def test_iteration_tolerates_concurrent_changes(clerk: Clerk) -> None:
    made = ids(clerk, 30)
    seen: list[str] = []
    for number, user in enumerate(clerk.users.iterate(page_size=7)):
        seen.append(user.id)
        if number % 7 == 3:
            clerk.users.create(email_address=[f"new{number}@example.com"])
            clerk.users.delete(user.id)
    assert set(made) <= set(seen)
    assert len(seen) == len(set(seen))


def test_users_can_be_deleted_during_iteration(clerk: Clerk, caplog: pytest.LogCaptureFixture) -> None:
    ids(clerk, 25)
    assert len([clerk.users.delete(user.id) for user in clerk.users.iterate(page_size=10)]) == 25
    assert clerk.users.count().total_count == 0
    assert "while it is walked" not in caplog.text  # a cursor is not moved by what goes before it


@pytest.mark.parametrize("order", [{}, {"order_by": "-name"}])
def test_iteration_does_not_skip_organizations_silently(
    clerk: Clerk, order: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Organizations have no cursor, so they are paginated by offset."""
    for number in range(25):
        clerk.organizations.create(name=f"{number:02}")
    deleted = [clerk.organizations.delete(one.id) for one in clerk.organizations.iterate(page_size=10, **order)]
    assert len(deleted) == 25
    assert caplog.text.count("GET /organizations: a row was deleted") == 1


def test_safe_deletion_during_iteration(clerk: Clerk, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(25):
        clerk.organizations.create(name=f"{number:02}")
    for one in list(clerk.organizations.iterate(page_size=10)):
        clerk.organizations.delete(one.id)
    assert list(clerk.organizations.iterate()) == []
    assert "while it is walked" not in caplog.text


def test_image_is_served_unchanged(clerk: Clerk, emulator: Emulator, tmp_path: Path) -> None:
    import httpx

    path = tmp_path / "me.png"
    path.write_bytes(PNG)
    user = clerk.users.set_profile_image(ids(clerk, 1)[0], path)
    assert user.has_image
    served = httpx.get(user.image_url or "", trust_env=False)
    assert (served.content, served.headers["Content-Type"]) == (PNG, "image/png")
    organization = clerk.organizations.create(name="Acme", created_by=user.id)
    assert clerk.organizations.upload_logo(organization.id, PNG).has_image
    assert clerk.oauth_applications.upload_logo(clerk.oauth_applications.create(name="App").id, PNG).id
    assert clerk.users.delete_profile_image(user.id).has_image is False


def test_merges_and_replaces_metadata(clerk: Clerk) -> None:
    (user_id,) = ids(clerk, 1)
    clerk.users.update_metadata(user_id, public_metadata={"a": {"x": 1, "y": 2}, "b": [1]}, unsafe_metadata={"u": 1})
    user = clerk.users.update_metadata(user_id, public_metadata={"a": {"x": None, "z": 3}, "b": [2]})
    assert (user.public_metadata, user.unsafe_metadata) == ({"a": {"y": 2, "z": 3}, "b": [2]}, {"u": 1})
    assert clerk.users.replace_metadata(user_id, public_metadata={"c": 1}).public_metadata == {"c": 1}

    organization = clerk.organizations.create(name="Acme", created_by=user_id)
    clerk.organizations.update_metadata(organization.id, private_metadata={"a": {"x": 1}})
    replaced = clerk.organizations.replace_metadata(organization.id, private_metadata={"b": 1})
    assert replaced.private_metadata == {"b": 1}

    memberships = clerk.organization_memberships
    memberships.update_metadata(organization.id, user_id, public_metadata={"a": {"x": 1, "y": 2}, "b": 1})
    new = {"a": {"y": {"deep": []}}, "c": "new"}
    membership = memberships.replace_metadata(organization.id, user_id, public_metadata=new)
    assert membership.public_metadata == new
    with pytest.raises(NotFound):
        memberships.replace_metadata(organization.id, "user_nobody", public_metadata=new)


def test_verifies_passwords_and_secrets(clerk: Clerk) -> None:
    user = clerk.users.create(
        email_address=["ada@example.com"],
        password="correct horse battery",
        totp_secret="JBSWY3DPEHPK3PXP",
        backup_codes=["backup01"],
    )
    assert clerk.users.password_matches(user.id, "correct horse battery")
    assert not clerk.users.password_matches(user.id, "wrong horse battery")
    assert clerk.users.totp_matches(user.id, "backup01")
    assert not clerk.users.totp_matches(user.id, "backup01")  # used up
    assert not clerk.users.totp_matches(user.id, "12345")
    (other,) = ids(clerk, 1)
    for asked in (clerk.users.password_matches, clerk.users.totp_matches):
        with pytest.raises(ClerkError) as caught:
            asked(other, "123456")
        assert caught.value.has_code(codes.NO_PASSWORD_SET, codes.TOTP_DISABLED)  # type: ignore[attr-defined]


def test_accepts_datetimes(clerk: Clerk, emulator: Emulator) -> None:
    (first,) = ids(clerk, 1)
    moment = to_datetime(clerk.users.get(first).created_at)
    emulator.clock.advance(3600)
    second = [clerk.users.create(email_address=["late@example.com"]).id]
    assert [user.id for user in clerk.users.iterate(created_at_after=moment)] == second
    assert [user.id for user in clerk.users.iterate(created_at_after=moment.isoformat())] == second


def test_client_handles_faults(clerk: Clerk, emulator: Emulator) -> None:
    (user_id,) = ids(clerk, 1)
    emulator.faults.add(status=429, retry_after=0, times=2)
    assert clerk.users.get(user_id).id == user_id
    emulator.faults.add(status=429, retry_after=0, times=3)
    with pytest.raises(TooManyRequests):
        clerk.users.get(user_id)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_many_concurrent_tasks(emulator: Emulator, backend: str) -> None:
    async def run() -> None:
        async with AsyncClerk(emulator.secret_key, base_url=emulator.url, strict=True) as clerk:
            made = [
                user.id
                async for user in clerk.map(create_user(username=f"user{n:03}") for n in range(60))
                if not isinstance(user, ClerkError)
            ]
            got = [user async for user in clerk.map(map(get_user, made), concurrency=20)]
            assert [getattr(user, "id", user) for user in got] == made
            assert {user.id async for user in clerk.users.iterate(page_size=25)} == set(made)

    anyio.run(run, backend=backend)
