"""Files for multipart bodies: every part gets a file name and a content type, since servers refuse it otherwise."""

from __future__ import annotations

import contextlib
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
        """What cannot be sent is refused.

        Raises:
            InvalidArgument: The content is text, the name is empty or no UTF-8, or the type is no header's value.
        """
        _check_content("content", content)
        if not filename or filename != _as_text(filename):
            raise InvalidArgument("filename", "expected a name that can be sent as UTF-8")
        if content_type and not (content_type.isascii() and content_type.isprintable()):
            raise InvalidArgument("content_type", "expected a media type, such as image/png")
        self.content = content
        self.filename = filename
        self.content_type = content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream"

    @classmethod
    def of(cls, argument: str, value: Any) -> File:
        """The value of a file argument as a `File`, named after the open file, or else after the argument."""
        if isinstance(value, File):
            return value
        _check_content(argument, value)
        name = getattr(value, "name", None)
        return cls(value, (_as_text(Path(name).name) if isinstance(name, str) else "") or argument)

    def read(self) -> bytes:
        """The whole content; of a file object, from its start where it can be rewound.

        Read at once, because httpx would take the length of what is behind the object: a pipe, a file that was not
        flushed or that is unpacked while it is read have another one.
        """
        if isinstance(self.content, bytes):
            return self.content
        with contextlib.suppress(AttributeError, OSError):
            self.content.seek(0)
        return self.content.read()

    def __repr__(self) -> str:
        return f"File({self.filename!r}, {self.content_type!r})"


def _check_content(argument: str, value: Any) -> None:
    if not isinstance(value, bytes) and (not hasattr(value, "read") or hasattr(value, "encoding")):
        kind = "a file opened as text" if hasattr(value, "read") else type(value).__name__
        raise InvalidArgument(argument, f"expected bytes, a binary file object or File, got {kind}")


def _as_text(name: str) -> str:
    """On Linux, a name is bytes: what is no UTF-8 in it shows as lone surrogates, which nothing can carry."""
    return name.encode(errors="replace").decode()
