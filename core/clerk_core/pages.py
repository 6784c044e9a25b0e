"""Walking through a list page by page: which page to ask for next, and what of it is new. No I/O here.

Pages follow a cursor (`starting_after`) where the operation has one and the order allows it, else an offset. Rows may
come and go meanwhile: what the page before showed already is not given again, and pages with nothing new end the
walk, so that it ends whatever the server does.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from clerk_core._unset import UNSET
from clerk_core.checks import whole_number
from clerk_core.errors import InvalidArgument
from clerk_core.guards import is_list
from clerk_core.model import Model
from clerk_core.request import Request

if TYPE_CHECKING:
    from clerk_core.client import AsyncClient, Client

T = TypeVar("T")

PAGE_SIZE = 100
_STALE_PAGES = 3
MANAGED = ("limit", "offset", "starting_after", "paginated")
_CURSOR_ORDERS = (UNSET, "created_at", "+created_at", "-created_at")


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
            InvalidArgument: the operation has no pages, or an argument is the walk's own.
        """
        known = inspect.signature(endpoint).parameters
        if "limit" not in known:
            raise InvalidArgument("endpoint", f"{getattr(endpoint, '__name__', endpoint)} has no pages")
        managed = [name for name in MANAGED if name in arguments]
        if managed:
            raise InvalidArgument(managed[0], "is set by the walk itself; `page_size` sets the size of its pages")
        self._endpoint = endpoint
        self._ids = ids
        self._arguments = arguments
        self._page_size = whole_number("page_size", page_size, 1)
        self._by_cursor = "starting_after" in known and arguments.get("order_by", UNSET) in _CURSOR_ORDERS
        self._position: dict[str, Any] = {}
        self._seen = 0
        self._previous: set[str] = set()
        self._stale = 0
        self._done = False

    def request(self) -> Request[Any] | None:
        """The request for the next page; None at the end."""
        if self._done:
            return None
        return self._endpoint(*self._ids, **self._arguments, limit=self._page_size, **self._position)

    def take(self, answer: Any) -> list[T]:
        """What is new in the page that came, in order."""
        items, total = _items(answer)
        ids = [_id(item) for item in items]
        new = [item for item, known in zip(items, ids, strict=True) if known is None or known not in self._previous]
        self._seen += len(items)
        if self._by_cursor and ids and ids[-1] is not None:
            self._position = {"starting_after": ids[-1]}
        else:
            self._position = {"offset": self._seen}
        # Many new rows at once move a whole page of known ones here; a server that repeats itself does so for ever.
        self._stale = 0 if new else self._stale + 1
        at_end = len(items) < self._page_size if total is None else self._seen >= total
        self._done = at_end or not items or self._stale == _STALE_PAGES
        self._previous = {known for known in ids if known is not None}
        return new


def _items(answer: Any) -> tuple[list[Any], int | None]:
    """The rows of a page, and how many there are in all, in each shape that lists come in."""
    if is_list(answer):
        return answer, None
    if isinstance(answer, Model):
        lists = [value for value in vars(answer).values() if is_list(value)]
        total = vars(answer).get("total_count")
        return lists[0] if lists else [], total if isinstance(total, int) else None
    return [], None


def _id(item: Any) -> str | None:
    known = vars(item).get("id") if isinstance(item, Model) else None
    return known if isinstance(known, str) else None


def iterate(client: Client, pager: Pager[T]) -> Iterator[T]:
    """All results, each page fetched when its first row is asked for."""
    while (request := pager.request()) is not None:
        yield from pager.take(client.send(request))


async def iterate_async(client: AsyncClient, pager: Pager[T]) -> AsyncIterator[T]:
    """All results, each page fetched when its first row is asked for."""
    while (request := pager.request()) is not None:
        for item in pager.take(await client.send(request)):
            yield item
