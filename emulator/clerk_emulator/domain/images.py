"""Images that are uploaded: what is taken, and where it can be seen again."""

from __future__ import annotations

from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, Upload
from clerk_emulator.request.validation import unreadable

IMAGE_LIMIT = 10 * 1024 * 1024
"""Bytes that an image may have."""

DEFAULT_IMAGE = (
    "image/svg+xml",
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#6c47ff"/>'
    b'<circle cx="32" cy="25" r="11" fill="#fff"/><path d="M10 60a22 20 0 0 1 44 0z" fill="#fff"/></svg>',
)
"""What is seen of those who have uploaded nothing: media type and content."""


def take(call: Call, row: Json) -> str:
    """Keep the image that was uploaded, in the place of the one that `row` has in `_image`; returns its id.

    Raises Clerk's errors for what is too large, or no image: JPEG, PNG, GIF and WebP are.
    """
    upload = call.files["file"]
    if len(upload.content) > IMAGE_LIMIT:
        message = f"The image must not have more than {IMAGE_LIMIT} bytes."
        raise Refusal(413, "image_too_large", "is too large", message)
    media_type = _media_type(upload)
    if media_type is None:
        raise unreadable("file must be a JPEG, PNG, GIF or WebP image")
    drop(call, row)
    return call.store.add_image(media_type, upload.content)


def drop(call: Call, row: Json) -> None:
    """Forget the image of a resource, if it has one."""
    if row.get("_image"):
        call.store.delete_image(row["_image"])


def url(call: Call, row: Json) -> str:
    """Where the image of a resource can be seen: the one in `_image`, or one that all share."""
    return f"{call.origin}/images/{row.get('_image') or 'default'}"


def _media_type(upload: Upload) -> str | None:
    content = upload.content
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None
