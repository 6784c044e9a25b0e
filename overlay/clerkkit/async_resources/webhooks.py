"""Webhooks: verification beside the administration of deliveries."""

from __future__ import annotations

from collections.abc import Callable

from clerk_bapi.resources.webhooks import AsyncWebhooksResource
from clerk_core.client import AsyncClient
from clerkkit.webhooks.verifier import WebhookVerifier


class AsyncWebhooks(WebhookVerifier, AsyncWebhooksResource):
    """`verify` for what Clerk delivers, and the operations of `webhooks`, which administer deliveries."""

    def __init__(self, client: AsyncClient, clock: Callable[[], float]) -> None:
        """`clock` returns the Unix time in seconds at which webhooks are verified."""
        super().__init__(client)
        self._clock = clock
