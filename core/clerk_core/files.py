"""Files for multipart bodies: every part gets a file name and a content type, since servers refuse it otherwise."""

from __future__ import annotations

import contextlib
import io
import mimetypes
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO

from clerk_core.errors import InvalidArgument


class File:
    """A file to upload: bytes, a path, or an open binary file. Nothing is opened or read before the request is sent.

    A path is opened anew for each try, streamed, and closed. An open file is streamed from its start, and stays open;
    one that cannot be rewound, such as a pipe, is read into memory once. Without `content_type` it is guessed from the
    file name, and is `application/octet-stream` at last.
    """

    __slots__ = ("content", "content_type", "filename")

    def __init__(
        self,
        content: bytes | BinaryIO | os.PathLike[str],
        filename: str | None = None,
        content_type: str | None = None,
    ) -> None:
        """What cannot be sent is refused.

        Raises:
            InvalidArgument: The content is text, the name is missing (a path has one), empty or no UTF-8, or the type
                is no header's value.
        """
        if isinstance(content, os.PathLike):
            filename = _as_text(Path(content).name) if filename is None else filename
        else:
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
        return cls(value, name_of(value) or argument)

    @contextlib.contextmanager
    def open(self, argument: str) -> Generator[bytes | BinaryIO]:
        """The content from its start, for as long as it is sent.

        Raises:
            InvalidArgument: there is no file at the path (any more), or it cannot be read; `argument` is named.
        """
        if isinstance(self.content, bytes):
            yield self.content
        elif isinstance(self.content, os.PathLike):
            with opened(argument, self.content) as file:
                yield file
        elif _can_rewind(self.content):
            yield _Measured(self.content)
        else:
            # A second try has to send the same once more.
            self.content = self.content.read()
            yield self.content

    def __repr__(self) -> str:
        return f"File({self.filename!r}, {self.content_type!r})"


class _Measured(io.BufferedIOBase, BinaryIO):
    """An open file without its descriptor: what httpx takes for the length must be that of what is read.

    That of the file behind it is another one where it was not flushed, or is unpacked while it is read.
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


def opened(argument: str, path: str | os.PathLike[str]) -> BinaryIO:
    """A file on disk, opened to be read.

    Raises:
        InvalidArgument: it is missing, no regular file, or cannot be read.
    """
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise InvalidArgument(argument, f"{os.fspath(path)!r} is no regular file")
        return Path(path).open("rb")
    except (OSError, ValueError) as error:  # a ValueError where the path holds a NUL
        if isinstance(error, InvalidArgument):
            raise
        problem = getattr(error, "strerror", None) or str(error)
        raise InvalidArgument(argument, f"{os.fspath(path)!r} cannot be read: {problem}") from None


def _can_rewind(file: Any) -> bool:
    try:
        return bool(file.seekable())
    except AttributeError:  # what has nothing but `read`
        return False


def name_of(file: Any) -> str:
    """The last part of an open file's name; empty where it has none."""
    name = getattr(file, "name", None)
    return _as_text(Path(name).name) if isinstance(name, str) else ""


def _check_content(argument: str, value: Any) -> None:
    if not isinstance(value, bytes) and (not hasattr(value, "read") or hasattr(value, "encoding")):
        kind = "a file opened as text" if hasattr(value, "read") else type(value).__name__
        raise InvalidArgument(argument, f"expected bytes, a binary file object or File, got {kind}")


def _as_text(name: str) -> str:
    """On Linux, a name is bytes: what is no UTF-8 in it shows as lone surrogates, which nothing can carry."""
    return name.encode(errors="replace").decode()
