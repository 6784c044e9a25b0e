"""Requests whose result is computed from the response of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from clerk_core import Request, Response
from clerk_core.request import WrappedRequest

T = TypeVar("T")


class MappedRequest(WrappedRequest[T]):
    """A request that brings what `compute` makes of another request's result."""

    __slots__ = ("_compute",)

    def __init__(self, request: Request[Any], compute: Callable[[Any], T]) -> None:
        super().__init__(request)
        self._compute = compute

    def decode(self, response: Response) -> T:
        """Read the response, and compute the result from it."""
        return self._compute(self._wrapped.decode(response))
