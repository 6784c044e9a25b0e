"""Sets Django up once for the process, and serves a site on a real server."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from types import ModuleType
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import URLPattern

from clerk_emulator import Emulator
from clerkkit.integrations.django import async_client, client
from tests.overlay.integrations import asgi_site
from tests.overlay.integrations.asgi_site import ORIGIN, Site
from tests.overlay.integrations.behaviour import served_by_wsgi

if not settings.configured:
    settings.configure(SECRET_KEY="of tests", ALLOWED_HOSTS=["*"])
    django.setup()


def settings_for(emulator: Emulator, urlpatterns: list[URLPattern], **more: Any) -> override_settings:
    """Return the settings of a project with these pages."""
    urls = ModuleType("urls")
    vars(urls)["urlpatterns"] = urlpatterns
    given = {
        "ALLOWED_HOSTS": ["*"],
        "ROOT_URLCONF": urls,
        "MIDDLEWARE": ["clerkkit.integrations.django.ClerkMiddleware"],
        "CLERK_SECRET_KEY": emulator.secret_key,
        "CLERK_API_URL": emulator.origin,
        "CLERK_PUBLISHABLE_KEY": emulator.publishable_key,
        "CLERK_AUTHORIZED_PARTIES": [ORIGIN],
        "CLERK_ACCEPTS_TOKEN": "any",
    }
    return override_settings(**{**given, **more})


@contextlib.contextmanager
def served(kind: str, settings: override_settings) -> Iterator[Site]:
    """Serve the project over `wsgi` or `asgi`."""
    with settings:
        if kind == "asgi":
            with asgi_site.served(_closing(ASGIHandler())) as site:
                yield site
        else:
            with client(), served_by_wsgi(WSGIHandler()) as site:
                yield site


def _closing(
    app: Callable[..., Awaitable[None]],
) -> Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]
]:
    """Add a lifespan, which Django lacks, to close the client in its loop."""
    used = async_client()

    async def served(
        scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["type"] != "lifespan":
            return await app(scope, receive, send)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await used.aclose()
        return await send({"type": "lifespan.shutdown.complete"})

    return served
