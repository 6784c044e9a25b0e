"""Inject faults into responses, to test how clients handle them."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Literal

from clerk_emulator.call import Response
from clerk_emulator.contract.specification import frontend_operations, operations
from clerk_emulator.errors import ClerkAPIError, too_many_requests
from clerk_emulator.fault_queue import FaultQueue
from clerk_emulator.json_types import is_list, is_object

HEADER = "x-clerk-emulator-fault"
"""The header that injects a fault into its own request: `status=429; retry_after=2`, `delay=200`, `act=cut`, `act=html;
status=502`, `unknown=status`, `drop=first_name`."""

_NUMBERS = ("status", "retry_after", "delay")
_TEXTS = ("act", "unknown", "drop")
"""The keys in the header."""
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_UNKNOWN_VALUE = "a_value_of_tomorrow"
_CODES = {500: "internal_clerk_error", 503: "service_unavailable", 504: "gateway_timeout", 409: "conflict"}


@dataclass(frozen=True)
class Fault:
    """A fault of one or more kinds."""

    status: int | None = None
    """Respond with this status and Clerk's error for it, without running the operation."""
    retry_after: int = 1
    """Seconds in the `Retry-After` of a 429."""
    delay: int = 0
    """Milliseconds to wait before anything else."""
    act: Literal["cut", "html"] | None = None
    """After the operation has run, `cut` closes the connection without a response, and `html` responds with an HTML
    page, as a proxy does."""
    unknown: str | None = None
    """Replace the value of this key, wherever the response has it, with one that is not documented."""
    drop: str | None = None
    """Remove this key wherever the response has it."""
    operation: str | None = None
    """The id of the operation that the fault applies to, in either API; None for all."""
    times: int | None = 1
    """The number of requests that the fault applies to; None for all."""

    def __post_init__(self) -> None:
        known = self.operation is None or self.operation in operations() or self.operation in frontend_operations()
        if not known:
            raise ValueError(f"operation: the API has no operation {self.operation}")
        if self.status is not None and not (200 <= self.status <= 599 and (self.act == "html" or self.status >= 400)):
            raise ValueError("status: must be from 400 to 599")
        if self.act not in (None, "cut", "html"):
            raise ValueError("act: must be cut or html")
        if not (0 <= self.delay <= 60_000 and self.retry_after >= 0):
            raise ValueError("delay: must be from 0 to 60000 ms; retry_after: must be at least 0 seconds")
        if self.times is not None and self.times < 1:
            raise ValueError("times: must be at least 1, or None")

    def raise_error(self) -> None:
        """Raise the error that the fault responds with, if there is one."""
        if self.status is None or self.act == "html":
            return
        if self.status == 429:
            raise too_many_requests(self.retry_after)
        code = _CODES.get(self.status, "internal_clerk_error" if self.status >= 500 else "bad_request")
        raise ClerkAPIError(self.status, code, "an injected fault")

    def alter(self, response: Response) -> Response | None:
        """Return the altered response; None to close the connection without one."""
        if self.act == "cut":
            return None
        if self.act == "html":
            headers = {"Content-Type": "text/html; charset=utf-8"}
            return Response(None, self.status or 502, headers, b"<html><h1>Bad Gateway</h1></html>")
        return dataclasses.replace(response, body=self._alter(response.body))

    def _alter(self, body: Any) -> Any:
        if is_list(body):
            return [self._alter(item) for item in body]
        if not is_object(body):
            return body
        return {
            key: _UNKNOWN_VALUE if key == self.unknown else self._alter(value)
            for key, value in body.items()
            if key != self.drop
        }


class Faults(FaultQueue[Fault]):
    """The faults of the requests to come."""

    def add(
        self,
        operation: str | None = None,
        *,
        status: int | None = None,
        retry_after: int = 1,
        delay: int = 0,
        act: Literal["cut", "html"] | None = None,
        unknown: str | None = None,
        drop: str | None = None,
        times: int | None = 1,
    ) -> None:
        """Make requests fail: the next one, the next of an operation, or the next `times` of them (None: all).

        `Fault` describes the parameters. Raises ValueError for an invalid fault.
        """
        fault = Fault(
            status=status,
            retry_after=retry_after,
            delay=delay,
            act=act,
            unknown=unknown,
            drop=drop,
            operation=operation,
            times=times,
        )
        self._append(fault)

    def next_for(self, operation: str, header: str | None) -> Fault | None:
        """Return the fault for a request, or None. Raises ClerkAPIError for an invalid header."""
        if header is not None:
            return _parse(header)
        return self._take(lambda fault: fault.operation in (None, operation))


def _parse(header: str) -> Fault:
    values: dict[str, Any] = {}
    try:
        for part in header.split(";"):
            key, _, value = (text.strip() for text in part.partition("="))
            values[key] = _parse_value(key, value)
        return Fault(**values)
    except ValueError as error:
        raise ClerkAPIError(400, "bad_request", "is invalid", f"{HEADER}: {error}.") from None


def _parse_value(key: str, value: str) -> str | int:
    if key in _TEXTS:
        return value
    if key not in _NUMBERS:
        raise ValueError(f"{key!r} is not one of {', '.join((*_NUMBERS, *_TEXTS))}")
    if not _NUMBER.fullmatch(value):
        raise ValueError(f"{key}: {value!r} is not a whole number")
    return int(value)
