"""What a flow of this package can ask of its shell, beside sending a request."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple, TypeVar

from clerk_core import Request

T = TypeVar("T")


class Alone(NamedTuple):
    """Run a flow while no other thread or task runs one of these. Without `wait`, do nothing while one does."""

    flow: Generator[Any, Any, None]
    wait: bool = True


class Keyed(NamedTuple):
    """Send a request with another secret key: that of a machine."""

    request: Request[Any]
    secret_key: str

    def __repr__(self) -> str:
        return f"Keyed({self.request!r})"


class Shared(NamedTuple):
    """Run a flow for all threads or tasks that ask with the same key meanwhile; all get what it returns, never None."""

    key: bytes
    flow: Generator[Any, Any, Any]


class Brief(NamedTuple):
    """Send a request that anybody can cause: one try, so that it does not hold a worker.

    It ends within `BRIEF` seconds, which include the wait for its turn.
    """

    step: Request[Any] | Keyed


BRIEF = 5.0
"""Seconds for a call that is made before it is known who sent the request."""

Step = Request[Any] | Keyed | Brief | Alone | Shared
Steps = Generator[Step, Any, T]
"""A flow that also takes turns, shares results, sends with other keys, and gives up early."""
