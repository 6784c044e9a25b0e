"""The ledger of API requests, which tests read to see what an application has sent."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from clerk_emulator.json_types import Json
from clerk_emulator.request.masking import mask

LIMIT = 1000
"""How many requests are kept; the oldest are dropped."""
BODY_LIMIT = 16 * 1024
"""Larger bodies are not kept, in bytes."""


@dataclass(frozen=True)
class RecordedRequest:
    """A request to the API and the status of its response. Secrets in the query and the body are masked."""

    number: int
    """1 for the first request since the start or the last `reset`."""
    time: int
    """When the response was sent, in milliseconds since 1970 on the emulator's clock."""
    method: str
    path: str
    """The path as sent, without the query; a token in it is masked."""
    operation: str | None
    """The id of the operation; None if the API has no such operation."""
    status: int | None
    """The status of the response; None if a fault closed the connection."""
    duration: float
    """How long it took, in real milliseconds."""
    query_string: str = field(repr=False)
    content: bytes | None = field(repr=False)
    """The body as sent, if it is not too large. It contains secrets."""
    is_form: bool = field(default=False, repr=False)
    """Whether the body is a form, as browsers send it, instead of JSON."""
    error_codes: tuple[str, ...] = ()
    """The codes in an error response. Its messages are not kept: they can quote secrets of the request."""

    @property
    def query(self) -> list[tuple[str, str]]:
        """The names and values in the query."""
        pairs = parse_qsl(self.query_string, keep_blank_values=True)
        return [(name, mask(value, name)) for name, value in pairs]

    @property
    def body(self) -> Any:
        """The JSON body, or the values of a form; None if it is neither, or larger than 16 KiB."""
        if not self.content:
            return None
        try:
            return mask(_form(self.content) if self.is_form else json.loads(self.content))
        except (ValueError, RecursionError):
            return None

    def to_json(self) -> Json:
        """Return the request as the control API does."""
        return {
            "number": self.number,
            "time": self.time,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": self.body,
            "operation": self.operation,
            "status": self.status,
            "error_codes": list(self.error_codes),
            "duration": self.duration,
        }


def _recorded(fields: dict[str, Any]) -> RecordedRequest:
    return RecordedRequest(**{**fields, "path": mask(fields["path"]), "duration": round(fields["duration"], 3)})


def _form(content: bytes) -> Json:
    """Return the values of a form. Those of a repeated name are a list."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(content.decode("utf-8"), keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: sent if len(sent) > 1 else sent[0] for name, sent in values.items()}


class RequestLedger:
    """The last requests to the API, the oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[dict[str, Any]] = deque(maxlen=LIMIT)
        """The fields of each request; secrets in the path are masked when it is read."""
        self._count = 0

    def __iter__(self) -> Iterator[RecordedRequest]:
        with self._lock:
            recorded = list(self._requests)
        return (_recorded(fields) for fields in recorded)

    def __len__(self) -> int:
        return len(self._requests)

    def find(
        self,
        operation: str | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        after: int = 0,
    ) -> list[RecordedRequest]:
        """Return the requests that match all arguments, the oldest first.

        `path` is compared with the path as sent. `after` is the number of a request: only later ones are returned.
        """
        return [
            request
            for request in self
            if request.number > after
            and operation in (None, request.operation)
            and (method is None or method.upper() == request.method)
            and path in (None, request.path)
            and status in (None, request.status)
        ]

    def clear(self) -> None:
        """Remove all requests. Their numbers are not used again."""
        with self._lock:
            self._requests.clear()

    def reset(self) -> None:
        """Remove all requests. The next one has the number 1."""
        with self._lock:
            self._requests.clear()
            self._count = 0

    def record(self, fields: dict[str, Any]) -> None:
        """Add a request with the fields of `RecordedRequest`, except for its number."""
        if len(fields["content"]) > BODY_LIMIT:
            fields["content"] = None
        with self._lock:
            self._count += 1
            fields["number"] = self._count
            self._requests.append(fields)
