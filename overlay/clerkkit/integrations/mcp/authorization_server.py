"""Forwards the metadata of the authorization server (RFC 8414), which old clients ask the resource server for."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

import anyio
import httpx

from clerk_core.guards import is_object
from clerkkit.integrations.mcp.resource_server import AUTHORIZATION_SERVER, ResourceServer

_SECONDS = 300.0
"""Time for which a document is not fetched again."""
_SECONDS_AFTER_FAILURE = 5.0
_TIMEOUT = 10.0
_UNAVAILABLE = (
    b'{"error": "temporarily_unavailable", "error_description": "The authorization server does not respond."}'
)


class Document(NamedTuple):
    """A response: the metadata with status 200, or an error with status 502."""

    status: int
    body: bytes


class MetadataForwarder:
    """Fetches the metadata, and caches it for five minutes. Many requests at once cause one call."""

    def __init__(self, server: ResourceServer) -> None:
        self._url = f"{server.authorization_server}{AUTHORIZATION_SERVER}"
        self._lock = anyio.Lock()
        self._document: Document | None = None
        self._fetch_again_at = 0.0

    async def get(self) -> Document:
        """Return the metadata. After a failure, the last metadata is returned if there is one."""
        async with self._lock:
            if self._document is None or time.monotonic() >= self._fetch_again_at:
                fetched = await self._fetch()
                is_good = fetched.status == 200
                if is_good or self._document is None or self._document.status != 200:
                    self._document = fetched
                self._fetch_again_at = time.monotonic() + (_SECONDS if is_good else _SECONDS_AFTER_FAILURE)
            return self._document

    async def _fetch(self) -> Document:
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT) as http:
                response = await http.get(self._url)
            metadata: Any = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            metadata = None
        if not is_object(metadata):
            return Document(502, _UNAVAILABLE)
        return Document(200, json.dumps(metadata).encode())
