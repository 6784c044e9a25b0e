"""Wrappers of an httpx client that the user passed. It keeps its pool, proxies and hooks, and is never closed."""

from __future__ import annotations

import httpx

_NO_AUTH = httpx.Auth()  # httpx would create one for each call


class BorrowedClient:
    """Has the interface of `Pool`."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    @property
    def is_closed(self) -> bool:
        """Whether the user has closed it."""
        return self.client.is_closed

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send without the client's credentials, and follow no redirect. The caller reads and closes the response."""
        return self.client.send(request, auth=_NO_AUTH, follow_redirects=False, stream=True)

    def close(self) -> None:
        """Do nothing: the user closes the client."""


class AsyncBorrowedClient:
    """Has the interface of `AsyncPool`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    @property
    def is_closed(self) -> bool:
        """Whether the user has closed it."""
        return self.client.is_closed

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send without the client's credentials, follow no redirect, and read the response."""
        return await self.client.send(request, auth=_NO_AUTH, follow_redirects=False)

    async def aclose(self) -> None:
        """Do nothing: the user closes the client."""
