"""10,000 random and mutated webhooks: all are rejected, without unexpected exceptions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from clerkkit.testing import signed_webhook, webhook_secret
from clerkkit.webhooks import WebhookVerificationError, verify_webhook
from tests.generated.random_json import for_all

SECRETS = [webhook_secret(), webhook_secret()]
NOW = 1_800_000_000
HOOK = signed_webhook({"type": "user.created", "data": {"id": "user_1"}}, SECRETS, message_id="msg_1", now=NOW)
ID, TIMESTAMP, SIGNATURE = (HOOK.headers[f"svix-{name}"] for name in ("id", "timestamp", "signature"))

WORDS = [
    "svix-id",
    "svix-timestamp",
    "svix-signature",
    "webhook-id",
    "HTTP_SVIX_ID",
    "v1",
    "v1,",
    "v1,AAAA",
    "v1a,",
    "v2,",
]
text = st.text() | st.sampled_from([*WORDS, "", " ", ",", "\ud800", "\x00", ID, TIMESTAMP, *SIGNATURE.split()])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | text,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(text, inner, max_size=4),
    max_leaves=6,
)
names = st.sampled_from(WORDS[:5]) | text


def refused(*arguments: Any, **options: Any) -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(*arguments, **{"now": NOW, **options})


def mutated(value: str) -> st.SearchStrategy[str]:
    """Return the text with a part removed, replaced or repeated."""
    places = st.integers(0, len(value))
    return st.builds(lambda a, b, new: value[: min(a, b)] + new + value[max(a, b) :], places, places, text)


@pytest.mark.parametrize("part", range(2))
def test_rejects_random_bodies_and_headers(part: int) -> None:
    headers = st.dictionaries(names, text, max_size=5) | st.lists(st.tuples(names, text), max_size=5) | anything
    cases = st.tuples(anything, headers, st.none() | st.just(SECRETS) | anything)
    for_all(cases, lambda case: refused(*case), name=f"random {part}", cases=1000)


def test_rejects_random_headers_with_a_valid_body() -> None:
    def check(parts: tuple[str, str, str]) -> None:
        assume(parts != (ID, TIMESTAMP, SIGNATURE))
        headers = dict(zip(HOOK.headers, (HOOK.headers["content-type"], *parts), strict=True))
        if not (parts[0] == ID and parts[1] == TIMESTAMP and set(parts[2].split(" ")) & set(SIGNATURE.split())):
            refused(HOOK.body, headers, SECRETS)

    for_all(st.tuples(text, text, text), check, name="headers", cases=1000)


@pytest.mark.parametrize("part", range(2))
def test_rejects_mutated_bodies(part: int) -> None:
    def check(body: bytes) -> None:
        assume(body != HOOK.body)
        refused(body, HOOK.headers, SECRETS)

    places = st.integers(0, len(HOOK.body))
    cut = st.builds(
        lambda a, b, new: HOOK.body[: min(a, b)] + new + HOOK.body[max(a, b) :], places, places, st.binary()
    )
    for_all(cut, check, name=f"body {part}", cases=1500)


def test_rejects_mutated_ids() -> None:
    def check(message_id: str) -> None:
        assume(message_id.strip() != ID)
        refused(HOOK.body, {**HOOK.headers, "svix-id": message_id}, SECRETS)

    for_all(mutated(ID), check, name="id", cases=1000)


def test_rejects_mutated_timestamps() -> None:
    """Characters after the whole seconds are ignored, as in Clerk's helper."""

    def check(timestamp: str) -> None:
        read = timestamp.strip().lstrip("+")
        digits = read[: len(read) - len(read.lstrip("0123456789"))]
        assume(digits.lstrip("0") != TIMESTAMP)
        refused(HOOK.body, {**HOOK.headers, "svix-timestamp": timestamp}, SECRETS)

    for_all(mutated(TIMESTAMP), check, name="timestamp", cases=1000)


def test_rejects_mutated_signatures() -> None:
    def check(entries: str) -> None:
        assume(not set(entries.strip().split(" ")) & set(SIGNATURE.split()))
        refused(HOOK.body, {**HOOK.headers, "svix-signature": entries}, SECRETS)

    first = SIGNATURE.split()[0]
    for_all(mutated(first), check, name="signature", cases=1500)


def test_rejects_mutated_secrets() -> None:
    def check(secret: str) -> None:
        assume(secret.removeprefix("whsec_").rstrip("=") != SECRETS[0].removeprefix("whsec_").rstrip("="))
        refused(HOOK.body, HOOK.headers, secret)

    for_all(mutated(SECRETS[0]), check, name="secret", cases=500)


def test_rejects_random_options() -> None:
    def check(options: dict[str, Any]) -> None:
        with pytest.raises(WebhookVerificationError):
            verify_webhook(HOOK.body, {**HOOK.headers, "svix-id": "msg_2"}, SECRETS, **options)

    for_all(
        st.fixed_dictionaries({}, optional={"now": anything, "tolerance": anything}), check, name="options", cases=500
    )
