"""Images to upload: looked at before they are sent, so that a wrong one is refused here, and by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from clerk_core import File, InvalidArgument
from clerk_core.files import name_of

Image = str | os.PathLike[str] | bytes | BinaryIO | File
"""A path, the bytes, an open binary file, or a `File` that says its name."""

LARGEST = 10 * 1024 * 1024
"""Bytes; Clerk takes 10 MB."""

_STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
_HEAD = 12


def image(argument: str, value: Image) -> File:
    """The file to upload, with the content type that its first bytes tell.

    A path is opened again when it is sent, streamed, and closed; an open file is streamed from its start, and stays
    open.

    Raises:
        InvalidArgument: it is a URL, missing, unreadable, empty, larger than 10 MB, or no JPEG, PNG, GIF or WebP.
    """
    if isinstance(value, str) and "://" in value:
        raise InvalidArgument(argument, "is a URL, which is not fetched: pass a path, or the bytes that are at the URL")
    if isinstance(value, str | os.PathLike):
        file, name = File(Path(value)), Path(value).name
    else:
        file = File.of(argument, value)
        name = file.filename if isinstance(value, File) else name_of(value)
    shown = repr(str(value) if isinstance(value, str | os.PathLike) else name) if name else "the file"
    with file.open(argument) as content:
        if isinstance(content, bytes):
            head, size = content[:_HEAD], len(content)
        else:
            head, size = content.read(_HEAD), content.seek(0, os.SEEK_END)
    if not size:
        raise InvalidArgument(argument, f"{shown} is empty")
    if size > LARGEST:
        raise InvalidArgument(argument, f"{shown} holds {size} bytes; at most {LARGEST} (10 MB) are taken")
    kind = _kind(head)
    if kind is None:
        raise InvalidArgument(argument, f"{shown} is no JPEG, PNG, GIF or WebP image")
    return File(file.content, name or f"image.{kind}", f"image/{kind}")


def _kind(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _STARTS.items() if head.startswith(start)), None)
