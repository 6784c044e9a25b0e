"""End to end: sessions and machine tokens of the emulator, verified over its real API."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import httpx
import pytest

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AuthOptions, MachineToken, SessionClaims, TokenRefused

ORIGIN = "http://localhost:3000"


@pytest.fixture(scope="module")
def _server() -> Iterator[Emulator]:
    with Emulator(validate_responses=True) as emulator:
        yield emulator


@pytest.fixture
def emulator(_server: Emulator) -> Iterator[Emulator]:
    _server.reset()
    yield _server
    assert _server.problems == []


@pytest.fixture
def clerk(emulator: Emulator) -> Iterator[Clerk]:
    with Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        yield clerk


def now(emulator: Emulator) -> float:
    return emulator.clock.now() / 1000


def test_verifies_a_session_with_an_organization(emulator: Emulator, clerk: Clerk) -> None:
    user = clerk.users.create(email_address=["ada@example.com"])
    organization = clerk.organizations.create(name="Engines", created_by=user.id)
    token = emulator.sign_in(user.id, organization.id)
    claims = clerk.auth.verify_token(token, authorized_parties=[ORIGIN])
    assert (claims.user_id, claims.org_id, claims.org_role) == (user.id, organization.id, "org:admin")
    assert claims.has(role="admin")
    assert clerk.sessions.get(claims.session_id or "").user_id == user.id
    with pytest.raises(TokenRefused) as caught:
        clerk.auth.verify_token(token, authorized_parties=["https://elsewhere.test"])
    assert caught.value.detail == "azp-not-allowed"


def test_refuses_an_expired_session(emulator: Emulator, clerk: Clerk) -> None:
    token = emulator.sign_in(clerk.users.create(username="ada_l").id)
    assert clerk.auth.verify_token(token, now=now(emulator))
    emulator.clock.advance(66)
    with pytest.raises(TokenRefused) as caught:
        clerk.auth.verify_token(token, now=now(emulator))
    assert caught.value.reason == "token-expired"


def test_authenticates_by_header_and_by_cookie(emulator: Emulator, clerk: Clerk) -> None:
    user = clerk.users.create(username="ada_l")
    token = emulator.sign_in(user.id)
    options = AuthOptions(publishable_key=emulator.publishable_key, authorized_parties=[ORIGIN])
    suffix = options.instance.suffix
    cookie = f"__session_{suffix}={token}; __client_uat_{suffix}=1; __clerk_db_jwt_{suffix}=d"
    for headers in ({"authorization": f"Bearer {token}"}, {"cookie": cookie}):
        state = clerk.auth.authenticate_request(httpx.Request("GET", f"{ORIGIN}/a", headers=headers), options)
        assert state.status == "signed-in"
        assert isinstance(state.claims, SessionClaims)
        assert state.claims.user_id == user.id


def test_verifies_opaque_and_signed_machine_tokens(emulator: Emulator, clerk: Clerk) -> None:
    other = clerk.machines.create(name="two")
    machine = clerk.machines.create(name="one", scoped_machines=[other.id])
    key = clerk.machines.get_secret_key(machine.id).secret
    of_machine = clerk.with_options(secret_key=key)
    wanted = AuthOptions(accepts_token="m2m_token", machine_secret_key=clerk.machines.get_secret_key(other.id).secret)
    for form in ("opaque", "jwt"):
        token = of_machine.m2m.create_token(token_format=form, claims={"a": 1}).token  # type: ignore[arg-type]
        request = httpx.Request("GET", ORIGIN, headers={"authorization": f"Bearer {token}"})
        state = clerk.auth.authenticate_request(request, wanted)
        assert state.status == "signed-in", state
        assert isinstance(state.claims, MachineToken)
        assert state.claims.machine_id == machine.id
        assert (state.claims.claims or {})["a"] == 1


def test_accepts_an_api_key_until_it_is_revoked(emulator: Emulator, clerk: Clerk) -> None:
    user = clerk.users.create(username="ada_l")
    made = clerk.api_keys.create(name="mine", subject=user.id)
    with Clerk(emulator.secret_key, base_url=emulator.url, clock=lambda: now(emulator)) as verifying:
        found = verifying.auth.verify_machine_token(made.secret)
        assert (found.token_type, found.user_id, found.name) == ("api_key", user.id, "mine")
        clerk.api_keys.revoke(made.id)
        emulator.clock.advance(10)  # seconds for which accepted tokens are cached
        with pytest.raises(TokenRefused) as caught:
            verifying.auth.verify_machine_token(made.secret)
    assert caught.value.reason == "token-invalid"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_verifies_with_the_async_client(emulator: Emulator, clerk: Clerk, backend: str) -> None:
    user = clerk.users.create(username="ada_l")
    token = emulator.sign_in(user.id)

    async def run() -> str:
        async with AsyncClerk(emulator.secret_key, base_url=emulator.url) as asynchronous:
            options = AuthOptions(publishable_key=emulator.publishable_key)
            request = httpx.Request("GET", ORIGIN, headers={"authorization": f"Bearer {token}"})
            state = await asynchronous.auth.authenticate_request(request, options)
            assert isinstance(state.claims, SessionClaims)
            return state.claims.user_id

    assert anyio.run(run, backend=backend) == user.id


def test_outage_does_not_sign_out_users(emulator: Emulator, clerk: Clerk) -> None:
    token = emulator.sign_in(clerk.users.create(username="ada_l").id)
    assert clerk.auth.verify_token(token)
    emulator.faults.add(status=500, times=100)
    assert clerk.auth.verify_token(token, cache=False)
