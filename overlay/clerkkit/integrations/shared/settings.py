"""Reads options from a framework's settings: `CLERK_` and the name of an option. Environment variables are defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, TypedDict

import attrs

from clerk_core import InvalidArgument
from clerkkit.auth import AuthOptions
from clerkkit.integrations.shared.skipped_paths import parse_skipped_paths

ReadSetting = Callable[[str], Any]
"""Returns a setting by its name; None if it is not set."""

_OPTIONS = ("memo", *(field.name for field in attrs.fields(AuthOptions)))
"""The names of options; `memo` is the old name of `cache`."""

_SYNC_SETTINGS = {"CLERK_INSTANCE_ID", "CLERK_SYNC_CLOCK", "CLERK_SYNC_DATABASE", "CLERK_SYNC_OUTBOX"}
"""The settings of `clerkkit.sync.django`."""

_SETTINGS = (
    {"CLERK_SECRET_KEY", "CLERK_API_URL", "CLERK_SKIP"}
    | {f"CLERK_{name.upper()}" for name in _OPTIONS}
    | _SYNC_SETTINGS
)

_OTHER_VARIABLES = {
    *("CLERK_API_VERSION", "CLERK_ENCRYPTION_KEY", "CLERK_FAPI", "CLERK_FAPI_URL", "CLERK_FRONTEND_API"),
    *("CLERK_JS_URL", "CLERK_JS_VERSION", "CLERK_TELEMETRY_DISABLED", "CLERK_TELEMETRY_DEBUG"),
    *("CLERK_WEBHOOK_SECRET", "CLERK_WEBHOOK_SIGNING_SECRET"),
    *(f"CLERK_{page}_{kind}_REDIRECT_URL" for page in ("SIGN_IN", "SIGN_UP") for kind in ("FALLBACK", "FORCE")),
}
"""Environment variables of Clerk's tools, which a project may copy into its settings for other uses."""


class ClientArguments(TypedDict):
    """Arguments of `Clerk` and `AsyncClerk`."""

    secret_key: str | None
    base_url: str | None


def read_auth_options(read: ReadSetting) -> AuthOptions:
    """Return the options of `authenticate_request`: `CLERK_AUTHORIZED_PARTIES` sets `authorized_parties`, and so on.

    Raises:
        InvalidArgument: an option is invalid.
    """
    values = {name: read(f"CLERK_{name.upper()}") for name in _OPTIONS}
    return AuthOptions.from_environment(**{name: value for name, value in values.items() if value is not None})


def read_client_arguments(read: ReadSetting) -> ClientArguments:
    """Return the values of `CLERK_SECRET_KEY` and `CLERK_API_URL`."""
    return {"secret_key": read("CLERK_SECRET_KEY"), "base_url": read("CLERK_API_URL") or None}


def read_skipped_paths(read: ReadSetting) -> tuple[str, ...]:
    """Return the paths of `CLERK_SKIP`, for `is_skipped`.

    Raises:
        InvalidArgument: the setting is not a list of paths.
    """
    return parse_skipped_paths(read("CLERK_SKIP") or ())


def find_unknown_settings(names: Iterable[str]) -> list[InvalidArgument]:
    """Return an error for each unknown name that begins with `CLERK_`: a typo would silently disable a check."""
    unknown = sorted(name for name in names if name.startswith("CLERK_") and name not in _SETTINGS | _OTHER_VARIABLES)
    return [InvalidArgument(name, f"is not a setting of clerkkit{_suggest(name)}") for name in unknown]


def _suggest(name: str) -> str:
    close = get_close_matches(name, _SETTINGS, 1, 0.75)
    return f"; did you mean {close[0]}?" if close else ": expected CLERK_ and an option of AuthOptions"
