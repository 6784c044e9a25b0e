"""Faults on demand, so that people can test how their programs bear them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from clerk_emulator.contract.specification import operations
from clerk_emulator.errors import Refusal, is_list, is_object
from clerk_emulator.request.rate_limits import too_many

HEADER = "x-clerk-emulator-fault"
"""A request with this header meets the fault that it names: `status=429; retry_after=2`, `delay=200`, `act=cut`,
`act=html; status=502`, `unknown=status`, `drop=first_name`."""

_CODES = {500: "internal_clerk_error", 503: "service_unavailable", 504: "gateway_timeout", 409: "conflict"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a request. Several things can be set at once."""

    status: int | None = None
    """Answer with this status and Clerk's error for it, and do nothing."""
    retry_after: int = 1
    """Seconds to wait, which a 429 tells."""
    delay: int = 0
    """Milliseconds to wait before anything else."""
    act: Literal["cut", "html"] | None = None
    """`cut` closes the connection after the work is done, without an answer; `html` answers a page, as a proxy does."""
    unknown: str | None = None
    """Wherever the answer has this key, its value becomes one that nobody knows yet."""
    drop: str | None = None
    """Wherever the answer has this key, it is left out."""
    operation: str | None = None
    """The id of the operation that the fault is for; None for all."""
    times: int | None = 1
    """For how many requests; None for all that come."""

    def __post_init__(self) -> None:
        if self.operation is not None and self.operation not in operations():
            raise ValueError(f"operation: the API has no {self.operation}")
        if self.status is not None and not (200 <= self.status <= 599 and (self.act == "html" or self.status >= 400)):
            raise ValueError("status: an error has a status from 400 to 599")
        if self.act not in (None, "cut", "html"):
            raise ValueError("act: cut or html")
        if not (0 <= self.delay <= 60_000 and self.retry_after >= 0):
            raise ValueError("delay: 0 to 60000 ms; retry_after: seconds, at least 0")

    def refusal(self) -> Refusal | None:
        """The error that is answered, if one is."""
        if self.status is None or self.act == "html":
            return None
        if self.status == 429:
            return too_many(self.retry_after)
        code = _CODES.get(self.status, "internal_clerk_error" if self.status >= 500 else "bad_request")
        return Refusal(self.status, code, "a fault that was asked for")

    def changed(self, body: Any) -> Any:
        """The answer with what `unknown` and `drop` do to it."""
        if is_list(body):
            return [self.changed(one) for one in body]
        if not is_object(body):
            return body
        return {
            key: "a_value_of_tomorrow" if key == self.unknown else self.changed(value)
            for key, value in body.items()
            if key != self.drop
        }


class Faults:
    """The faults that wait for requests, the oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

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
        """Let requests fail: the next one, the next of an operation, or the next `times` of them (None: all).

        What can happen is told by `Fault`. Raises ValueError for what is no fault.
        """
        self._waiting.append(
            Fault(
                status=status,
                retry_after=retry_after,
                delay=delay,
                act=act,
                unknown=unknown,
                drop=drop,
                operation=operation,
                times=times,
            )
        )

    def clear(self) -> None:
        """No more faults."""
        self._waiting.clear()

    def take(self, operation: str, header: str | None) -> Fault | None:
        """The fault that a request meets, if any. Raises Refusal for a header that names none."""
        if header is not None:
            return _named(header)
        for index, fault in enumerate(self._waiting):
            if fault.operation in (None, operation):
                if fault.times is not None:
                    left = dataclasses.replace(fault, times=fault.times - 1)
                    self._waiting[index : index + 1] = [left] if fault.times > 1 else []
                return fault
        return None


def _named(header: str) -> Fault:
    values: dict[str, Any] = {}
    try:
        for part in header.split(";"):
            key, _, value = (text.strip() for text in part.partition("="))
            values[key] = int(value) if key in ("status", "retry_after", "delay") else value
        return Fault(**values)
    except (TypeError, ValueError) as error:
        raise Refusal(400, "bad_request", "is invalid", f"{HEADER}: {error}.") from None
