"""Requests whose result is True or False: whether a password or a code is correct."""

from __future__ import annotations

from typing import Any

from clerk_core import ApiError, Request, Response
from clerk_core.request import WrappedRequest


class BooleanRequest(WrappedRequest[bool]):
    """A request that returns a bool, where the API returns an error for False."""

    __slots__ = ("_false_codes",)

    def __init__(self, request: Request[Any], *false_codes: str) -> None:
        """Wrap a request; an error with one of `false_codes` means False."""
        super().__init__(request)
        self._false_codes = false_codes

    def decode(self, response: Response) -> bool:
        """Return True only for `"verified": true`, and False for the error codes that mean it.

        Raises:
            ApiError: the server returned another error.
        """
        try:
            return getattr(self.wrapped.decode(response), "verified", None) is True
        except ApiError as error:
            if error.has_code(*self._false_codes):
                return False
            raise
