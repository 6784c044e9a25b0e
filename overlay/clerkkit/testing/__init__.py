"""Create signed tokens and webhooks for tests, without network access.

Tokens need the extra `auth`. The module `pytest_plugin` has fixtures for the emulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_core.lazy import lazy

if TYPE_CHECKING:
    from clerkkit.testing.tokens import FakeInstance, instance
    from clerkkit.testing.webhooks import SignedWebhook, signed_webhook, webhook_secret

__all__ = ["FakeInstance", "SignedWebhook", "instance", "signed_webhook", "webhook_secret"]

# pytest imports the plugin, and so this package, in every run, so other modules are imported when they are first used.
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
