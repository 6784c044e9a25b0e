"""Caches of opaque and verified tokens: lifetimes, sizes, and sharing between callers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import AuthOptions, AuthState, MachineToken, TokenRefused
from clerkkit.auth.tokens.bounded_cache import BoundedCache
from clerkkit.auth.tokens.machine_token_cache import MachineTokenCache
from clerkkit.auth.tokens.verified_token_cache import VerifiedTokenCache
from tests.loopback import KEY, Act, Loopback, Received, Script, Steps, respond, serve
from tests.overlay.auth.factories import NOW, jwks, make_async_auth, make_auth, options, pem, token

SUBJECT = {"id": "x_1", "subject": "user_1", "scopes": ["a"], "claims": {"roles": ["reader"]}, "aud": ["x"]}
GOOD = respond(200, SUBJECT)
UNKNOWN = respond(404, {"errors": []})


class Time:
    """A monotonic clock and a Unix clock, which tests advance together or separately."""

    def __init__(self) -> None:
        self.monotonic = 1000.0
        self.unix = float(NOW)

    def sleep(self, seconds: float) -> None:
        self.monotonic += seconds
        self.unix += seconds


class OpaqueTokenVerifier:
    """A client that verifies opaque tokens against a scripted server, and counts the calls."""

    def __init__(self, script: Script | Callable[[Received], Steps]) -> None:
        self.time = Time()
        self.state = AuthState(lambda: self.time.unix, lambda: self.time.monotonic)
        self._served = serve(script)
        self._server = self._served.__enter__()
        self.clerk = Clerk(KEY, base_url=self._server.url, max_retries=0)
        self.auth = make_auth(self.clerk, self.state, KEY)

    def close(self) -> None:
        self.clerk.close()
        self._served.__exit__(None, None, None)

    def __enter__(self) -> OpaqueTokenVerifier:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def calls(self) -> int:
        return len(self._server.requests)

    def reason(self, given: str = "ak_1", **more: Any) -> str | None:
        try:
            self.auth.verify_machine_token(given, **more)
        except TokenRefused as error:
            return error.reason
        return None


@pytest.mark.parametrize("given", ["ak_1", "oat_1", "mt_1"])
@pytest.mark.parametrize(("script", "reason", "life"), [(GOOD, None, 10), (UNKNOWN, "token-invalid", 30)])
def test_result_is_cached_for_its_lifetime(given: str, script: Script, reason: str | None, life: int) -> None:
    with OpaqueTokenVerifier(script) as asker:
        for _ in range(300):
            assert asker.reason(given) == reason
        assert asker.calls == 1
        asker.time.sleep(life - 0.1)
        assert asker.reason(given) == reason
        assert asker.calls == 1
        asker.time.sleep(0.2)
        assert asker.reason(given) == reason
        assert asker.reason(given) == reason
        assert asker.calls == 2
        assert asker.reason(f"{given}x") == reason
        assert asker.calls == 3


@pytest.mark.parametrize("clock", ["monotonic", "unix"])
@pytest.mark.parametrize("step", [11, -1])
def test_result_expires_by_either_clock(clock: str, step: int) -> None:
    with OpaqueTokenVerifier(GOOD) as asker:
        asker.reason()
        setattr(asker.time, clock, getattr(asker.time, clock) + step)
        asker.reason()
        assert asker.calls == (1 if (clock, step) == ("monotonic", -1) else 2)


@pytest.mark.parametrize(("name", "script"), [("opaque_token_ttl", GOOD), ("opaque_refusal_ttl", UNKNOWN)])
@pytest.mark.parametrize(("seconds", "calls"), [(0, 3), (5, 2), (500, 1)])
def test_each_caller_has_its_own_lifetimes(name: str, script: Script, seconds: float, calls: int) -> None:
    with OpaqueTokenVerifier(script) as asker:
        for _ in range(3):
            asker.reason(**{name: seconds})
            asker.time.sleep(3)
        assert asker.calls == calls


def test_cached_token_expires_with_its_own_expiration() -> None:
    with OpaqueTokenVerifier(respond(200, {**SUBJECT, "expiration": (NOW + 4) * 1000})) as asker:
        asker.reason()
        asker.time.sleep(3.9)
        asker.reason()
        assert asker.calls == 1
        asker.time.sleep(0.1)
        asker.reason()
        assert asker.calls == 2
        asker.reason("oat_1")
        asker.reason("oat_1")
        assert asker.calls == 4


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        (UNKNOWN, True),
        (respond(400, {"errors": []}), True),
        (respond(422, {"errors": []}), True),
        (respond(200, {**SUBJECT, "revoked": True}), True),
        (respond(401, {"errors": []}), False),
        (respond(403, {"errors": []}), False),
        (respond(429, {"errors": []}), False),
        (respond(500, b""), False),
        ([Act.RESET], False),
    ],
)
def test_outages_are_not_cached(fault: Script, kept: bool) -> None:
    with OpaqueTokenVerifier(fault) as asker:
        first, second = asker.reason(), asker.reason()
        assert first == second is not None
        assert asker.calls == (1 if kept else 2)


def test_results_are_cached_per_secret_key() -> None:
    with OpaqueTokenVerifier(GOOD) as asker:
        for key in ("ak_a", "ak_b", None, "ak_a"):
            asker.reason("mt_1", machine_secret_key=key)
        assert asker.calls == 3


def test_audience_is_checked_with_each_call() -> None:
    with OpaqueTokenVerifier(GOOD) as asker:
        assert asker.reason("oat_1", audience="x") is None
        assert asker.reason("oat_1", audience="y") == "token-verification-failed"
        assert asker.calls == 1


def test_cache_holds_neither_tokens_nor_keys() -> None:
    with OpaqueTokenVerifier(lambda received: GOOD if b"ak_1" in received.body else UNKNOWN) as asker:
        for given in ("ak_1", "mt_2"):
            asker.reason(given, machine_secret_key="ak_machine")
        held = repr(
            [vars(cache) for cache in vars(asker.state.machine_tokens).values() if isinstance(cache, BoundedCache)]
        )
    assert "user_1" in held
    assert not any(secret in held for secret in ("ak_1", "mt_2", "ak_machine"))


def slow(steps: Steps) -> Callable[[Received], Steps]:
    """Return the response after all concurrent requests had time to arrive."""
    gate = threading.Event()

    def reply(_: Received) -> Steps:
        gate.wait(0.3)
        return steps

    return reply


@pytest.mark.parametrize("script", [GOOD, UNKNOWN, respond(500, b"")], ids=["good", "unknown", "failing"])
def test_threads_with_the_same_token_share_a_call(script: Steps) -> None:
    outcomes: list[str | None] = []
    everyone_waits = threading.Event()

    def reply(_: Received) -> Steps:
        everyone_waits.wait(10)
        return script

    with OpaqueTokenVerifier(reply) as asker:
        threads = [threading.Thread(target=lambda: outcomes.append(asker.reason())) for _ in range(40)]
        for thread in threads:
            thread.start()
        runs = asker.state.thread_runs._runs
        while any(thread.is_alive() for thread in threads) and [one.callers for one in runs.values()] != [40]:
            time.sleep(0.001)
        everyone_waits.set()
        for thread in threads:
            thread.join()
        assert asker.calls == 1
        assert len(asker.state.thread_runs) == 0
    assert len(outcomes) == 40
    assert len(set(outcomes)) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("script", [GOOD, UNKNOWN, respond(500, b"")], ids=["good", "unknown", "failing"])
def test_tasks_with_the_same_token_share_a_call(script: Steps, backend: str) -> None:
    outcomes: list[bool] = []
    state = AuthState()

    async def verify(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, max_retries=0) as clerk:
            auth, wanted = make_async_auth(clerk, state, KEY), options(accepts_token="any")
            request = httpx.Request("GET", "https://shop.test/", headers={"authorization": "Bearer ak_1"})

            async def one() -> None:
                outcomes.append((await auth.authenticate_request(request, wanted)).is_authenticated)

            async with anyio.create_task_group() as group:
                for _ in range(300):
                    group.start_soon(one)

    with serve(slow(script)) as server:
        anyio.run(verify, server.url, backend=backend)
        assert len(server.requests) == 1
    assert outcomes == [script is GOOD] * 300
    assert len(state.task_runs) == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_another_task_sends_the_call_if_the_first_is_cancelled(backend: str) -> None:
    found: list[MachineToken] = []
    state = AuthState()

    async def verify(server: Loopback) -> None:
        first = anyio.CancelScope()
        async with AsyncClerk(KEY, base_url=server.url) as clerk, anyio.create_task_group() as group:
            auth = make_async_auth(clerk, state, KEY)

            async def ask(scope: anyio.CancelScope) -> None:
                with scope:
                    found.append(await auth.verify_machine_token("ak_1"))

            group.start_soon(ask, first)
            while not server.requests:  # noqa: ASYNC110  # the server is on a thread
                await anyio.sleep(0.01)
            group.start_soon(ask, anyio.CancelScope())
            await anyio.wait_all_tasks_blocked()
            first.cancel()

    with serve([Act.SILENCE], GOOD) as server:
        anyio.run(verify, server, backend=backend)
        assert len(server.requests) == 2
    assert [token.subject for token in found] == ["user_1"]
    assert len(state.task_runs) == 0


def test_threads_do_not_share_a_call_if_acceptance_is_not_cached() -> None:
    with OpaqueTokenVerifier(slow(GOOD)) as asker:
        threads = [threading.Thread(target=asker.reason, kwargs={"opaque_token_ttl": 0}) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert asker.calls == 5


def test_requests_use_the_lifetimes_of_the_options() -> None:
    request = httpx.Request("GET", "https://shop.test/", headers={"authorization": "Bearer ak_1"})
    with serve(GOOD) as server, Clerk(KEY, base_url=server.url) as clerk:
        for wanted, calls in ((AuthOptions(accepts_token="api_key"), 1), (options(accepts_token="any"), 1)):
            for _ in range(10):
                assert clerk.auth.authenticate_request(request, wanted).is_authenticated
            assert len(server.requests) == calls
        each = AuthOptions(accepts_token="api_key", opaque_token_ttl=0)
        for _ in range(3):
            assert clerk.auth.authenticate_request(request, each).is_authenticated
        assert len(server.requests) == 4


@pytest.mark.parametrize("name", ["opaque_token_ttl", "opaque_refusal_ttl"])
@pytest.mark.parametrize("value", [-1, None, "5", True, float("inf"), float("nan")])
def test_rejects_invalid_lifetimes(name: str, value: Any) -> None:
    given: dict[str, Any] = {name: value}
    with Clerk(KEY) as clerk:
        for made in (lambda: options(**given), lambda: clerk.auth.verify_machine_token("ak_1", **given)):
            with pytest.raises(InvalidArgument) as caught:
                made()
            assert caught.value.argument == name


# -- returned claims -----------------------------------------------------------------------------------------------

MACHINE = {"sub": "mch_1", "azp": None, "sid": None, "roles": ["reader"], "deep": {"a": [1]}}


@pytest.mark.parametrize("given", ["ak_1", "mt_1", "oat_1", "M2M", "OAUTH"])
def test_changes_to_machine_claims_do_not_affect_other_callers(given: str) -> None:
    made = {
        "M2M": token(**MACHINE, headers={"cat": "cl_B7d4PD333AAA"}),  # type: ignore[arg-type]
        "OAUTH": token(**{**MACHINE, "sub": "user_1"}, headers={"typ": "at+jwt", "cat": None}),  # type: ignore[arg-type]
    }
    with (
        serve(lambda received: respond(200, jwks() if received.path == "/jwks" else SUBJECT)) as server,
        Clerk(KEY, base_url=server.url) as clerk,
    ):
        first, second = (clerk.auth.verify_machine_token(made.get(given, given), now=NOW) for _ in range(2))
        assert first == second
        spoilt = first.claims
        assert spoilt
        for value in spoilt.values():
            value.clear()
        spoilt["role"] = "admin"
        assert clerk.auth.verify_machine_token(made.get(given, given), now=NOW) == second != first


def test_changes_to_session_claims_do_not_affect_other_callers() -> None:
    with Clerk(KEY) as clerk:
        made = token(act={"sub": "user_2"}, roles=["reader"], fea="o:a", fva=[1, 2])
        first, second = (clerk.auth.verify_token(made, jwt_key=pem(), now=NOW) for _ in range(2))
        first.raw["roles"].append("admin")
        (first.actor or {})["sub"] = "user_9"
        assert second.raw["roles"] == ["reader"]
        assert second.actor == {"sub": "user_2"}
        assert all(type(value) in (str, tuple, int, float, type(None)) for value in vars(first).values())


# -- limits --------------------------------------------------------------------------------------------------------


def test_cache_is_bounded_by_entries_and_bytes() -> None:
    entries, sized = BoundedCache[int](100, 10**9), BoundedCache[int](10**9, 100_000)
    for number in range(1000):
        entries.put(b"%d" % number, number, 0)
        sized.put(b"%d" % number, number, 800)
        assert len(entries) <= 100
        assert len(sized) <= 100
        assert all(entries.get(b"%d" % last) == last for last in range(max(0, number - 49), number + 1))
        assert all(sized.get(b"%d" % last) == last for last in range(max(0, number - 48), number + 1))
    sized.put(b"large", 1, 60_000)
    assert sized.get(b"large") is None
    sized.add_size(10**9)
    sized.put(b"next", 1, 0)
    sized.add_size(10**9)
    sized.put(b"last", 1, 0)
    assert (len(sized), sized.get(b"next"), sized.get(b"last")) == (2, 1, 1)


def test_refused_tokens_do_not_displace_accepted_ones() -> None:
    with OpaqueTokenVerifier(lambda received: GOOD if b"ak_1" in received.body else UNKNOWN) as asker:
        asker.state.machine_tokens = MachineTokenCache(lambda: asker.time.monotonic, 8)
        asker.reason("ak_1")
        for number in range(50):
            asker.reason(f"ak_x{number}")
        calls = asker.calls
        assert asker.reason("ak_1") is None
        assert asker.calls == calls


def test_signatures_of_5000_users_are_verified_once_each() -> None:
    made = [token(sub=f"user_{number}") for number in range(50)]
    cache = VerifiedTokenCache()
    with Clerk(KEY) as clerk:
        state = AuthState()
        state.verified_tokens = cache
        auth = make_auth(clerk, state, KEY)
        for one in made:
            auth.verify_token(one, jwt_key=pem(), now=NOW)
        kept = cache.get(made[0])
        assert kept
        for number in range(4950):
            cache.put(f"{number}", kept.jwt, kept.key)
            cache.add_claims(auth.verify_token(made[0], jwt_key=pem(), now=NOW))
        assert cache.get(made[0]) is not None
        assert all(cache.get(one) for one in (*made, *map(str, range(4950))))
