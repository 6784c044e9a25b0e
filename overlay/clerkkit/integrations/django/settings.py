"""The clients and options that a project's settings describe, created when first used."""

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
from clerkkit.integrations.frontend_proxy.rules import ProxyRules, read_rules
from clerkkit.integrations.shared.settings import (
    find_unknown_settings,
    read_auth_options,
    read_client_arguments,
    read_skipped_paths,
)

T = TypeVar("T")


def _read_setting(name: str) -> Any:
    return getattr(settings, name, None)


def _create_once(create: Callable[[], T]) -> Callable[[], T]:
    """Cache the result for the process, until a test changes a setting. InvalidArgument names the setting."""

    @functools.cache
    def get() -> T:
        try:
            return create()
        except InvalidArgument as error:
            name = "api_url" if error.argument == "base_url" else error.argument
            setting = f"CLERK_{name.upper().removeprefix('CLERK_')}"
            raise ImproperlyConfigured(f"{setting}: {error.problem}") from error

    def forget(*, setting: str, **_: object) -> None:
        if setting.startswith("CLERK_"):
            get.cache_clear()

    setting_changed.connect(forget, weak=False)
    return get


@_create_once
def client() -> Clerk:
    """Return the client that the settings describe, for sync views. It lives as long as the process.

    Raises:
        ImproperlyConfigured: a setting is missing or invalid.
    """
    return Clerk(**read_client_arguments(_read_setting))


@_create_once
def async_client() -> AsyncClerk:
    """Return the client that the settings describe, for async views. It lives as long as the process.

    Raises:
        ImproperlyConfigured: a setting is missing or invalid.
    """
    return AsyncClerk(**read_client_arguments(_read_setting))


@_create_once
def read_proxy_rules() -> ProxyRules:
    """Return the rules of the Frontend API's proxy that the settings describe.

    Raises:
        ImproperlyConfigured: a setting is missing or invalid.
    """
    return read_rules(
        secret_key=_read_setting("CLERK_SECRET_KEY"),
        publishable_key=_read_setting("CLERK_PUBLISHABLE_KEY"),
        proxy_url=_read_setting("CLERK_PROXY_URL"),
        target=_read_setting("CLERK_FAPI_URL"),
        trust_forwarded_host=False,
    )


@_create_once
def read_options() -> AuthOptions:
    """Return the options that the settings describe, ignoring unknown settings.

    Raises:
        ImproperlyConfigured: a setting is missing or invalid.
    """
    return read_auth_options(_read_setting)


@_create_once
def read_checked_options() -> AuthOptions:
    """Return the options that the settings describe.

    Raises:
        ImproperlyConfigured: a setting is missing, invalid or unknown.
    """
    for error in find_unknown_settings(dir(settings)):
        raise error
    return read_options()


@_create_once
def skipped_paths() -> tuple[str, ...]:
    """Return the paths of the setting `CLERK_SKIP`, which the middleware does not authenticate.

    Raises:
        ImproperlyConfigured: the setting is not a list of paths.
    """
    return read_skipped_paths(_read_setting)
