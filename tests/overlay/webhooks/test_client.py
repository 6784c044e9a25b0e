"""`clerk.webhooks.verify`."""

from __future__ import annotations

import time
from typing import Any

import anyio
import pytest

from clerk_bapi.events import UserCreatedEvent
from clerkkit import AsyncClerk, Clerk
from clerkkit.testing import signed_webhook, webhook_secret
from clerkkit.webhooks import WebhookVerificationError
from tests.loopback import KEY, respond, serve

each_client = pytest.mark.parametrize("client", [Clerk, AsyncClerk])
USER_CREATED = {"type": "user.created", "data": {"id": "user_1"}}


@each_client
def test_returns_a_typed_event(client: type[Any]) -> None:
    hook = signed_webhook(USER_CREATED)
    event = client(KEY).webhooks.verify(hook.body, hook.headers, hook.secret)
    assert isinstance(event, UserCreatedEvent)
    assert event.data.id == "user_1"


@each_client
def test_secret_is_an_argument_or_in_the_environment(client: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = webhook_secret(), webhook_secret()
    hook, webhooks = signed_webhook(USER_CREATED, old), client(KEY).webhooks
    monkeypatch.delenv("CLERK_WEBHOOK_SIGNING_SECRET", raising=False)
    with pytest.raises(WebhookVerificationError, match="secret-missing"):
        webhooks.verify(hook.body, hook.headers)
    monkeypatch.setenv("CLERK_WEBHOOK_SIGNING_SECRET", old)
    assert webhooks.verify(hook.body, hook.headers).type == "user.created"
    with pytest.raises(WebhookVerificationError, match="signature-mismatch"):
        webhooks.verify(hook.body, hook.headers, new)
    assert webhooks.verify(hook.body, hook.headers, [new, old]).type == "user.created"


@each_client
def test_view_verifies_by_the_same_clock(client: type[Any]) -> None:
    hook = signed_webhook(USER_CREATED, now=time.time() - 10_000)
    clerk = client(KEY, clock=lambda: time.time() - 10_000)
    for one in (clerk, clerk.with_options(max_retries=0)):
        assert one.webhooks.verify(hook.body, hook.headers, hook.secret).type == "user.created"
    with pytest.raises(WebhookVerificationError, match="timestamp-too-old"):
        client(KEY).webhooks.verify(hook.body, hook.headers, hook.secret)


def test_resource_has_other_methods_too() -> None:
    with serve(respond(200, {"svix_url": "https://x"})) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert clerk.webhooks.generate_svix_auth_url().svix_url == "https://x"

    async def call(url: str) -> str | None:
        async with AsyncClerk(KEY, base_url=url) as clerk:
            return (await clerk.webhooks.generate_svix_auth_url()).svix_url

    with serve(respond(200, {"svix_url": "https://x"})) as server:
        assert anyio.run(call, server.url) == "https://x"


@each_client
def test_old_name_warns_and_names_the_new_one(client: type[Any]) -> None:
    hook = signed_webhook(USER_CREATED)
    with pytest.warns(DeprecationWarning, match=r"`clerk\.webhooks\.verify`") as caught:
        event = client(KEY).verify_webhook(hook.body, hook.headers, hook.secret)
    assert event.type == "user.created"
    assert caught[0].filename == __file__
