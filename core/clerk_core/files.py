"""Files for multipart bodies: every part gets a file name and a content type, since servers refuse it otherwise."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any, BinaryIO

from clerk_core.errors import InvalidArgument


class File:
    """A file to upload: bytes, or an open binary file, which is read when the request is sent.

    Without `content_type` it is guessed from the file name, and is `application/octet-stream` at last.
    """

    __slots__ = ("content", "content_type", "filename")

    def __init__(self, content: bytes | BinaryIO, filename: str, content_type: str | None = None) -> None:
        self.content = content
        self.filename = filename
        self.content_type = content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream"

    @classmethod
    def of(cls, argument: str, value: Any) -> File:
        """The value of a file argument as a `File`, named after the open file, or else after the argument."""
        if isinstance(value, File):
            return value
        if isinstance(value, bytes):
            return cls(value, argument)
        if not hasattr(value, "read") or hasattr(value, "encoding"):
            kind = "a file opened as text" if hasattr(value, "read") else type(value).__name__
            raise InvalidArgument(argument, f"expected bytes, a binary file object or File, got {kind}")
        name = getattr(value, "name", None)
        return cls(value, Path(name).name if isinstance(name, str) and name else argument)

    def __repr__(self) -> str:
        return f"File({self.filename!r}, {self.content_type!r})"
