"""System checks: `manage.py check` names each setting that is missing or wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from clerkkit.integrations.django.middleware import ClerkMiddleware
from clerkkit.integrations.django.settings import client, read_options, skipped_paths
from clerkkit.integrations.shared.settings import find_unknown_settings


def check_settings(**_: Any) -> list[checks.CheckMessage]:
    """Return the problems of the `CLERK_` settings and of `MIDDLEWARE`."""
    messages: list[checks.CheckMessage] = [
        checks.Error(str(error), id="clerkkit.E001") for error in find_unknown_settings(dir(settings))
    ]
    for read in (client, read_options, skipped_paths):
        try:
            read()
        except ImproperlyConfigured as error:
            messages.append(checks.Error(str(error), id="clerkkit.E002"))
    if not any(_is_clerk_middleware(name) for name in settings.MIDDLEWARE):
        hint = "Add clerkkit.integrations.django.ClerkMiddleware."
        problem = "MIDDLEWARE lacks ClerkMiddleware: requests are not authenticated."
        messages.append(checks.Warning(problem, hint, id="clerkkit.W001"))
    return messages


def check_deployment(**_: Any) -> list[checks.CheckMessage]:
    """Return a warning if tokens of all origins are accepted."""
    try:
        if read_options().authorized_parties:
            return []
    except ImproperlyConfigured:  # reported by `check_settings`
        return []
    hint = 'Set it to the origins of your pages, such as ["https://example.com"].'
    return [checks.Warning("CLERK_AUTHORIZED_PARTIES is empty: all origins are accepted.", hint, id="clerkkit.W002")]


def _is_clerk_middleware(name: str) -> bool:
    try:
        middleware = import_string(name)
    except ImportError:
        return False
    return isinstance(middleware, type) and issubclass(middleware, ClerkMiddleware)
