"""Verifies a webhook, applies it, and says what to respond."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from clerk_core import InvalidArgument
from clerkkit.errors import WebhookVerificationError
from clerkkit.sync.flows.apply import OtherInstance, Outcome, apply_event
from clerkkit.sync.flows.incoming import read_incoming
from clerkkit.sync.flows.steps import Flow
from clerkkit.sync.flows.store import Store
from clerkkit.webhooks.headers import Headers, read_signed_headers
from clerkkit.webhooks.verify import verify_webhook

LARGEST_BODY = 4_000_000
"""Bytes of a webhook. Receivers reject longer bodies before they verify them."""
ABORT: Mapping[str, str] = MappingProxyType({"webhook-delivery": "abort-message"})
"""The header that stops the retries of a message."""
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_OUR_MISTAKE = ("secret-missing", "secret-invalid", "option-invalid", "body-not-raw", "headers-invalid")


class Reply(NamedTuple):
    """What to respond to a webhook."""

    status: int
    headers: Mapping[str, str] = _NO_HEADERS
    outcome: Outcome | None = None
    """What was done; None if the webhook was rejected."""
    problem: str | None = None
    """Why it was rejected."""


def receive(
    store: Store, body: bytes | bytearray, headers: Headers, secret: str | Collection[str] | None, *, can_read: bool
) -> Flow[Reply]:
    """Verify a webhook and apply its event.

    A message that can never succeed is rejected with a header that stops its retries.

    Raises:
        WebhookVerificationError: the signing secret is missing or malformed.
    """
    if len(body) > LARGEST_BODY:
        return Reply(413, problem=f"the body has more than {LARGEST_BODY} bytes")
    try:
        event = verify_webhook(body, headers, secret)
    except WebhookVerificationError as error:
        if error.reason in _OUR_MISTAKE:
            raise
        # Without a valid signature the sender is unknown, so that it is not told to stop.
        return Reply(400, ABORT if error.reason == "body-invalid" else _NO_HEADERS, problem=str(error))
    try:
        message_id = read_signed_headers(headers).message_id
        incoming = read_incoming(event, message_id, store.now(), bytes(body).decode())
        outcome = yield from apply_event(store, incoming, can_read=can_read)
    except (InvalidArgument, OtherInstance) as error:
        return Reply(400, ABORT, problem=str(error))
    return Reply(204, outcome=outcome)
