"""Calls to Clerk that unauthenticated requests cause: limits, time limits and logs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import httpx
import pytest

from clerk_core import UNSET
from clerkkit import AsyncClerk, Clerk, InvalidArgument, RateLimitOptions
from clerkkit.api.raw_request import build_raw_request
from clerkkit.auth import AuthOptions, AuthState, RequestState, TokenRefused
from tests.loopback import KEY, Act, Received, Script, respond, serve
from tests.overlay.auth.factories import NOW, jwks, make_async_auth, make_auth, options, pem, token
from tests.overlay.auth.test_keys import Time

LIVE, TEST = options(), options(live=False)
ANY = options(accepts_token="any")
EXPIRED = token(iat=NOW - 120, nbf=NOW - 130, exp=NOW - 60)
PAGE = {"sec-fetch-dest": "document"}
MISSING = respond(404, {"errors": [{"code": "resource_not_found", "message": "no"}]})
COME_LATER = respond(429, {"errors": []}, {"Retry-After": "10"})


def page(headers: Mapping[str, str], path: str = "/") -> httpx.Request:
    return httpx.Request("GET", f"https://shop.test{path}", headers={**PAGE, **headers})


def nonce(number: int) -> httpx.Request:
    return (
        page({"cookie": f"__clerk_handshake_nonce=n{number}"})
        if number % 2
        else page({}, f"/?__clerk_handshake_nonce=n{number}")
    )


def refresh(number: int) -> httpx.Request:
    cookies = f"__session={EXPIRED}; __client_uat=1; __refresh_{LIVE.instance.suffix}=r{number}"
    return page({"cookie": cookies})


def opaque(number: int) -> httpx.Request:
    return page({"authorization": f"Bearer ak_{number}"})


BROWSERS = {"nonces": nonce, "refresh tokens": refresh}
CALLS = {**BROWSERS, "opaque tokens": opaque}
TIGHT = options(accepts_token="any", opaque_token_calls=(10, 10.0))


def clerk_with_keys(script: Script) -> Script:
    def handle(received: Received) -> Any:
        if received.path == "/jwks":
            return respond(200, jwks())
        return script(received) if callable(script) else script

    return handle


def paths(requests: list[Received]) -> list[str]:
    return [received.path for received in requests if received.path != "/jwks"]


FLOODS = {
    "50 requests with made-up handshake nonces": (nonce, "session-token-and-uat-missing", 10),
    "50 requests with made-up refresh tokens": (refresh, "session-token-expired-refresh-fetch-error", 10),
    "600 requests with made-up API keys": (opaque, "unexpected-error", 500),
}
"""For each attack the requests, the reason of the last one, and the calls to Clerk."""


@pytest.mark.parametrize("script", [MISSING, COME_LATER, respond(503), respond(200, {}), [Act.RESET]], ids="mlsur")
@pytest.mark.parametrize("attack", FLOODS)
def test_floods_cause_a_limited_number_of_calls(attack: str, script: Script) -> None:
    make, reason, calls = FLOODS[attack]
    with serve(clerk_with_keys(script)) as server, Clerk(KEY, base_url=server.url) as clerk:
        states = [
            clerk.auth.authenticate_request(make(number), ANY, now=NOW) for number in range(int(attack.split()[0]))
        ]
        assert not any(state.is_authenticated for state in states)
        assert states[-1].reason == reason
        assert len(paths(server.requests)) == calls


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_share_the_limit(backend: str, kind: str) -> None:
    async def run(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url) as clerk, anyio.create_task_group() as tasks:

            async def one(number: int) -> None:
                state = await clerk.auth.authenticate_request(CALLS[kind](number), TIGHT, now=NOW)
                assert not state.is_authenticated

            for number in range(50):
                tasks.start_soon(one, number)

    with serve(clerk_with_keys(MISSING)) as server:
        anyio.run(run, server.url, backend=backend)
        assert len(paths(server.requests)) == 10


@pytest.mark.parametrize("kind", CALLS)
def test_threads_share_the_limit(kind: str) -> None:
    with serve(clerk_with_keys(MISSING)) as server, Clerk(KEY, base_url=server.url) as clerk:

        def one(number: int) -> None:
            clerk.with_options(timeout=9).auth.authenticate_request(CALLS[kind](number), TIGHT, now=NOW)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(paths(server.requests)) == 10


def test_beyond_the_limit_cookies_decide_until_the_window_has_passed() -> None:
    time = Time()
    wanted = options(unauthenticated_calls=(2, 5))
    good = {"cookie": f"__session={token()}; __client_uat=1; __clerk_handshake_nonce=n"}
    with serve(clerk_with_keys(MISSING)) as server, Clerk(KEY, base_url=server.url) as clerk:
        auth = make_auth(clerk, AuthState(monotonic=time), KEY)

        def reason(request: httpx.Request) -> str | None:
            return auth.authenticate_request(request, wanted, now=NOW).reason

        assert [reason(nonce(1)) for _ in range(2)] == ["session-token-missing"] * 2
        assert reason(nonce(3)) == "session-token-and-uat-missing"
        assert reason(page(good)) is None
        assert reason(refresh(1)) == "session-token-expired-refresh-fetch-error"
        time.seconds += 5
        assert reason(nonce(1)) == "session-token-missing"
        assert len(paths(server.requests)) == 3


def test_beyond_the_limit_refusals_are_not_cached() -> None:
    wanted = options(accepts_token="any", opaque_token_calls=(1, 10))
    with serve(MISSING) as server, Clerk(KEY, base_url=server.url) as clerk:
        found = [clerk.auth.authenticate_request(opaque(number), wanted, now=NOW).reason for number in range(2)]
    assert found == ["token-invalid", "unexpected-error"]


VALID = "ak_valid"
API_KEY = respond(200, {"object": "api_key", "id": "ak_1", "subject": "user_1", "scopes": [], "revoked": False})


def accept_one_key(received: Received) -> Any:
    """Respond as a Clerk whose only valid API key is `VALID`, without handshakes and sessions."""
    return API_KEY if VALID.encode() in received.body else MISSING


def valid_key() -> httpx.Request:
    return page({"authorization": f"Bearer {VALID}"})


@pytest.mark.parametrize("kind", CALLS)
def test_flood_in_threads_does_not_lock_out_a_new_api_key(kind: str) -> None:
    with serve(clerk_with_keys(accept_one_key)) as server, Clerk(KEY, base_url=server.url) as clerk:

        def one(number: int) -> None:
            clerk.auth.authenticate_request(CALLS[kind](number), ANY, now=NOW)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert clerk.auth.authenticate_request(valid_key(), ANY, now=NOW).status == "signed-in"


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_flood_in_tasks_does_not_lock_out_a_new_api_key(backend: str, kind: str) -> None:
    async def run(url: str) -> str:
        async with AsyncClerk(KEY, base_url=url) as clerk:
            async with anyio.create_task_group() as tasks:

                async def one(number: int) -> None:
                    await clerk.auth.authenticate_request(CALLS[kind](number), ANY, now=NOW)

                for number in range(50):
                    tasks.start_soon(one, number)
            return (await clerk.auth.authenticate_request(valid_key(), ANY, now=NOW)).status

    with serve(clerk_with_keys(accept_one_key)) as server:
        assert anyio.run(run, server.url, backend=backend) == "signed-in"


@pytest.mark.parametrize("ttl", [10.0, 0.0])
def test_beyond_the_limit_known_opaque_tokens_are_still_accepted(ttl: float) -> None:
    wanted = options(accepts_token="any", opaque_token_calls=(3, 10), opaque_token_ttl=ttl)
    time = Time()
    with serve(accept_one_key) as server, Clerk(KEY, base_url=server.url) as clerk:
        auth = make_auth(clerk, AuthState(monotonic=time), KEY)

        def reason(request: httpx.Request) -> str | None:
            return auth.authenticate_request(request, wanted, now=NOW).reason

        assert reason(valid_key()) is None
        time.seconds += 11  # after opaque_token_ttl, Clerk is called again
        assert [reason(opaque(number)) for number in range(4)] == ["token-invalid"] * 3 + ["unexpected-error"]
        assert reason(valid_key()) is None
        assert len(server.requests) == 5


def test_equal_limits_are_counted_separately() -> None:
    wanted = options(accepts_token="any", unauthenticated_calls=(2, 10), opaque_token_calls=(2, 10))
    with serve(clerk_with_keys(MISSING)) as server, Clerk(KEY, base_url=server.url) as clerk:
        for number in range(5):
            clerk.auth.authenticate_request(opaque(number), wanted, now=NOW)
        state = clerk.auth.authenticate_request(nonce(1), wanted, now=NOW)
        assert state.reason == "session-token-missing"
        assert paths(server.requests)[2:] == ["/clients/handshake_payload"]


def test_limits_do_not_apply_to_verify_machine_token() -> None:
    wanted = options(accepts_token="any", opaque_token_calls=(1, 10))
    with serve(accept_one_key) as server, Clerk(KEY, base_url=server.url) as clerk:
        for number in range(2):
            clerk.auth.authenticate_request(opaque(number), wanted, now=NOW)
        assert clerk.auth.verify_machine_token(VALID, now=NOW).subject == "user_1"


def test_calls_of_signed_in_requests_are_not_counted() -> None:
    directives = respond(200, {"directives": [f"__session={token()}; Path=/"]})
    cookies = respond(200, {"object": "cookies", "cookies": [f"__session={token()}; Path=/"]})
    for kind, script in (("nonces", directives), ("refresh tokens", cookies), ("opaque tokens", API_KEY)):
        with serve(clerk_with_keys(script)) as server, Clerk(KEY, base_url=server.url) as clerk:
            for number in range(25):
                state = clerk.auth.authenticate_request(CALLS[kind](number), TIGHT, now=NOW)
                assert state.status == "signed-in", kind
            assert len(paths(server.requests)) == 25


def test_fetching_signing_keys_is_not_limited() -> None:
    with serve(clerk_with_keys(MISSING)) as server, Clerk(KEY, base_url=server.url) as clerk:
        for number in range(20):
            clerk.auth.authenticate_request(nonce(number), LIVE, now=NOW)
        good = page({"authorization": f"Bearer {token()}"})
        assert clerk.auth.authenticate_request(good, LIVE, now=NOW).status == "signed-in"


KINDS: dict[str, Callable[[int], httpx.Request]] = {
    **CALLS,
    "signing keys": lambda number: page({"authorization": f"Bearer {token(jti=str(number))}"}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("own", [30.0, 2.0])
def test_call_for_an_unknown_sender_is_sent_once_with_a_time_limit(kind: str, own: float) -> None:
    """Neither a `Retry-After` nor the client's deadline extends it."""
    seen: list[tuple[str, float]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, max(request.extensions["timeout"].values())))
        if request.url.path.endswith("/jwks") and kind != "signing keys":
            return httpx.Response(200, json=jwks())
        return httpx.Response(429, json={"errors": []}, headers={"Retry-After": "1"})

    http = httpx.Client(transport=httpx.MockTransport(handle))
    clerk = Clerk(KEY, http_client=http, deadline=own)
    clerk.auth.authenticate_request(KINDS[kind](1), ANY, now=NOW)
    calls = [at_most for path, at_most in seen if kind == "signing keys" or not path.endswith("/jwks")]
    assert len(calls) == 1
    assert all(at_most <= min(own, 5) for _, at_most in seen)


SATURATED = RateLimitOptions(1, 3600.0)
OWN = build_raw_request("GET", "/x", None, UNSET)
"""A call by the application."""


def saturated(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=jwks() if request.url.path.endswith("/jwks") else {})


@pytest.mark.parametrize("kind", KINDS)
def test_saturated_rate_limit_does_not_block_threads(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    wanted = options(accepts_token="any", jwt_key=None if kind == "signing keys" else pem())
    http = httpx.Client(transport=httpx.MockTransport(saturated))
    clerk = Clerk(KEY, http_client=http, rate_limit=SATURATED)
    clerk.send(OWN)
    for number in range(3):
        assert not clerk.auth.authenticate_request(KINDS[kind](number), wanted, now=NOW).is_authenticated
    assert waits == [0.0]
    clerk.send(OWN)
    assert 0 < waits[-1] <= SATURATED.seconds  # unauthenticated requests used none of the rate limit


@pytest.mark.parametrize("kind", KINDS)
def test_saturated_rate_limit_does_not_block_tasks(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("anyio.sleep", sleep)
    wanted = options(accepts_token="any", jwt_key=None if kind == "signing keys" else pem())

    async def run() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(saturated))
        async with AsyncClerk(KEY, http_client=http, rate_limit=SATURATED) as clerk:
            await clerk.send(OWN)
            for number in range(3):
                state = await clerk.auth.authenticate_request(KINDS[kind](number), wanted, now=NOW)
                assert not state.is_authenticated
            assert waits == [0.0]
            await clerk.send(OWN)
            assert 0 < waits[-1] <= SATURATED.seconds

    anyio.run(run)


@pytest.mark.parametrize("option", ["unauthenticated_calls", "opaque_token_calls"])
@pytest.mark.parametrize("given", [0, 5, None, (0, 1), (1, 0), (1.5, 1), (True, 1), (1, 2, 3), (1, float("inf")), "ab"])
def test_rejects_invalid_limits(option: str, given: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        options(**{option: given})
    assert caught.value.argument == option


def test_limit_may_be_rate_limit_options() -> None:
    assert options(unauthenticated_calls=(3, 4)).unauthenticated_limit == RateLimitOptions(3, 4)
    assert options(opaque_token_calls=(3, 4)).opaque_limit == RateLimitOptions(3, 4)


# -- the log -------------------------------------------------------------------------------------------------------


def authenticate(script: Script, request: httpx.Request, wanted: AuthOptions = LIVE) -> RequestState:
    with serve(script) as server, Clerk(KEY, base_url=server.url) as clerk:
        return clerk.auth.authenticate_request(request, wanted, now=NOW)


@pytest.mark.parametrize(
    ("script", "reason"),
    [([Act.RESET], "unexpected-error"), (respond(500), "jwk-remote-failed-to-load")],
    ids=["unreachable", "failing"],
)
def test_warns_if_keys_cannot_be_fetched(script: Script, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "clerkkit")
    state = authenticate(script, page({"authorization": f"Bearer {token()}"}))
    assert (state.status, state.reason) == ("signed-out", reason)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("clerkkit", "WARNING")
    assert "signing keys" in record.getMessage()
    assert token() not in record.getMessage()


def test_logs_a_refusal_at_debug_level_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "clerkkit")
    late = page({"authorization": f"Bearer {EXPIRED}"})
    for request, reason in (
        (page({}), "session-token-and-uat-missing"),
        (late, "session-token-expired-refresh-non-eligible-no-refresh-cookie"),
        (page({"authorization": "Bearer x"}), "token-invalid"),
    ):
        caplog.clear()
        authenticate(respond(200, jwks()), request)
        messages = [record.getMessage() for record in caplog.records if reason in record.getMessage()]
        assert len(messages) == 1
        assert EXPIRED not in caplog.text


def test_warns_once_when_the_limit_is_reached(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "clerkkit")
    with serve(MISSING) as server, Clerk(KEY, base_url=server.url) as clerk:
        for number in range(30):
            clerk.auth.authenticate_request(nonce(number), LIVE, now=NOW)
    assert len([record for record in caplog.records if "limit" in record.getMessage()]) == 1
    assert "n1" not in caplog.text


# -- redirects -----------------------------------------------------------------------------------------------------


def hops(script: Script, wanted: AuthOptions, most: int = 12) -> int:
    """Count the redirects of a browser whose redirects take longer than the counting cookie lives."""
    cookies: dict[str, str] = {"__client_uat": "5", "__clerk_db_jwt": "d"}
    url = "http://localhost:3000/a"
    with serve(script) as server, Clerk(KEY, base_url=server.url) as clerk:
        for hop in range(most):
            header = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), **PAGE}
            state = clerk.auth.authenticate_request(httpx.Request("GET", url, headers=header), wanted, now=NOW)
            if state.location is None:
                return hop
            if "/v1/client/handshake" in state.location:  # Clerk sends the browser back with a new nonce
                url = f"http://localhost:3000/a?__clerk_db_jwt=d&__clerk_handshake_nonce=n{hop}"
            else:
                url = state.location
    return most


@pytest.mark.parametrize("status", [401, 404, 500])
def test_redirects_stop_with_a_wrong_secret_key_in_development(status: int) -> None:
    assert hops(respond(status, {"errors": [{"code": "clerk_key_invalid", "message": "no"}]}), TEST) == 1


def test_async_calls_have_the_same_time_limit() -> None:
    async def run(url: str) -> str | None:
        async with AsyncClerk(KEY, base_url=url) as clerk:
            auth = make_async_auth(clerk, AuthState(), KEY)
            with pytest.raises(TokenRefused):
                await auth.verify_token(token(), now=NOW)
            return (await auth.authenticate_request(nonce(1), LIVE, now=NOW)).reason

    with serve(COME_LATER) as server:
        assert anyio.run(run, server.url) == "session-token-missing"
    assert [received.path for received in server.requests] == ["/jwks", "/clients/handshake_payload"]
