"""Pagination: choose the next page of a list, and drop rows that were yielded already. No I/O.

Pages are selected by cursor (`starting_after`) if the operation has one and the order allows it, or else by offset. A
server may report wrong totals, so that neither a short page nor a total is enough to stop. Iteration stops after

- a short page that reaches the total, or an empty page;
- an empty page before the total is reached, but only if the server sends it again and the next page is empty too;
- a page that was received before: with the same ids, or with the same content if rows have no id. This logs a warning,
  unless the list consists of one short page.

The list may change during iteration. Rows of the previous page are not yielded again. Deletions by the same client
adjust the offset; they log a warning if the list is read by offset, since deletions by others would move it too.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar
from urllib.parse import unquote

from clerk_core._unset import UNSET
from clerk_core.checks import check_whole_number
from clerk_core.errors import InvalidArgument, InvalidResponse
from clerk_core.guards import is_list, is_object
from clerk_core.keywords import PAGE_SIZE, check_page_arguments
from clerk_core.request import Request, WrappedRequest
from clerk_core.requests.api_request import parse_success
from clerk_core.response import Response

if TYPE_CHECKING:
    from clerk_core.client import AsyncClient, Client

T = TypeVar("T")

PAGE_KEY = "data"
"""The key that holds the rows of a page that is an object, unless the contract names another one."""
_CURSOR_ORDERS = (UNSET, "created_at", "+created_at", "-created_at")
_MAX_EMPTY_PAGES = 3
"""Consecutive empty pages that stop iteration regardless of the total: one, the same again, and the next one."""

log = logging.getLogger("clerkkit")


class FetchedPage(NamedTuple):
    """A page of a list."""

    rows: list[Any]
    ids: list[str | None]
    """The id of each row, or None."""
    digest: bytes
    """A digest that is equal for pages of the same rows, in any order."""
    total: int | None
    """The number of rows in the list, if the server sent it."""


class PageRequest(WrappedRequest[FetchedPage]):
    """A request for a page: a bare list, or an object that contains the list."""

    __slots__ = ()

    def decode(self, response: Response) -> FetchedPage:
        """Return the page.

        Raises:
            ApiError: the server returned an error.
            InvalidResponse: the body is not a page.
        """
        body = parse_success(self, response)
        items = body.get(self.rows_key) if is_object(body) else body
        if self.row is None or not is_list(items) or not all(map(is_object, items)):
            raise InvalidResponse(
                self.info, response, f"is not a page: expected a list of objects, or one in {self.rows_key!r}"
            )
        ids = [_id(item) for item in items]
        # Computed before the rows are read, which changes them.
        identities = sorted(
            _content(item, response) if known is None else f"id {known}" for item, known in zip(items, ids, strict=True)
        )
        digest = hashlib.blake2b(json.dumps(identities).encode(), digest_size=16).digest()
        total = body.get("total_count") if is_object(body) else None
        whole = isinstance(total, int) and not isinstance(total, bool)
        return FetchedPage([self.row(item) for item in items], ids, digest, total if whole else None)


def _id(item: dict[str, Any]) -> str | None:
    known = item.get("id")
    return known if isinstance(known, str) else None


def _content(item: dict[str, Any], response: Response) -> str:
    try:
        return json.dumps(item, sort_keys=True)
    except (ValueError, RecursionError):  # nested deeper, or with longer numbers, than json can write
        return response.text


class Pager(Generic[T]):
    """The state of one iteration over the results of a list operation."""

    def __init__(
        self,
        endpoint: Callable[..., Request[Any]],
        arguments: Mapping[str, Any],
        page_size: int = PAGE_SIZE,
        ids: tuple[Any, ...] = (),
    ) -> None:
        """Start an iteration.

        Args:
            endpoint: An endpoint function with a `limit`.
            arguments: Its keyword arguments, except for `PAGE_ARGUMENTS`.
            page_size: The number of rows to request at a time.
            ids: Its positional arguments.

        Raises:
            InvalidArgument: the operation has no pages, or an argument cannot be sent or selects a page.
        """
        known = inspect.signature(endpoint).parameters
        if "limit" not in known:
            raise _no_pages_error(endpoint)
        check_page_arguments(arguments)
        self._endpoint = endpoint
        self._ids = ids
        self._arguments = arguments
        self._page_size = check_whole_number("page_size", page_size, 1)
        self._by_cursor = "starting_after" in known and arguments.get("order_by", UNSET) in _CURSOR_ORDERS
        self._cursor: str | None = None
        self._offset = 0
        self._longest = 0  # rows in the longest page: a server may cap `limit`
        self._empty = 0
        self._previous: set[str] = set()
        self._known: set[bytes] = set()  # digests of all pages
        self._moved = 0  # rows by which deletions moved the offset back, and which may be received again
        self._warned = False
        self._done = False
        first = self._request()
        self._operation = first.operation
        self._path = first.path

    def request(self) -> PageRequest | None:
        """Return the request for the next page, or None at the end."""
        return None if self._done else self._request()

    def _request(self) -> PageRequest:
        position: dict[str, Any] = {}
        if self._cursor is not None:
            position = {"starting_after": self._cursor}
        elif self._offset:
            position = {"offset": self._offset}
        request = self._endpoint(*self._ids, **self._arguments, limit=self._page_size, **position)
        if request.row is None:
            raise _no_pages_error(self._endpoint)
        return PageRequest(request)

    def add(self, page: FetchedPage) -> list[T]:
        """Move on to the next page, and return the new rows of this one, in order."""
        if not page.rows:
            self._skip_empty(page)
            return []
        self._empty = 0
        self._offset += len(page.rows)
        if page.digest in self._known:
            if self._moved <= 0:
                log.log(
                    logging.DEBUG if self._is_whole(page) else logging.WARNING,
                    "%s: the server sent the same page again; iteration stops here",
                    self._operation,
                )
                self._done = True
            self._moved -= len(page.rows)
            return []
        self._moved = 0
        self._known.add(page.digest)
        self._cursor = page.ids[-1] if self._by_cursor else None
        self._done = self._offset == page.total and len(page.rows) < (self._longest or self._page_size)
        self._longest = max(self._longest, len(page.rows))
        new = [row for row, known in zip(page.rows, page.ids, strict=True) if known not in self._previous]
        self._previous = {known for known in page.ids if known is not None}
        return new

    def _is_whole(self, page: FetchedPage) -> bool:
        """Return whether a page that was received twice is probably a short list of a server that ignores positions."""
        alone = len(self._known) == 1 and len(page.rows) < self._page_size
        return alone and (page.total is None or page.total <= len(page.rows))

    def _skip_empty(self, page: FetchedPage) -> None:
        self._empty += 1
        if self._empty == _MAX_EMPTY_PAGES - 1:
            self._offset += self._page_size
        self._done = page.total is None or page.total <= self._offset or self._empty == _MAX_EMPTY_PAGES

    def deleted(self, path: str) -> None:
        """Adjust the offset after the client deleted a resource: the rows after it have moved up."""
        collection, _, last = path.rpartition("/")
        if collection != self._path or self._done:
            return
        self._offset = max(0, self._offset - 1)
        self._moved += 1
        if self._by_cursor:
            if unquote(last) == self._cursor:
                self._cursor = None  # cursors must exist, so the next page is selected by offset
        elif not self._warned:
            self._warned = True
            log.warning(
                "%s: a row was deleted while the list is read by offset, so that other rows may be skipped; "
                "collect all rows with list(...) before deleting any",
                self._operation,
            )


def _no_pages_error(endpoint: Callable[..., Any]) -> InvalidArgument:
    return InvalidArgument("endpoint", f"{getattr(endpoint, '__name__', endpoint)} has no pages")


def iterate(client: Client, pager: Pager[T]) -> Iterator[T]:
    """Yield all results; a page is requested when its first row is needed."""
    client._pagers.add(pager)  # pyright: ignore[reportPrivateUsage]
    while (request := pager.request()) is not None:
        yield from pager.add(client.send(request))


async def iterate_async(client: AsyncClient, pager: Pager[T]) -> AsyncIterator[T]:
    """Yield all results; a page is requested when its first row is needed."""
    client._pagers.add(pager)  # pyright: ignore[reportPrivateUsage]
    while (request := pager.request()) is not None:
        for item in pager.add(await client.send(request)):
            yield item
