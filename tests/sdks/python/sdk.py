"""The client of Clerk's SDK, configured as applications do it, and its requests."""

from __future__ import annotations

import os
from typing import Any

import httpx
from clerk_backend_api import Clerk
from clerk_backend_api.models import ClerkErrors
from clerk_backend_api.security import VerifyTokenOptions

ORIGIN = os.environ["CLERK_API_URL"]
SECRET_KEY = os.environ["CLERK_SECRET_KEY"]
RECORDED: list[httpx.Response] = []
"""The responses to the SDK's requests since it was last cleared."""


def _record(response: httpx.Response) -> None:
    response.read()
    RECORDED.append(response)


_HTTP = httpx.Client(event_hooks={"response": [_record]}, trust_env=False, timeout=30)


def create_client(key: str = SECRET_KEY) -> Clerk:
    """Return a client whose responses are recorded."""
    return Clerk(bearer_auth=key, server_url=f"{ORIGIN}/v1", client=_HTTP)


clerk = create_client()


def token_options(**given: Any) -> VerifyTokenOptions:
    """Return the options of `verify_token`."""
    return VerifyTokenOptions(**{"secret_key": SECRET_KEY, "api_url": ORIGIN, **given})


def error_status(error: Exception) -> int | None:
    """Return the HTTP status of an error."""
    return getattr(error, "status_code", None)


def error_code(error: Exception) -> str | None:
    """Return the code of an error in Clerk's format."""
    return error.data.errors[0].code if isinstance(error, ClerkErrors) else None
