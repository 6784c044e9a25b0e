"""Django: a middleware that authenticates requests, and `get_auth` and `require_auth` for views, sync and async.

Needs the extra `django`: `pip install "clerkkit[django]"`.

Settings are named `CLERK_` and an option of `AuthOptions`, besides `CLERK_SECRET_KEY` and `CLERK_API_URL`. Clerk's
environment variables apply where a setting is missing.
"""

from __future__ import annotations

try:
    import django as _  # noqa: F401
except ImportError as missing:
    raise ImportError('clerkkit.integrations.django needs Django: pip install "clerkkit[django]"') from missing

from clerkkit.integrations.django.frontend_proxy import FrontendApiProxyMiddleware
from clerkkit.integrations.django.guards import NotAuthenticatedError, require_auth
from clerkkit.integrations.django.middleware import ClerkMiddleware
from clerkkit.integrations.django.requests import ClerkRequest, get_auth
from clerkkit.integrations.django.requests import session_claims as session_claims  # pyright: ignore[reportDeprecated]
from clerkkit.integrations.django.requests import state_of as state_of  # pyright: ignore[reportDeprecated]
from clerkkit.integrations.django.settings import async_client, client

__all__ = [
    "ClerkMiddleware",
    "ClerkRequest",
    "FrontendApiProxyMiddleware",
    "NotAuthenticatedError",
    "async_client",
    "client",
    "get_auth",
    "require_auth",
]
