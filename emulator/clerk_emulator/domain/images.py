"""Uploaded images, and their URLs."""

from __future__ import annotations

from clerk_emulator.call import Upload
from clerk_emulator.errors import ClerkAPIError, unreadable_body
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

IMAGE_LIMIT = 10 * 1024 * 1024
"""Maximum size of an image in bytes."""

DEFAULT_IMAGE = (
    "image/svg+xml",
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#6c47ff"/>'
    b'<circle cx="32" cy="25" r="11" fill="#fff"/><path d="M10 60a22 20 0 0 1 44 0z" fill="#fff"/></svg>',
)
"""The media type and content of the image of resources without an uploaded one."""


def store_upload(store: Store, upload: Upload, row: Json) -> str:
    """Store the uploaded image in place of the resource's old one, and return its id.

    Raises Clerk's errors for a file that is too large, or not a JPEG, PNG, GIF or WebP image.
    """
    if len(upload.content) > IMAGE_LIMIT:
        message = f"The image must not have more than {IMAGE_LIMIT} bytes."
        raise ClerkAPIError(413, "image_too_large", "is too large", message)
    media_type = _media_type(upload)
    if media_type is None:
        raise unreadable_body("file must be a JPEG, PNG, GIF or WebP image")
    delete(store, row)
    return store.add_image(media_type, upload.content)


def delete(store: Store, row: Json) -> None:
    """Delete the image of a resource, if it has one."""
    if row.get("_image"):
        store.delete_image(row["_image"])


def url(store: Store, row: Json) -> str:
    """Return the URL of a resource's image, or of the default image."""
    return url_at(store.origin, row)


def url_at(origin: str, row: Json) -> str:
    """Return the URL of a resource's image, or of the default image, at an origin."""
    return f"{origin}/images/{row.get('_image') or 'default'}"


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
