"""Base classes of resources: groups of methods such as `client.users`. A resource keeps its client alive."""

from __future__ import annotations

from clerk_core.client import AsyncClient, Client
from clerk_core.public_dir import PublicDir


class Resource(PublicDir):
    """The base of `client.users` and the other resources of `Client`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client


class AsyncResource(PublicDir):
    """The base of `client.users` and the other resources of `AsyncClient`."""

    __slots__ = ("_client",)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
