"""Create signed tokens and webhooks for tests, without network access.

Tokens need the extra `auth`. The module `pytest_plugin` has fixtures for the emulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_core.lazy import lazy

if TYPE_CHECKING:
    from clerkkit.testing.headers import auth_headers
    from clerkkit.testing.tokens import FakeInstance, instance
    from clerkkit.testing.webhooks import SignedWebhook, signed_webhook, webhook_secret

__all__ = ["FakeInstance", "SignedWebhook", "auth_headers", "instance", "signed_webhook", "webhook_secret"]

# pytest imports the plugin, and so this package, in every run, so other modules are imported when they are first used.
_HEADERS, _TOKENS, _WEBHOOKS = (f"clerkkit.testing.{name}" for name in ("headers", "tokens", "webhooks"))
__getattr__ = lazy(
    __name__,
    {
        "FakeInstance": _TOKENS,
        "SignedWebhook": _WEBHOOKS,
        "auth_headers": _HEADERS,
        "instance": _TOKENS,
        "signed_webhook": _WEBHOOKS,
        "webhook_secret": _WEBHOOKS,
    },
)


def __dir__() -> list[str]:
    return __all__
