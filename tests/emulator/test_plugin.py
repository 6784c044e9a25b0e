"""The fixtures that users of the emulator get, used as they use them, with clerkkit's own clients."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_nobody(clerk: Clerk, time: str) -> None:
    assert clerk.users.list() == []
    user = clerk.users.create(email_address=["ada@example.com"], first_name=time)
    assert clerk.users.get(user.id).first_name == time


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_the_async_client(async_clerk: AsyncClerk, clerk_emulator: Emulator) -> None:
    async with async_clerk:
        user = await async_clerk.users.create(username="ada_l")
        assert clerk_emulator.sign_in(user.id)
