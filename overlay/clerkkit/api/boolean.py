"""Questions that the API answers with an error: is this password, is this code the right one?"""

from __future__ import annotations

from typing import Any

from clerk_core import ApiError, Request, Response
from clerk_core.request import WrappedRequest


class Verdict(WrappedRequest[bool]):
    """A request that brings True or False: an answer with one of some error codes is a False."""

    __slots__ = ("_wrong",)

    def __init__(self, request: Request[Any], *wrong: str) -> None:
        super().__init__(request)
        self._wrong = wrong

    def decode(self, response: Response) -> bool:
        """False for the codes that say so; True for nothing but `"verified": true`, since this guards a door."""
        try:
            return getattr(self._wrapped.decode(response), "verified", None) is True
        except ApiError as error:
            if error.has_code(*self._wrong):
                return False
            raise
