"""Webhooks: verification beside the administration of deliveries."""

from __future__ import annotations

from collections.abc import Callable

from clerk_bapi.resources.webhooks import WebhooksResource
from clerk_core.client import Client
from clerkkit.webhooks.verifier import WebhookVerifier


class Webhooks(WebhookVerifier, WebhooksResource):
    """`verify` for what Clerk delivers, and the operations of `webhooks`, which administer deliveries."""

    def __init__(self, client: Client, clock: Callable[[], float]) -> None:
        """`clock` returns the Unix time in seconds at which webhooks are verified."""
        super().__init__(client)
        self._clock = clock
