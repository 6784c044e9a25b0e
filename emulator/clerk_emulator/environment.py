"""The environment variables with which an application uses an emulator."""

from __future__ import annotations


def variables(origin: str, secret_key: str, publishable_key: str) -> dict[str, str]:
    """Return the variables that clerkkit and Clerk's SDKs read, for the emulator at an origin.

    The host in the publishable key does not exist, so the emulator is configured as its proxy.
    """
    return {
        "CLERK_API_URL": origin,
        "CLERK_SECRET_KEY": secret_key,
        "CLERK_PUBLISHABLE_KEY": publishable_key,
        "CLERK_PROXY_URL": origin,
        "CLERK_FAPI_URL": origin,
        "CLERK_SIGN_IN_URL": f"{origin}/sign-in",
        "CLERK_SIGN_UP_URL": f"{origin}/sign-up",
    }
