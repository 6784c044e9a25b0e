"""What a resource is: a namespace of methods over a client. It keeps the client alive."""

from __future__ import annotations

from clerk_core.client import AsyncClient, Client
from clerk_core.listing import Listed


class Resource(Listed):
    """The base of `client.users` and its neighbours."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client


class AsyncResource(Listed):
    """The base of `client.users` and its neighbours, for `AsyncClient`."""

    __slots__ = ("_client",)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
