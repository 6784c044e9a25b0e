"""Django: a middleware that tells who is calling, and a decorator for views, sync and async. Needs the extra `django`.

Settings are named `CLERK_` and an option of `AuthOptions`, beside `CLERK_SECRET_KEY` and `CLERK_API_URL`; Clerk's
environment variables count where a setting is missing.
"""

from __future__ import annotations

try:
    import django as _  # noqa: F401
except ImportError as missing:
    raise ImportError('clerkkit.integrations.django needs Django: pip install "clerkkit[django]"') from missing

from clerkkit.integrations.django.clients import async_client, client
from clerkkit.integrations.django.guards import NotAuthenticatedError, require_auth
from clerkkit.integrations.django.middleware import ClerkMiddleware
from clerkkit.integrations.django.requests import ClerkRequest, session_claims, state_of

__all__ = [
    "ClerkMiddleware",
    "ClerkRequest",
    "NotAuthenticatedError",
    "async_client",
    "client",
    "require_auth",
    "session_claims",
    "state_of",
]
