"""For tests of your own: tokens and webhooks that are signed as Clerk signs them, without Clerk and without network.

Tokens need the extra `auth`; webhooks need nothing.
"""

from clerkkit.testing.tokens import FakeInstance, instance
from clerkkit.testing.webhooks import SignedWebhook, signed_webhook, webhook_secret

__all__ = ["FakeInstance", "SignedWebhook", "instance", "signed_webhook", "webhook_secret"]


def __dir__() -> list[str]:
    return __all__
