"""Signing keys over real sockets: fetched once, cached, replaced, and never shared between instances."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import AuthState, TokenRefused
from clerkkit.auth.tokens.verified_token_cache import VerifiedTokenCache
from tests.loopback import KEY, Act, Received, Script, Steps, respond, serve
from tests.overlay.auth.factories import NOW, jwk, jwks, make_async_auth, make_auth, pem, token

GOOD = respond(200, jwks())
DOWN = respond(500, {"errors": []})
WAYS = ["sync", "asyncio", "trio"]


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Caller:
    """Verifies tokens with a sync or async client. All calls of a test run in one loop."""

    def __init__(self, verify: Callable[..., Any], time: Time) -> None:
        self.verify = verify
        self.time = time

    def reason(self, given: str, **options: Any) -> str | None:
        try:
            assert self.verify(given, **options).user_id == "user_1"
        except TokenRefused as error:
            return error.reason
        return None


def calling(way: str, url: str, test: Callable[[Caller], None], **options: Any) -> None:
    """Run a test with a sync or async client whose clock the test sets."""
    time = Time()
    state = AuthState(monotonic=time)
    if way == "sync":
        with Clerk(KEY, base_url=url, max_retries=0, **options) as clerk:
            auth = make_auth(clerk, state, KEY)
            test(Caller(lambda given, **more: auth.verify_token(given, **{"now": NOW, **more}), time))
        return

    async def run() -> None:
        async with AsyncClerk(KEY, base_url=url, max_retries=0, **options) as clerk:
            auth = make_async_auth(clerk, state, KEY)

            def verify(given: str, **more: Any) -> Any:
                async def one() -> Any:
                    return await auth.verify_token(given, **{"now": NOW, **more})

                return anyio.from_thread.run(one)

            await anyio.to_thread.run_sync(lambda: test(Caller(verify, time)))

    anyio.run(run, backend=way)


@pytest.mark.parametrize("way", WAYS)
def test_keys_are_fetched_once_and_again_after_five_minutes(way: str) -> None:
    def test(caller: Caller) -> None:
        for age, calls in ((0, 1), (1, 1), (299, 1), (300, 2), (599, 2), (600, 3)):
            caller.time.seconds = 1000.0 + age
            assert caller.reason(token(jti=str(age)), cache=age % 2 == 0) is None
            assert len(server.requests) == calls

    with serve(GOOD) as server:
        calling(way, server.url, test)
    assert {received.path for received in server.requests} == {"/jwks"}
    assert {received.headers["Authorization"] for received in server.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("way", WAYS)
def test_rotated_key_is_fetched_at_most_every_ten_seconds(way: str) -> None:
    def test(caller: Caller) -> None:
        new = token(key="second", headers={"kid": "ins_2"})
        assert caller.reason(token()) is None
        assert caller.reason(new) == "jwk-kid-mismatch"
        assert len(server.requests) == 1
        caller.time.seconds += 10
        assert caller.reason(new) is None
        assert caller.reason(token()) == "jwk-kid-mismatch"  # its key is gone, so the cached signature is ignored
        assert len(server.requests) == 2

    with serve(GOOD, respond(200, jwks(jwk("second", "ins_2")))) as server:
        calling(way, server.url, test)


@pytest.mark.parametrize("way", WAYS)
def test_bad_signature_fetches_a_new_key_with_the_same_id(way: str) -> None:
    def test(caller: Caller) -> None:
        assert caller.reason(token()) is None
        assert caller.reason(token(key="second")) == "token-invalid-signature"
        assert len(server.requests) == 1
        caller.time.seconds += 10
        assert caller.reason(token(key="second")) is None
        assert caller.reason(token()) == "token-invalid-signature"
        assert len(server.requests) == 2

    with serve(GOOD, respond(200, jwks(jwk("second")))) as server:
        calling(way, server.url, test)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "fault", [DOWN, respond(200, {"keys": []}), respond(200, b"<html>"), [Act.HANG_UP]], ids="dehc"
)
def test_old_keys_are_used_for_an_hour_if_new_ones_cannot_be_fetched(way: str, fault: Script) -> None:
    def test(caller: Caller) -> None:
        for age, calls, good in (
            (0, 1, True),
            (300, 2, True),
            (309, 2, True),
            (310, 3, True),
            (3599, 4, True),
            (3600, 5, False),
        ):
            caller.time.seconds = 1000.0 + age
            assert (caller.reason(token(jti=str(age))) is None) is good
            assert len(server.requests) == calls
        assert caller.reason(token()) is not None  # failures are cached for one second
        assert len(server.requests) == calls
        caller.time.seconds += 1
        assert caller.reason(token()) is not None
        assert len(server.requests) == calls + 1

    with serve(GOOD, fault) as server:
        calling(way, server.url, test)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (DOWN, "jwk-remote-failed-to-load"),
        (respond(401, {"errors": [{"code": "clerk_key_invalid", "message": "no"}]}), "secret-key-invalid"),
        (respond(403, b"no"), "jwk-remote-failed-to-load"),
        (respond(200, {}), "jwk-remote-failed-to-load"),
        (respond(200, {"keys": {}}), "jwk-remote-failed-to-load"),
        (respond(200, []), "jwk-remote-failed-to-load"),
        (respond(200, b"no json"), "jwk-remote-failed-to-load"),
        (respond(200, {"keys": [5, None, "x", {}, {"kty": "RSA"}]}), "jwk-kid-mismatch"),
        ([Act.RESET], "unexpected-error"),
        (respond(200, jwks({**jwk(), "kty": "oct", "k": "c2VjcmV0"})), "jwk-kid-mismatch"),
        (respond(200, jwks({**jwk(), "use": "enc"})), "jwk-kid-mismatch"),
        (respond(200, jwks({**jwk(), "n": "AQ"})), "jwk-kid-mismatch"),
        (respond(200, jwks({**jwk(), "e": "AQ"})), "jwk-kid-mismatch"),
        (respond(200, jwks({**jwk(), "n": "!", "e": 5})), "jwk-kid-mismatch"),
        (respond(200, jwks(jwk("short", bits=1024))), "jwk-kid-mismatch"),
        (respond(200, jwks({**jwk(), "alg": "HS256"})), "jwk-kid-mismatch"),
        (respond(200, jwks({**jwk(), "alg": "RS512"})), "token-verification-failed"),
    ],
)
def test_reason_if_keys_cannot_be_fetched_or_used(fault: Script, reason: str) -> None:
    with serve(fault) as server:
        calling("sync", server.url, lambda caller: _same(caller.reason(token()), reason))


def _same(found: object, expected: object) -> None:
    assert found == expected


def test_key_without_algorithm_accepts_all_supported_ones() -> None:
    def test(caller: Caller) -> None:
        for algorithm in ("RS256", "RS384", "RS512"):
            assert caller.reason(token(algorithm=algorithm)) is None
        assert caller.reason(token(algorithm="PS256")) == "token-invalid-algorithm"

    plain = {name: value for name, value in jwk().items() if name != "alg"}
    with serve(respond(200, jwks(plain))) as server:
        calling("sync", server.url, test)


# -- many at a time ------------------------------------------------------------------------------------------------


def slowly(steps: Steps) -> Script:
    def late(received: Received) -> Steps:
        return [Act.PAUSE, *([steps] if isinstance(steps, bytes) else steps)]

    return late


@pytest.mark.parametrize(("script", "good"), [(slowly(GOOD), 200), (slowly(DOWN), 0)], ids=["well", "down"])
def test_200_first_requests_on_threads_fetch_once(script: Script, good: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "clerkkit.auth.client.SEND_ONCE_SECONDS", 60.0
    )  # which 200 threads can exceed on a busy machine
    verified: list[str] = []
    together = threading.Barrier(200)

    def first(clerk: Clerk, number: int) -> None:
        together.wait(20)
        try:
            verified.append(clerk.auth.verify_token(token(jti=str(number)), now=NOW).user_id)
        except TokenRefused as error:
            assert error.reason == "jwk-remote-failed-to-load"  # noqa: PT017  # each of 200 is one or the other

    with serve(script) as server, Clerk(KEY, base_url=server.url) as clerk:
        made = [threading.Thread(target=first, args=(clerk, number)) for number in range(200)]
        for thread in made:
            thread.start()
        for thread in made:
            thread.join()
    assert len(verified) == good
    assert len(server.requests) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize(("script", "good"), [(slowly(GOOD), 200), (slowly(DOWN), 0)], ids=["well", "down"])
def test_200_first_requests_in_tasks_fetch_once(backend: str, script: Script, good: int) -> None:
    verified: list[str] = []

    async def run(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url) as clerk, anyio.create_task_group() as tasks:

            async def first(number: int) -> None:
                try:
                    verified.append((await clerk.auth.verify_token(token(jti=str(number)), now=NOW)).user_id)
                except TokenRefused as error:
                    assert error.reason == "jwk-remote-failed-to-load"  # noqa: PT017

            for number in range(200):
                tasks.start_soon(first, number)

    with serve(script) as server:
        anyio.run(run, server.url, backend=backend)
    assert len(verified) == good
    assert len(server.requests) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelled_task_does_not_block_others(backend: str) -> None:
    async def run(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url) as clerk:
            with anyio.move_on_after(0.01):
                await clerk.auth.verify_token(token(), now=NOW)
            assert (await clerk.auth.verify_token(token(), now=NOW)).user_id == "user_1"

    with serve(slowly(GOOD)) as server:
        anyio.run(run, server.url, backend=backend)


def test_async_client_works_in_several_loops() -> None:
    # Connections are not reused in another loop.
    with serve(respond(200, jwks(), {"Connection": "close"})) as server:
        clerk = AsyncClerk(KEY, base_url=server.url)

        async def verify() -> str:
            return (await clerk.auth.verify_token(token(), now=NOW, cache=False)).user_id

        for backend in ("asyncio", "trio", "asyncio"):
            assert anyio.run(verify, backend=backend) == "user_1"
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
def test_others_use_the_old_keys_while_one_fetches(way: str) -> None:
    """The server delays its second response until the others are done: a caller that waited would block it forever."""
    others_through = threading.Event()

    def second(received: Received) -> bytes:
        assert others_through.wait(20)
        return GOOD

    with serve(GOOD, second) as server:

        def test(caller: Caller) -> None:
            assert caller.reason(token()) is None
            caller.time.seconds += 300
            asking = threading.Thread(target=caller.reason, args=(token(jti="slow"),))
            if way == "sync":
                asking.start()
                while len(server.requests) < 2:
                    pass
                assert [caller.reason(token(jti=str(number))) for number in range(5)] == [None] * 5
                others_through.set()
                asking.join()

        if way == "sync":
            calling(way, server.url, test)
        else:
            _tasks_do_not_wait(way, server.url, others_through, server.requests)
    assert len(server.requests) == 2


def _tasks_do_not_wait(backend: str, url: str, through: threading.Event, requests: list[Received]) -> None:
    async def run() -> None:
        time = Time()
        async with AsyncClerk(KEY, base_url=url) as clerk:
            auth = make_async_auth(clerk, AuthState(monotonic=time), KEY)
            await auth.verify_token(token(), now=NOW)
            time.seconds += 300

            async def ask() -> None:
                await auth.verify_token(token(jti="slow"), now=NOW)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask)
                while len(requests) < 2:  # noqa: ASYNC110  # another thread adds to them
                    await anyio.sleep(0.001)
                for number in range(5):
                    await auth.verify_token(token(jti=str(number)), now=NOW)
                through.set()

    anyio.run(run, backend=backend)


# -- tenants -------------------------------------------------------------------------------------------------------


def test_clients_do_not_share_keys() -> None:
    """Both instances have a key with the same id; each refuses tokens of the other."""
    one, other = respond(200, jwks(jwk("first"))), respond(200, jwks(jwk("second")))
    with serve(one) as first, serve(other) as second, Clerk("sk_test_1", base_url=first.url) as mine:
        theirs = Clerk("sk_test_2", base_url=second.url)
        assert mine.auth.verify_token(token(), now=NOW)
        with pytest.raises(TokenRefused):
            theirs.auth.verify_token(token(), now=NOW)
        assert theirs.auth.verify_token(token(key="second"), now=NOW)
        with pytest.raises(TokenRefused):
            mine.auth.verify_token(token(key="second"), now=NOW)
        theirs.close()


def test_view_shares_keys_unless_it_has_another_secret_key() -> None:
    with serve(GOOD) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert clerk.with_options(timeout=5).auth.verify_token(token(), now=NOW)
        assert clerk.auth.verify_token(token(), now=NOW)
        assert len(server.requests) == 1
        assert clerk.with_options(secret_key="sk_test_another").auth.verify_token(token(), now=NOW)
    assert [one.headers["Authorization"] for one in server.requests] == [f"Bearer {KEY}", "Bearer sk_test_another"]


@pytest.mark.parametrize("key", [None, "", 5, "a b", "pk_test_x", "k\n", "\u00e9"])
def test_rejects_a_view_with_an_invalid_key(key: Any) -> None:
    with Clerk(KEY) as clerk, pytest.raises(InvalidArgument, match="secret_key"):
        clerk.with_options(secret_key=key)


# -- the cache -----------------------------------------------------------------------------------------------------


def test_cached_token_is_still_checked() -> None:
    with serve(GOOD) as server, Clerk(KEY, base_url=server.url) as clerk:
        verify, made = clerk.auth.verify_token, token(aud="a")
        first = verify(made, now=NOW)
        assert verify(made, now=NOW) is first
        for options, reason in (
            ({"now": NOW + 65}, "token-expired"),
            ({"now": NOW - 16}, "token-not-active-yet"),
            ({"authorized_parties": ["https://other.test"]}, "token-invalid-authorized-parties"),
            ({"audience": "b"}, "token-verification-failed"),
            ({"issuer": "b"}, "token-invalid-issuer"),
            ({"header_type": "at+jwt"}, "token-invalid"),
            ({"jwt_key": pem("second")}, "token-invalid-signature"),
        ):
            with pytest.raises(TokenRefused) as caught:
                verify(made, **{"now": NOW, **options})  # type: ignore[arg-type]
            assert caught.value.reason == reason
        assert verify(made, now=NOW, cache=False) is not first


def test_verified_token_cache_is_bounded_and_holds_no_token() -> None:
    time = Time()
    state = AuthState(monotonic=time)
    with serve(GOOD) as server, Clerk(KEY, base_url=server.url) as clerk:
        auth = make_auth(clerk, state, KEY)
        state.verified_tokens = VerifiedTokenCache(time, 16)
        made = [token(jti=str(number)) for number in range(40)]
        for one in made:
            auth.verify_token(one, now=NOW)
            assert len(state.verified_tokens) <= 16
        assert state.verified_tokens.get(made[-1])
        assert not state.verified_tokens.get(made[0])
        assert not any(one in repr(vars(state.verified_tokens)) for one in made)
        time.seconds += 120
        assert not state.verified_tokens.get(made[-1])
        with pytest.raises(TokenRefused):
            auth.verify_token(token(key="second"), now=NOW)
        assert len(state.verified_tokens) <= 16
