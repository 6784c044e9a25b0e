"""Webhooks: verification and the operations that manage deliveries."""

from __future__ import annotations

from collections.abc import Callable

from clerk_bapi.resources.webhooks import AsyncWebhooksResource, WebhooksResource
from clerk_core.client import AsyncClient, Client
from clerkkit.webhooks.verifier import WebhookVerifier


class Webhooks(WebhookVerifier, WebhooksResource):
    """Verify webhooks with `verify`; the other methods are the operations of `webhooks`."""

    def __init__(self, client: Client, clock: Callable[[], float]) -> None:
        """`clock` returns the Unix time in seconds, at which webhooks are verified."""
        super().__init__(client)
        self._clock = clock


class AsyncWebhooks(WebhookVerifier, AsyncWebhooksResource):
    """Verify webhooks with `verify`; the other methods are the operations of `webhooks`."""

    def __init__(self, client: AsyncClient, clock: Callable[[], float]) -> None:
        """`clock` returns the Unix time in seconds, at which webhooks are verified."""
        super().__init__(client)
        self._clock = clock
