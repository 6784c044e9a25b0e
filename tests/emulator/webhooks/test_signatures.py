"""Signatures: accepted by Svix's own package and by clerkkit."""

from __future__ import annotations

import datetime

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from clerk_emulator import Emulator
from clerkkit.webhooks import verify_webhook
from tests.emulator.api import Api
from tests.emulator.webhooks.receivers import Receiver

SECRET = "whsec_dGVzdF9zaWduaW5nX3NlY3JldF8zMl9jaGFyc19sb25n"
OTHER = "whsec_b3RoZXJfc2lnbmluZ19zZWNyZXRfMzJfY2hhcnNfbG9uZw=="


def svix_accepts(secret: str, receiver: Receiver, index: int = -1) -> bool:
    headers, body = receiver.received[index]
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_other_verifiers_accept_the_signature(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    endpoint = emulator.webhooks.add(receiver.url, secret=SECRET)
    assert endpoint["secret"] == SECRET
    user = api.user()
    emulator.webhooks.flush()
    assert svix_accepts(SECRET, receiver)
    assert not svix_accepts(OTHER, receiver)
    headers, body = receiver.received[0]
    event = verify_webhook(body, headers, SECRET)
    assert (event.type, event.data.id) == ("user.created", user["id"])


def test_generated_secrets_differ(emulator: Emulator) -> None:
    endpoints = [emulator.webhooks.add(f"http://localhost/{number}") for number in range(2)]
    assert len({one["secret"] for one in endpoints}) == 2


def test_former_secret_signs_for_24_hours(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.clock.freeze()
    endpoint = emulator.webhooks.add(receiver.url, secret=SECRET)
    assert emulator.webhooks.rotate_secret(endpoint["id"], OTHER)["secret"] == OTHER
    api.user(username="ada_lovelace")
    emulator.webhooks.flush()
    assert svix_accepts(SECRET, receiver)
    assert svix_accepts(OTHER, receiver)
    emulator.clock.advance(24 * 3600)
    api.user(username="grace_hopper")
    emulator.webhooks.flush()
    assert not svix_accepts(SECRET, receiver)
    assert svix_accepts(OTHER, receiver)


def test_timestamp_is_the_real_time_unless_switched(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.clock.freeze(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
    emulator.webhooks.add(receiver.url, secret=SECRET)
    api.user(username="ada_lovelace")
    emulator.webhooks.flush()
    assert svix_accepts(SECRET, receiver)
    emulator.webhooks.timestamps = "emulator"
    api.user(username="grace_hopper")
    emulator.webhooks.flush()
    assert not svix_accepts(SECRET, receiver)
    headers, body = receiver.received[-1]
    assert headers["svix-timestamp"] == str(emulator.clock.now() // 1000)
    assert verify_webhook(body, headers, SECRET, now=emulator.clock.time()).type == "user.created"
    emulator.webhooks.timestamps = "real"
    with pytest.raises(ValueError, match="timestamps: 'local' is not real or emulator"):
        emulator.webhooks.timestamps = "local"  # type: ignore[assignment]
