"""Options from the settings of a framework: `CLERK_` and the name of an option, over Clerk's environment variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, TypedDict

import attrs

from clerk_core import InvalidArgument
from clerkkit.auth import AuthOptions
from clerkkit.integrations.common import checked_paths

Read = Callable[[str], Any]
"""Returns a setting by its name; None where there is none."""

_SETTINGS = {"CLERK_SECRET_KEY", "CLERK_API_URL", "CLERK_SKIP"} | {
    f"CLERK_{field.name.upper()}" for field in attrs.fields(AuthOptions)
}

_OF_OTHERS = {
    *("CLERK_API_VERSION", "CLERK_ENCRYPTION_KEY", "CLERK_FAPI", "CLERK_FRONTEND_API", "CLERK_SIGN_UP_URL"),
    *("CLERK_JS_URL", "CLERK_JS_VERSION", "CLERK_TELEMETRY_DISABLED", "CLERK_TELEMETRY_DEBUG"),
    *("CLERK_WEBHOOK_SECRET", "CLERK_WEBHOOK_SIGNING_SECRET"),
    *(f"CLERK_{page}_{kind}_REDIRECT_URL" for page in ("SIGN_IN", "SIGN_UP") for kind in ("FALLBACK", "FORCE")),
}
"""Environment variables of Clerk's tools, which a project may copy into its settings for other uses."""


class ClientArguments(TypedDict):
    """What a client is made from."""

    secret_key: str | None
    base_url: str | None


def auth_options(read: Read) -> AuthOptions:
    """Return the options of `authenticate_request`: `CLERK_AUTHORIZED_PARTIES` is that of `authorized_parties`.

    Raises:
        InvalidArgument: an option is invalid.
    """
    given = {field.name: read(f"CLERK_{field.name.upper()}") for field in attrs.fields(AuthOptions)}
    return AuthOptions.from_environment(**{name: value for name, value in given.items() if value is not None})


def client_arguments(read: Read) -> ClientArguments:
    """`CLERK_SECRET_KEY` and `CLERK_API_URL`."""
    return {"secret_key": read("CLERK_SECRET_KEY"), "base_url": read("CLERK_API_URL") or None}


def skipped_paths(read: Read) -> tuple[str, ...]:
    """Return the paths of `CLERK_SKIP`, for `is_skipped`.

    Raises:
        InvalidArgument: it is no list of paths.
    """
    return checked_paths(read("CLERK_SKIP") or ())


def unknown_settings(names: Iterable[str]) -> list[InvalidArgument]:
    """Return an error for each name that begins with `CLERK_` and is no setting: a typo would disable a check."""
    unknown = sorted(name for name in names if name.startswith("CLERK_") and name not in _SETTINGS | _OF_OTHERS)
    return [InvalidArgument(name, f"is no setting of clerkkit{_suggestion(name)}") for name in unknown]


def _suggestion(name: str) -> str:
    close = get_close_matches(name, _SETTINGS, 1, 0.75)
    return f"; did you mean {close[0]}?" if close else ": those are CLERK_ and an option of AuthOptions"
