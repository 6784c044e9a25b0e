"""Webhooks."""

from __future__ import annotations

from collections.abc import Mapping

from clerkkit import Clerk


def new_user(clerk: Clerk, body: bytes, headers: Mapping[str, str]) -> str | None:
    """Verify a webhook, and return the id of the created user, or None for other events."""
    event = clerk.webhooks.verify(body, headers)
    return event.data.id if event.type == "user.created" else None
