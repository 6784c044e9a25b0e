"""Verify Clerk's webhooks and read their events. `docs/webhooks.md` has examples for web frameworks."""

from clerk_bapi.events import WebhookEvent
from clerkkit.errors import WebhookVerificationError
from clerkkit.reasons import WebhookReason as Reason
from clerkkit.webhooks.verify import verify_webhook

__all__ = ["Reason", "WebhookEvent", "WebhookVerificationError", "verify_webhook"]


def __dir__() -> list[str]:
    return __all__
