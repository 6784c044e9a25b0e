"""The pytest fixtures, with clerkkit's clients."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import TokenRefused


@pytest.mark.parametrize("time", ["first", "second"])
def test_emulator_is_reset_for_each_test(clerk: Clerk, time: str) -> None:
    assert clerk.users.list() == []
    user = clerk.users.create(email_address=["ada@example.com"], first_name=time)
    assert clerk.users.get(user.id).first_name == time


def test_verification_uses_emulator_clock(clerk: Clerk, clerk_emulator: Emulator) -> None:
    token = clerk_emulator.sign_in(clerk.users.create(username="ada_l").id)
    assert clerk.auth.verify_token(token)
    clerk_emulator.clock.advance(120)
    with pytest.raises(TokenRefused, match="expired"):
        clerk.auth.verify_token(token)
    session = clerk.auth.verify_token(clerk_emulator.sign_in(clerk.users.list()[0].id))
    assert session.user_id


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_async_client_fixture(async_clerk: AsyncClerk, clerk_emulator: Emulator) -> None:
    async with async_clerk:
        user = await async_clerk.users.create(username="ada_l")
        token = clerk_emulator.sign_in(user.id)
        assert await async_clerk.auth.verify_token(token)
        clerk_emulator.clock.advance(120)
        with pytest.raises(TokenRefused, match="expired"):
            await async_clerk.auth.verify_token(token)
