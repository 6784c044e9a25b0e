"""`Response`, and `DetailedResponse`, which has the decoded value too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from clerk_core._unset import UNSET

T = TypeVar("T")


class Response:
    """An HTTP response. The names of headers are case-insensitive."""

    __slots__ = ("_json", "content", "headers", "status_code")

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self._json: Any = UNSET

    def json(self) -> Any:
        """Return the parsed content. It is parsed once; later calls return the same objects.

        Raises:
            ValueError: it is not JSON.
        """
        if self._json is UNSET:
            self._json = decode(self.content)
        return self._json

    @property
    def text(self) -> str:
        """The content as text. Bytes that are not UTF-8 are replaced by `\N{REPLACEMENT CHARACTER}`."""
        return self.content.decode("utf-8", errors="replace")

    def __repr__(self) -> str:
        return f"<Response {self.status_code}, {len(self.content)} bytes>"


class DetailedResponse(Generic[T]):
    """A successful response. `value` is what `send` returns."""

    __slots__ = ("content", "headers", "status_code", "trace_id", "value")

    def __init__(self, response: Response, value: T) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content = response.content
        self.trace_id = response.headers.get("cf-ray")
        self.value = value

    def __repr__(self) -> str:
        return f"<DetailedResponse {self.status_code}, {len(self.content)} bytes, trace id {self.trace_id}>"


def decode(content: bytes) -> Any:
    """Return the value of a JSON document.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except (RecursionError, ValueError):  # nested too deeply, or an integer with too many digits
        from clerk_core.deep_json import parse  # imported when needed

        return parse(content.decode(json.detect_encoding(content), "surrogatepass"))
