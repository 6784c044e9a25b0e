"""The types of ASGI, and what a middleware does before its server shuts down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_SHUTDOWN_MESSAGES = ("lifespan.shutdown.complete", "lifespan.shutdown.failed")


def run_before_shutdown(send: Send, close: Callable[[], Awaitable[None]]) -> Send:
    """Run a function before the server learns that the shutdown is complete, since it then ends the loop."""

    async def close_and_send(message: Message) -> None:
        if message["type"] in _SHUTDOWN_MESSAGES:
            await close()
        await send(message)

    return close_and_send
