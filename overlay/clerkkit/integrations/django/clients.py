"""What the settings of a project describe: its clients and options, made when first asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from clerk_core import InvalidArgument
from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AuthOptions
from clerkkit.integrations.configured import auth_options, client_arguments, skipped_paths, unknown_settings

T = TypeVar("T")


def _setting(name: str) -> Any:
    return getattr(settings, name, None)


def _configured(made: Callable[[], T]) -> Callable[[], T]:
    """Made from the settings when first asked for, once for the process; anew where a test has changed a setting."""

    @functools.cache
    def get() -> T:
        try:
            return made()
        except InvalidArgument as error:
            name = "api_url" if error.argument == "base_url" else error.argument
            setting = f"CLERK_{name.upper().removeprefix('CLERK_')}"
            raise ImproperlyConfigured(f"{setting}: {error.problem}") from error

    def forget(*, setting: str, **_: object) -> None:
        if setting.startswith("CLERK_"):
            get.cache_clear()

    setting_changed.connect(forget, weak=False)
    return get


@_configured
def client() -> Clerk:
    """The client that the settings describe, for sync views too. It lasts as long as the process.

    Raises:
        ImproperlyConfigured: a setting is missing, or makes no sense.
    """
    return Clerk(**client_arguments(_setting))


@_configured
def async_client() -> AsyncClerk:
    """The same for async views.

    Raises:
        ImproperlyConfigured: a setting is missing, or makes no sense.
    """
    return AsyncClerk(**client_arguments(_setting))


@_configured
def known_options() -> AuthOptions:
    """Return the options that the settings describe, whatever else begins with `CLERK_`.

    Raises:
        ImproperlyConfigured: a setting is missing or invalid.
    """
    return auth_options(_setting)


@_configured
def options() -> AuthOptions:
    """Return the options that the settings describe.

    Raises:
        ImproperlyConfigured: a setting is missing, invalid or unknown.
    """
    for error in unknown_settings(dir(settings)):
        raise error
    return known_options()


@_configured
def skipped() -> tuple[str, ...]:
    """Return the paths of the setting `CLERK_SKIP`, which the middleware leaves alone.

    Raises:
        ImproperlyConfigured: it is no list of paths.
    """
    return skipped_paths(_setting)
