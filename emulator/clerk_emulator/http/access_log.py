"""Print a line for each request, without secrets and personal data."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING

from clerk_emulator.request.masking import MASK, mask

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEALTH = "/_emulator/health"

_QUERY_VALUE = re.compile(r"=[^&]*")


class AccessLog:
    """An ASGI application that prints a line for each request to another one, such as `GET /v1/users 200 3.1 ms`.

    Health checks are not printed. A request without a response has the status `-`.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and print its line at the end."""
        if scope["type"] != "http" or scope["path"] == HEALTH:
            await self._application(scope, receive, send)
            return
        status: int | None = None

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._application(scope, receive, send_and_note)
        finally:
            milliseconds = (time.perf_counter() - started) * 1000
            print(
                f"{scope['method']} {_target(scope)} {status or '-'} {milliseconds:.1f} ms", file=sys.stdout, flush=True
            )


def _target(scope: Scope) -> str:
    """Return the path and query of a request: email addresses, tokens and all query values are masked."""
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    segments = mask(_printable(raw_path.partition(b"?")[0])).split("/")
    path = "/".join(MASK if "@" in one or "%40" in one else one for one in segments)
    query = _QUERY_VALUE.sub(f"={MASK}", _printable(scope["query_string"]))
    # A query without names is a value.
    return f"{path}?{query if '=' in query else MASK}" if query else path


def _printable(text: bytes) -> str:
    return text.decode("ascii", "backslashreplace")
