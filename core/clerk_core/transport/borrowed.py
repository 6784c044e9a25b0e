"""An httpx client of the caller's, which keeps its pool, its proxies and its hooks, and is never closed here."""

from __future__ import annotations

import httpx

_NO_AUTH = httpx.Auth()  # what httpx makes of None, for each call anew


class BorrowedClient:
    """Sends as `Pool` does."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    @property
    def is_closed(self) -> bool:
        """Whether its owner has closed it."""
        return self.client.is_closed

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send without the client's own login, and follow no redirect; the response is to be read and closed."""
        return self.client.send(request, auth=_NO_AUTH, follow_redirects=False, stream=True)

    def close(self) -> None:
        """Leave it open."""


class AsyncBorrowedClient:
    """Sends as `AsyncPool` does."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    @property
    def is_closed(self) -> bool:
        """Whether its owner has closed it."""
        return self.client.is_closed

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send without the client's own login, follow no redirect, and read the response."""
        return await self.client.send(request, auth=_NO_AUTH, follow_redirects=False)

    async def aclose(self) -> None:
        """Leave it open."""
