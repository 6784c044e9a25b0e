"""System checks of the settings."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import FieldDoesNotExist
from django.db import connections

from clerkkit.sync.schema.statements import SUPPORTED

_BACKEND = "clerkkit.sync.django.auth.ClerkBackend"
_USER_MIDDLEWARE = "clerkkit.sync.django.auth.ClerkUserMiddleware"
_MIDDLEWARE = "clerkkit.integrations.django.ClerkMiddleware"


def check_settings(**_: Any) -> list[CheckMessage]:
    """Return what is wrong with the settings."""
    found: list[CheckMessage] = []
    alias = getattr(settings, "CLERK_SYNC_DATABASE", "default")
    if alias not in connections:
        found.append(Error(f"CLERK_SYNC_DATABASE: there is no database {alias!r} in DATABASES", id="clerk_sync.E001"))
    elif connections[alias].vendor not in SUPPORTED:
        found.append(Error(f"the database {alias!r} is neither PostgreSQL nor SQLite", id="clerk_sync.E002"))
    if _BACKEND in settings.AUTHENTICATION_BACKENDS and not _has_clerk_id():
        hint = "derive the model of AUTH_USER_MODEL from clerkkit.sync.django.users.AbstractClerkUser"
        found.append(Error("ClerkBackend needs a user model with clerk_id", hint=hint, id="clerk_sync.E003"))
    middleware = [*settings.MIDDLEWARE]
    if _USER_MIDDLEWARE in middleware and _MIDDLEWARE not in middleware[: middleware.index(_USER_MIDDLEWARE)]:
        hint = f"put {_MIDDLEWARE} above it"
        found.append(Error("ClerkUserMiddleware needs ClerkMiddleware", hint=hint, id="clerk_sync.E004"))
    secret = "CLERK_WEBHOOK_SIGNING_SECRET"  # noqa: S105  # the name of the setting
    if not getattr(settings, secret, None) and not os.environ.get(secret):
        found.append(CheckWarning(f"{secret} is not set: no webhook will be accepted", id="clerk_sync.W001"))
    if not getattr(settings, "CLERK_INSTANCE_ID", None):
        hint = "set it to the id of the instance, ins_..., so that events of another instance are refused"
        found.append(CheckWarning("CLERK_INSTANCE_ID is not set", hint=hint, id="clerk_sync.W002"))
    return found


def _has_clerk_id() -> bool:
    try:
        get_user_model()._meta.get_field("clerk_id")
    except FieldDoesNotExist:
        return False
    return True
