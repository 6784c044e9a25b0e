"""Read the file of a request: a part of a form, or the whole body in base64."""

from __future__ import annotations

import base64
import binascii

from clerk_emulator import errors
from clerk_emulator.call import Upload
from clerk_emulator.frontend_api.call import BrowserCall


def uploaded_file(call: BrowserCall) -> Upload:
    """Return the uploaded file. Raises Clerk's error if there is none, or it is not base64 where it should be."""
    upload = call.files.get("file")
    if upload is None or not upload.content:
        raise errors.missing_file()
    if not call.headers["content-type"].startswith("application/octet-stream"):
        return upload
    text = upload.content.rpartition(b"base64,")[2]  # a data URL is accepted too
    try:
        return Upload(base64.b64decode(text, validate=True), "")
    except binascii.Error:
        raise errors.unreadable_body("the file is not in base64") from None
