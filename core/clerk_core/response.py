"""What came back: a `Response` as the wire brought it, a `Detailed` result with the value beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from clerk_core._unset import UNSET
from clerk_core.decoding import decode

T = TypeVar("T")


class Response:
    """An HTTP response: status, headers (their names in any case), content as bytes."""

    __slots__ = ("_json", "content", "headers", "status_code")

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self._json: Any = UNSET

    def json(self) -> Any:
        """Return the parsed content. It is parsed once: whoever asks gets the same objects.

        Raises:
            ValueError: it is not JSON.
        """
        if self._json is UNSET:
            self._json = decode(self.content)
        return self._json

    @property
    def text(self) -> str:
        """The content as text; what is no UTF-8 is shown as `\N{REPLACEMENT CHARACTER}`."""
        return self.content.decode("utf-8", errors="replace")

    def __repr__(self) -> str:
        return f"<Response {self.status_code}, {len(self.content)} bytes>"


class Detailed(Generic[T]):
    """A successful answer with all that came with it; `value` is what `send` would have given."""

    __slots__ = ("content", "headers", "status_code", "trace_id", "value")

    def __init__(self, response: Response, value: T) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content = response.content
        self.trace_id = response.headers.get("cf-ray")
        self.value = value

    def __repr__(self) -> str:
        return f"<Detailed {self.status_code}, {len(self.content)} bytes, trace id {self.trace_id}>"
