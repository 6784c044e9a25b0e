"""Requests whose result is computed from the result of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from clerk_core import Request, Response
from clerk_core.request import WrappedRequest

T = TypeVar("T")


class MappedRequest(WrappedRequest[T]):
    """A request whose result is `compute(result)` of the request that it wraps."""

    __slots__ = ("_compute",)

    def __init__(self, request: Request[Any], compute: Callable[[Any], T]) -> None:
        super().__init__(request)
        self._compute = compute

    def decode(self, response: Response) -> T:
        """Return what is computed from the decoded response.

        Raises:
            ApiError: the server returned an error.
        """
        return self._compute(self.wrapped.decode(response))
