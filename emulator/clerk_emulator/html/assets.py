"""The style sheet, the script and the icon of all pages."""

from __future__ import annotations

import functools
from pathlib import Path

from clerk_emulator.call import Response

PREFIX = "/assets/"

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def respond(path: str) -> Response | None:
    """Return the response with the asset at a path; None if there is none."""
    content = _files().get(path.removeprefix(PREFIX))
    if content is None:
        return None
    return Response(
        content=content,
        headers={
            "Content-Type": f"{_TYPES[Path(path).suffix]}; charset=utf-8",
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
        },
    )


@functools.cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.suffix in _TYPES}
