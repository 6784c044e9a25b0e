"""Options from the settings of a framework: `CLERK_` and the name of an option, over Clerk's environment variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import attrs

from clerkkit.auth import AuthOptions

Read = Callable[[str], Any]
"""A setting by its name; None where there is none."""


class ClientArguments(TypedDict):
    """What a client is made from."""

    secret_key: str | None
    base_url: str | None


def auth_options(read: Read) -> AuthOptions:
    """The options of `authenticate_request`; that of `authorized_parties` is the setting `CLERK_AUTHORIZED_PARTIES`.

    Raises:
        InvalidArgument: one makes no sense.
    """
    given = {field.name: read(f"CLERK_{field.name.upper()}") for field in attrs.fields(AuthOptions)}
    return AuthOptions.from_environment(**{name: value for name, value in given.items() if value is not None})


def client_arguments(read: Read) -> ClientArguments:
    """`CLERK_SECRET_KEY` and `CLERK_API_URL`."""
    return {"secret_key": read("CLERK_SECRET_KEY"), "base_url": read("CLERK_API_URL") or None}
