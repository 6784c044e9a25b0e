"""Base classes of resources: groups of methods such as `client.users`. A resource keeps its client alive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clerk_core.public_dir import PublicDir

if TYPE_CHECKING:
    from clerk_core.client import AsyncClient, Client
    from clerk_core.request import Request


class Resource(PublicDir):
    """The base of `client.users` and the other resources of `Client`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def _iterate(
        self, endpoint: Callable[..., Request[Any]], filters: Mapping[str, Any], page_size: int, ids: tuple[Any, ...]
    ) -> Iterator[Any]:
        """Yield all results of a list operation; the arguments are those of `Pager`."""
        from clerk_core.pages import Pager, iterate  # imported when needed

        return iterate(self._client, Pager(endpoint, filters, page_size, ids))


class AsyncResource(PublicDir):
    """The base of `client.users` and the other resources of `AsyncClient`."""

    __slots__ = ("_client",)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def _iterate(
        self, endpoint: Callable[..., Request[Any]], filters: Mapping[str, Any], page_size: int, ids: tuple[Any, ...]
    ) -> AsyncIterator[Any]:
        """Yield all results of a list operation; the arguments are those of `Pager`."""
        from clerk_core.pages import Pager, iterate_async  # imported when needed

        return iterate_async(self._client, Pager(endpoint, filters, page_size, ids))
