"""System checks: `manage.py check` names each setting that is missing or wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from clerkkit.integrations.configured import unknown_settings
from clerkkit.integrations.django.clients import client, known_options, skipped
from clerkkit.integrations.django.middleware import ClerkMiddleware


def check_settings(**_: Any) -> list[checks.CheckMessage]:
    """Return what is wrong with the `CLERK_` settings and with `MIDDLEWARE`."""
    found: list[checks.CheckMessage] = [
        checks.Error(str(error), id="clerkkit.E001") for error in unknown_settings(dir(settings))
    ]
    for make in (client, known_options, skipped):
        try:
            make()
        except ImproperlyConfigured as error:
            found.append(checks.Error(str(error), id="clerkkit.E002"))
    if not any(_is_clerks(name) for name in settings.MIDDLEWARE):
        hint = "Add clerkkit.integrations.django.ClerkMiddleware."
        found.append(checks.Warning("MIDDLEWARE lacks Clerk's: no request is authenticated.", hint, id="clerkkit.W001"))
    return found


def check_deployment(**_: Any) -> list[checks.CheckMessage]:
    """Return a warning where tokens of all origins are accepted."""
    try:
        if known_options().authorized_parties:
            return []
    except ImproperlyConfigured:  # of which `check_settings` tells
        return []
    hint = 'Set it to the origins of your pages, such as ["https://example.com"].'
    return [checks.Warning("CLERK_AUTHORIZED_PARTIES is empty: all origins are accepted.", hint, id="clerkkit.W002")]


def _is_clerks(name: str) -> bool:
    try:
        made = import_string(name)
    except ImportError:
        return False
    return isinstance(made, type) and issubclass(made, ClerkMiddleware)
