"""The environment variables with which an application uses an emulator."""

from __future__ import annotations

from collections.abc import Iterable

from clerk_emulator.json_types import Json


def variables(origin: str, secret_key: str, publishable_key: str, endpoints: Iterable[Json] = ()) -> dict[str, str]:
    """Return the variables that clerkkit and Clerk's SDKs read, for the emulator at an origin.

    The host in the publishable key does not exist, so the emulator is configured as its proxy. `endpoints` are those
    that receive webhooks. An application has one signing secret: there is none if they have different ones.
    """
    secrets = {endpoint["secret"] for endpoint in endpoints}
    webhooks = {"CLERK_WEBHOOK_SIGNING_SECRET": secrets.pop()} if len(secrets) == 1 else {}
    return {
        "CLERK_API_URL": origin,
        "CLERK_SECRET_KEY": secret_key,
        "CLERK_PUBLISHABLE_KEY": publishable_key,
        "CLERK_PROXY_URL": origin,
        "CLERK_FAPI_URL": origin,
        "CLERK_SIGN_IN_URL": f"{origin}/sign-in",
        "CLERK_SIGN_UP_URL": f"{origin}/sign-up",
        **webhooks,
    }
