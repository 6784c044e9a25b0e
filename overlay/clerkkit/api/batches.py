"""Create many objects with an operation that takes a few of them at a time.

Batches are sent one after the other. Each row has a result, in order: the object, or the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

from clerk_core import ApiError, ClerkError, InvalidArgument, InvalidResponse, Model, Request, Response, TooManyRequests
from clerk_core.guards import is_list
from clerk_core.request import WrappedRequest
from clerk_core.requests.encoding import describe_type
from clerkkit.flow import Flow

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")

_ROW_REJECTED = frozenset({400, 403, 404, 409, 422})
"""Statuses with which the server rejects a whole batch because of one of its rows."""


class BatchRequest(WrappedRequest[list[Any]]):
    """A request that creates one object for each row of a batch, and returns them in order."""

    __slots__ = ("_size",)

    def __init__(self, request: Request[Any], size: int) -> None:
        super().__init__(request)
        self._size = size

    def decode(self, response: Response) -> list[Any]:
        """Return the objects, which are a list or the `data` of a page.

        Raises:
            ApiError: the server returned an error.
            InvalidResponse: the response does not hold one object for each row.
        """
        body = self.wrapped.decode(response)
        created = getattr(body, "data", body)
        if not is_list(created) or len(created) != self._size:
            raise InvalidResponse(self.info, response, f"does not hold one object for each of {self._size} rows")
        return created


class BatchFlows(Generic[R, T]):
    """The flows that create the objects of some rows: one flow for each batch."""

    def __init__(
        self,
        argument: str,
        rows: Iterable[R],
        size: int,
        create_batch: Callable[[list[R]], Request[Any]],
        create_one: Callable[..., Request[T]],
    ) -> None:
        """Create the flows.

        Args:
            argument: The name of the argument that holds the rows, for errors.
            rows: The rows.
            size: The number of rows in a batch, at most.
            create_batch: Returns the request that creates the objects of a batch.
            create_one: Returns the request that creates one object; it takes the members of a row as keywords.

        Raises:
            InvalidArgument: the rows are one string or one mapping, or cannot be iterated over.
        """
        if not _are_rows(rows):
            raise InvalidArgument(argument, f"expected an iterable of objects, got {describe_type(rows)}")
        self._argument = argument
        self._rows = iter(rows)
        self._size = size
        self._create_batch = create_batch
        self._create_one = create_one
        self._limited: dict[str, TooManyRequests] = {}
        """Operation -> its 429. An hourly limit outlasts the remaining batches, so they are not sent."""

    def __iter__(self) -> Iterator[Flow[list[T | ClerkError]]]:
        while rows := list(islice(self._rows, self._size)):
            yield self._create(rows)

    def _create(self, rows: list[R]) -> Flow[list[T | ClerkError]]:
        created = yield from self._send(lambda: BatchRequest(self._create_batch(rows), len(rows)))
        if not isinstance(created, ClerkError):
            return created
        if len(rows) == 1 or not _is_row_rejected(created):
            return [created] * len(rows)
        results: list[T | ClerkError] = []
        for row in rows:
            result = yield from self._send(partial(self._build_one, row))
            results.append(result)
        return results

    def _build_one(self, row: Any) -> Request[T]:
        try:
            return self._create_one(**{name: value for name, value in dict(row).items() if value is not None})
        except InvalidArgument:
            raise
        except (TypeError, ValueError) as error:  # not an object, or one with a member that the operation lacks
            raise InvalidArgument(self._argument, f"cannot be sent: {error}") from None

    def _send(self, build: Callable[[], Request[S]]) -> Flow[S | ClerkError]:
        """Build and send a request, unless its operation's limit was reached; return its result or its error."""
        request: Request[S] | None = None
        try:
            request = build()
            if request.operation in self._limited:
                raise copy(self._limited[request.operation])
            result: S = yield request
        except ClerkError as error:
            if request is not None:
                error.failed_request = request
            if isinstance(error, TooManyRequests):
                self._limited[error.request.operation] = error
            return error
        return result


def _are_rows(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping | Model)


def _is_row_rejected(error: ClerkError) -> bool:
    if isinstance(error, ApiError):
        return error.status_code in _ROW_REJECTED
    return isinstance(error, InvalidArgument)
