"""Check images before they are uploaded."""

from __future__ import annotations

import os
from pathlib import Path

from clerk_core import File, InvalidArgument
from clerk_core.files import AnyFile, file_name

MAX_SIZE = 10 * 1024 * 1024
"""Bytes. Clerk accepts 10 MB."""

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
_SIGNATURE_LENGTH = 12


def check_image(argument: str, value: AnyFile) -> File:
    """Return the file to upload, with the content type that its first bytes identify.

    A path is opened again when the request is sent, streamed, and closed. An open file is streamed from its start and
    stays open.

    Raises:
        InvalidArgument: the image is a URL, missing, unreadable, empty, larger than 10 MB, or not a JPEG, PNG, GIF or
            WebP image.
    """
    if isinstance(value, str) and "://" in value:
        raise InvalidArgument(argument, "is a URL, which is not fetched; pass a path, or the bytes that the URL serves")
    if isinstance(value, str | os.PathLike):
        file, name = File(Path(value)), Path(value).name
    else:
        file = File.from_argument(argument, value)
        name = file.filename if isinstance(value, File) else file_name(value)
    shown = repr(str(value) if isinstance(value, str | os.PathLike) else name) if name else "the file"
    with file.open(argument) as content:
        if isinstance(content, bytes):
            head, size = content[:_SIGNATURE_LENGTH], len(content)
        else:
            head, size = content.read(_SIGNATURE_LENGTH), content.seek(0, os.SEEK_END)
    if not size:
        raise InvalidArgument(argument, f"{shown} is empty")
    if size > MAX_SIZE:
        raise InvalidArgument(argument, f"{shown} holds {size} bytes; at most {MAX_SIZE} (10 MB) are accepted")
    kind = _image_type(head)
    if kind is None:
        raise InvalidArgument(argument, f"{shown} is not a JPEG, PNG, GIF or WebP image")
    return File(file.content, name or f"image.{kind}", f"image/{kind}")


def _image_type(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _SIGNATURES.items() if head.startswith(start)), None)
