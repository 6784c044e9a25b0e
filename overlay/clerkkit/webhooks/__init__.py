"""Webhooks: whether a request is one of Clerk's, and the event in it. `docs/webhooks.md` shows it in web frameworks."""

from clerk_bapi.events import WebhookEvent
from clerkkit.errors import WebhookVerificationError
from clerkkit.webhooks.reasons import Reason
from clerkkit.webhooks.verify import verify_webhook

__all__ = ["Reason", "WebhookEvent", "WebhookVerificationError", "verify_webhook"]


def __dir__() -> list[str]:
    return __all__
