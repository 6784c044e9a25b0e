"""`Clerk(clock=...)` sets the time of all verification, also in views."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from typing import Any

import anyio
import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import TokenRefused
from clerkkit.testing import webhook_secret
from clerkkit.webhooks import WebhookVerificationError
from tests.loopback import KEY, respond, serve
from tests.overlay.auth.factories import NOW, jwks, options, token

MACHINE = {"sub": "mch_1", "azp": None, "sid": None}
M2M_HEADERS = {"cat": "cl_B7d4PD333AAA"}


class SetClock:
    """A clock that a test sets."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def reason(verify: Any, *arguments: Any, **more: Any) -> str | None:
    try:
        verify(*arguments, **more)
    except (TokenRefused, WebhookVerificationError) as error:
        return error.reason
    return None


def test_tokens_expire_by_the_clock_of_the_client() -> None:
    clock, session, machine = SetClock(), token(), token(**MACHINE, headers=M2M_HEADERS)
    request = httpx.Request("GET", "https://shop.test/", headers={"authorization": f"Bearer {session}"})
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url, clock=clock) as clerk:
        views = (clerk, clerk.with_options(timeout=1), clerk.with_options(secret_key="sk_test_other"))
        for moment, expired in ((NOW, False), (NOW + 64, False), (NOW + 65, True), (NOW, False)):
            clock.now = moment
            for view in views:
                assert reason(view.auth.verify_token, session) == ("token-expired" if expired else None)
                outcome = reason(view.auth.verify_machine_token, machine)
                assert outcome == ("token-verification-failed" if expired else None)
                assert view.auth.authenticate_request(request, options()).is_authenticated is not expired
        assert reason(clerk.auth.verify_token, session, now=NOW + 65) == "token-expired"


def test_tokens_expire_by_the_async_clients_clock() -> None:
    clock, session, machine = SetClock(), token(), token(**MACHINE, headers=M2M_HEADERS)

    async def verify(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, clock=clock) as clerk:
            assert (await clerk.auth.verify_token(session)).user_id == "user_1"
            assert (await clerk.auth.verify_machine_token(machine)).machine_id == "mch_1"
            clock.now = NOW + 65
            for verify in (clerk.auth.verify_token(session), clerk.auth.verify_machine_token(machine)):
                with pytest.raises(TokenRefused):
                    await verify

    with serve(respond(200, jwks())) as server:
        anyio.run(verify, server.url)


def test_handshake_session_expires_by_the_clock_of_the_client() -> None:
    clock, session = SetClock(), token()
    handshake = token(sub=None, sid=None, exp=None, nbf=None, handshake=[f"__session={session}; Path=/"])
    request = httpx.Request("GET", "https://shop.test/", headers={"cookie": f"__clerk_handshake={handshake}"})
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url, clock=clock) as clerk:
        assert clerk.auth.authenticate_request(request, options()).is_authenticated
        clock.now = NOW + 65
        assert not clerk.auth.authenticate_request(request, options()).is_authenticated


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
def test_webhooks_expire_by_the_clock_of_the_client(client: type[Clerk | AsyncClerk]) -> None:
    clock, secret, body = SetClock(), webhook_secret(), '{"type": "user.created", "data": {"id": "user_1"}}'
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(NOW, UTC), body)
    headers = {"svix-id": "msg_1", "svix-timestamp": str(NOW), "svix-signature": signature}
    clerk = client(KEY, clock=clock)
    assert clerk.webhooks.verify(body.encode(), headers, secret).type == "user.created"
    clock.now = NOW + 301
    assert reason(clerk.webhooks.verify, body.encode(), headers, secret) == "timestamp-too-old"
    assert reason(clerk.webhooks.verify, body.encode(), headers, secret, tolerance=302) is None
    clock.now = NOW - 301
    assert reason(clerk.webhooks.verify, body.encode(), headers, secret) == "timestamp-too-new"
    other = "whsec_" + base64.b64encode(b"x" * 24).decode()
    assert reason(clerk.webhooks.verify, body.encode(), headers, [other], tolerance=302) == "signature-mismatch"


def test_default_clock_is_that_of_the_machine() -> None:
    now = time.time()
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert reason(clerk.auth.verify_token, token(iat=now, nbf=now, exp=now + 60)) is None
        assert reason(clerk.auth.verify_token, token(iat=now, nbf=now, exp=now - 60)) == "token-expired"


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
@pytest.mark.parametrize(
    "clock", [None, 5, lambda: None, lambda: "now", lambda: True, lambda: time.time() * 1000, lambda: float("nan")]
)
def test_rejects_an_invalid_clock(client: Any, clock: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        client(KEY, clock=clock)
    assert caught.value.argument == "clock"
