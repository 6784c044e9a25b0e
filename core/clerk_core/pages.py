"""Walking through a list page by page: which page to ask for next, and what of it is new. No I/O here.

Pages follow a cursor (`starting_after`) where the operation has one and the order allows it, else an offset. What a
server says about its list may be wrong: neither a short page nor a total ends a walk alone. It ends with

- a short page that reaches the total, or an empty page;
- an empty page in the middle, where the total says more, only if the server sends it again and the page after it is
  empty too;
- a page that was there before: the same ids, or the same content where rows have no id. This is logged as a
  warning, unless it is the one short page of a list.

Rows may come and go meanwhile. What the page before showed already is not given again. What this client deletes
moves the offset; a walk by offset logs a warning, because the deletions of others move it too and are not known.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar
from urllib.parse import unquote

from clerk_core._unset import UNSET
from clerk_core.checks import whole_number
from clerk_core.errors import InvalidArgument, InvalidResponse
from clerk_core.guards import is_list, is_object
from clerk_core.readers import as_is
from clerk_core.request import Request, WrappedRequest
from clerk_core.response import Response

if TYPE_CHECKING:
    from clerk_core.client import AsyncClient, Client

T = TypeVar("T")
P = ParamSpec("P")

PAGE_SIZE = 100
PAGE_KEY = "data"
"""Where a page that is an object holds its rows, unless the contract names another key."""
MANAGED = ("limit", "offset", "starting_after", "paginated")
_CURSOR_ORDERS = (UNSET, "created_at", "+created_at", "-created_at")
_EMPTY_PAGES = 3
"""Empty pages in a row that end a walk whatever the total says: one, the same once more, and the one after it."""

log = logging.getLogger("clerkkit")


class FetchedPage(NamedTuple):
    """A page as the server sent it."""

    rows: list[Any]
    ids: list[str | None]
    """The id of each row that has one."""
    digest: bytes
    """The same for pages of the same rows, in any order."""
    total: int | None
    """How many rows the list has, as far as the server tells."""


class PageRequest(WrappedRequest[FetchedPage]):
    """A request for a page: a bare list, or an object that holds the list under the key of the contract."""

    __slots__ = ()

    def __init__(self, request: Request[Any]) -> None:
        super().__init__(request)
        self.read = as_is

    def decode(self, response: Response) -> FetchedPage:
        """Read the page.

        Raises:
            ApiError: the answer is no success.
            InvalidResponse: it is no page.
        """
        body: Any = super().decode(response)
        items = body.get(self.rows_key) if is_object(body) else body
        if self.row is None or not is_list(items) or not all(map(is_object, items)):
            raise InvalidResponse(
                self.info, response, f"is no page, which is a list of objects or has one in {self.rows_key!r}"
            )
        ids = [_id(item) for item in items]
        # Before the rows are read, which changes them.
        told = sorted(
            _content(item, response) if known is None else f"id {known}" for item, known in zip(items, ids, strict=True)
        )
        digest = hashlib.blake2b(json.dumps(told).encode(), digest_size=16).digest()
        total = body.get("total_count") if is_object(body) else None
        whole = isinstance(total, int) and not isinstance(total, bool)
        return FetchedPage([self.row(item) for item in items], ids, digest, total if whole else None)


def _id(item: dict[str, Any]) -> str | None:
    known = item.get("id")
    return known if isinstance(known, str) else None


def _content(item: dict[str, Any], response: Response) -> str:
    try:
        return json.dumps(item, sort_keys=True)
    except (ValueError, RecursionError):  # deeper, or with longer numbers, than json writes
        return response.text


class Pager(Generic[T]):
    """One walk over the results of a list operation."""

    def __init__(
        self,
        endpoint: Callable[..., Request[Any]],
        arguments: Mapping[str, Any],
        page_size: int = PAGE_SIZE,
        ids: tuple[Any, ...] = (),
    ) -> None:
        """`endpoint` takes `limit`; `ids` and `arguments` are all its arguments but those that the walk manages.

        Raises:
            InvalidArgument: the operation has no pages, or an argument cannot be sent, or is the walk's own.
        """
        known = inspect.signature(endpoint).parameters
        if "limit" not in known:
            raise _no_pages(endpoint)
        _refuse_managed(arguments)
        self._endpoint = endpoint
        self._ids = ids
        self._arguments = arguments
        self._page_size = whole_number("page_size", page_size, 1)
        self._by_cursor = "starting_after" in known and arguments.get("order_by", UNSET) in _CURSOR_ORDERS
        self._cursor: str | None = None
        self._offset = 0
        self._longest = 0  # rows in the longest page: what a page is short of, where the server caps `limit`
        self._empty = 0
        self._previous: set[str] = set()
        self._known: set[bytes] = set()  # digests of all pages
        self._moved = 0  # by how many rows deletions moved the offset back: so many may come again
        self._warned = False
        self._done = False
        first = self._request()
        self._operation = first.operation
        self._path = first.path

    def request(self) -> PageRequest | None:
        """The request for the next page; None at the end."""
        return None if self._done else self._request()

    def _request(self) -> PageRequest:
        position: dict[str, Any] = {}
        if self._cursor is not None:
            position = {"starting_after": self._cursor}
        elif self._offset:
            position = {"offset": self._offset}
        request = self._endpoint(*self._ids, **self._arguments, limit=self._page_size, **position)
        if request.row is None:
            raise _no_pages(self._endpoint)
        return PageRequest(request)

    def take(self, page: FetchedPage) -> list[T]:
        """What is new in the page that came, in order."""
        if not page.rows:
            self._pass_over(page)
            return []
        self._empty = 0
        self._offset += len(page.rows)
        if page.digest in self._known:
            if self._moved <= 0:
                log.log(
                    logging.DEBUG if self._is_whole(page) else logging.WARNING,
                    "%s: the server sent the same page again; the walk ends here",
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
        """Whether a page that came twice is likely all of a short list, whose server knows no positions."""
        alone = len(self._known) == 1 and len(page.rows) < self._page_size
        return alone and (page.total is None or page.total <= len(page.rows))

    def _pass_over(self, page: FetchedPage) -> None:
        self._empty += 1
        if self._empty == _EMPTY_PAGES - 1:
            self._offset += self._page_size
        self._done = page.total is None or page.total <= self._offset or self._empty == _EMPTY_PAGES

    def deleted(self, path: str) -> None:
        """A resource was deleted by the client that walks: what follows it in the list has moved up."""
        collection, _, last = path.rpartition("/")
        if collection != self._path or self._done:
            return
        self._offset = max(0, self._offset - 1)
        self._moved += 1
        if self._by_cursor:
            if unquote(last) == self._cursor:
                self._cursor = None  # a cursor must exist; the next page is found by its offset
        elif not self._warned:
            self._warned = True
            log.warning(
                "%s: something was deleted from this list while it is walked by offset, so that rows may be skipped; "
                "get all rows with list(...) before you delete any",
                self._operation,
            )


def _no_pages(endpoint: Callable[..., Any]) -> InvalidArgument:
    return InvalidArgument("endpoint", f"{getattr(endpoint, '__name__', endpoint)} has no pages")


def _refuse_managed(arguments: Mapping[str, Any]) -> None:
    for name in MANAGED:
        if name in arguments:
            raise InvalidArgument(
                name,
                "is set by the walk itself; `page_size` sets how many rows it fetches at a time, and "
                "`itertools.islice` takes the first ones",
            )


def walk(method: Callable[P, T]) -> Callable[P, T]:
    """Decorate a method that walks over all pages: an argument of single pages is refused with what to use instead."""

    @functools.wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        _refuse_managed(kwargs)
        return method(*args, **kwargs)

    return checked


def iterate(client: Client, pager: Pager[T]) -> Iterator[T]:
    """All results, each page fetched when its first row is asked for."""
    client._walks.add(pager)  # pyright: ignore[reportPrivateUsage]
    while (request := pager.request()) is not None:
        yield from pager.take(client.send(request))


async def iterate_async(client: AsyncClient, pager: Pager[T]) -> AsyncIterator[T]:
    """All results, each page fetched when its first row is asked for."""
    client._walks.add(pager)  # pyright: ignore[reportPrivateUsage]
    while (request := pager.request()) is not None:
        for item in pager.take(await client.send(request)):
            yield item
