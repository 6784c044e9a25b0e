"""Sign tokens and webhooks for your own tests as Clerk signs them, without Clerk and without network.

Tokens need the extra `auth`; webhooks need nothing. `pytest_plugin` has the fixtures of the emulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_core.lazy import lazy

if TYPE_CHECKING:
    from clerkkit.testing.tokens import FakeInstance, instance
    from clerkkit.testing.webhooks import SignedWebhook, signed_webhook, webhook_secret

__all__ = ["FakeInstance", "SignedWebhook", "instance", "signed_webhook", "webhook_secret"]

# pytest loads the plugin, and with it this package, in each of its runs: nothing else is imported before it is used.
_TOKENS, _WEBHOOKS = "clerkkit.testing.tokens", "clerkkit.testing.webhooks"
__getattr__ = lazy(
    __name__,
    {
        "FakeInstance": _TOKENS,
        "SignedWebhook": _WEBHOOKS,
        "instance": _TOKENS,
        "signed_webhook": _WEBHOOKS,
        "webhook_secret": _WEBHOOKS,
    },
)


def __dir__() -> list[str]:
    return __all__
