"""The steps that a flow of this package yields, besides plain requests."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple, TypeVar

from clerk_core import Request

T = TypeVar("T")

SEND_ONCE_SECONDS = 5.0
"""Time limit of a call that is made before the sender of a request is known."""


class RunExclusive(NamedTuple):
    """Run a flow under the client's lock: one thread or task at a time.

    Without `wait`, the flow is skipped while another one runs.
    """

    flow: Generator[Any, Any, None]
    wait: bool = True


class RunShared(NamedTuple):
    """Run a flow once for all concurrent callers with the same key. The result must not be None."""

    key: bytes
    flow: Generator[Any, Any, Any]


class SendWithKey(NamedTuple):
    """Send a request with another secret key, such as that of a machine."""

    request: Request[Any]
    secret_key: str

    def __repr__(self) -> str:
        return f"SendWithKey({self.request!r})"


class SendOnce(NamedTuple):
    """Send a request without retries and within `SEND_ONCE_SECONDS`, the wait for the client's rate limit included.

    Used for calls that unauthenticated requests cause, so that they cannot hold a worker.
    """

    step: Request[Any] | SendWithKey


Step = Request[Any] | SendWithKey | SendOnce | RunExclusive | RunShared
AuthFlow = Generator[Step, Any, T]
"""Yields steps, receives their results, returns a `T`."""
