"""Files of multipart bodies. Each part has a file name and a content type, which servers require."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO

from clerk_core.errors import InvalidArgument


class File:
    """A file to upload: bytes, a path, or an open binary file. It is opened and read when the request is sent.

    A path is opened, streamed and closed for each attempt. An open file is streamed from its start and stays open; one
    that cannot be rewound, such as a pipe, is read into memory once. Without `content_type`, it is guessed from the
    file name, with `application/octet-stream` as the default.
    """

    __slots__ = ("content", "content_type", "filename")

    def __init__(
        self,
        content: bytes | BinaryIO | os.PathLike[str],
        filename: str | None = None,
        content_type: str | None = None,
    ) -> None:
        """Create a file.

        Raises:
            InvalidArgument: the content is text; the name is missing (paths have one), empty or not valid UTF-8; or a
                header cannot carry the content type.
        """
        if isinstance(content, os.PathLike):
            filename = _to_utf8(Path(content).name) if filename is None else filename
        else:
            _check_content("content", content)
        if not filename or filename != _to_utf8(filename):
            raise InvalidArgument("filename", "expected a name that can be sent as UTF-8")
        if content_type and not (content_type.isascii() and content_type.isprintable()):
            raise InvalidArgument("content_type", "expected a media type, such as image/png")
        self.content = content
        self.filename = filename
        self.content_type = content_type or _guess_type(filename)

    @classmethod
    def from_argument(cls, argument: str, value: Any) -> File:
        """Return the value of a file argument as a `File`, named after the open file or else after the argument."""
        if isinstance(value, File):
            return value
        _check_content(argument, value)
        return cls(value, file_name(value) or argument)

    @contextlib.contextmanager
    def open(self, argument: str) -> Generator[bytes | BinaryIO]:
        """Open the content at its start while it is sent.

        Raises:
            InvalidArgument: the path does not exist or cannot be read; the error names `argument`.
        """
        if isinstance(self.content, bytes):
            yield self.content
        elif isinstance(self.content, os.PathLike):
            with open_file(argument, self.content) as file:
                yield file
        elif _can_rewind(self.content):
            yield _SizedFile(self.content)
        else:
            # A retry must send the same content again.
            self.content = self.content.read()
            yield self.content

    def __repr__(self) -> str:
        return f"File({self.filename!r}, {self.content_type!r})"


AnyFile = str | os.PathLike[str] | bytes | BinaryIO | File
"""A path, bytes, an open binary file, or a `File`."""


class _SizedFile(io.BufferedIOBase, BinaryIO):
    """An open file without its descriptor, so that httpx measures the content rather than the file on disk.

    Their lengths differ for a file that was not flushed, or that is decompressed while it is read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(-1 if size is None else size)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._file.seek(offset, whence)
        return self._file.tell()


def open_file(argument: str, path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading.

    Raises:
        InvalidArgument: the file is missing, is not a regular file, or cannot be read.
    """
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise InvalidArgument(argument, f"{os.fspath(path)!r} is not a regular file")
        return Path(path).open("rb")
    except (OSError, ValueError) as error:  # a ValueError if the path contains a NUL
        if isinstance(error, InvalidArgument):
            raise
        problem = getattr(error, "strerror", None) or str(error)
        raise InvalidArgument(argument, f"{os.fspath(path)!r} cannot be read: {problem}") from None


def _can_rewind(file: Any) -> bool:
    try:
        return bool(file.seekable())
    except AttributeError:  # it has `read` only
        return False


def file_name(file: Any) -> str:
    """Return the last part of an open file's name, or an empty string."""
    name = getattr(file, "name", None)
    return _to_utf8(Path(name).name) if isinstance(name, str) else ""


def _guess_type(filename: str) -> str:
    import mimetypes  # imported when needed

    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _check_content(argument: str, value: Any) -> None:
    if not isinstance(value, bytes) and (not hasattr(value, "read") or hasattr(value, "encoding")):
        kind = "a file opened as text" if hasattr(value, "read") else type(value).__name__
        raise InvalidArgument(argument, f"expected bytes, a binary file object or File, got {kind}")


def _to_utf8(name: str) -> str:
    """Replace the lone surrogates that stand for bytes that are not UTF-8; file names are bytes on Linux."""
    return name.encode(errors="replace").decode()
