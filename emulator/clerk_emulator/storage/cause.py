"""What a transaction runs for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """The request that a transaction runs for. All values are empty if there is none."""

    origin: str = ""
    """The origin of the request URL, such as http://127.0.0.1:4010."""
    client_ip: str = ""
    user_agent: str = ""
    at: int | None = None
    """When the change happened, if it was due before now: the emulator carries out what is due at the next request."""


NO_REQUEST = Cause()
