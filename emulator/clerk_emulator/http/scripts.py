"""Serve Clerk's browser scripts from the user's own copy, at the paths from which Clerk's CDN and Frontend API do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

from clerk_emulator.call import Response

PREFIX = "/npm/"

_PATH = re.compile(r"/npm/@clerk/(?P<name>clerk-js|ui)(@(?P<version>[^/]+))?/dist/(?P<file>.+)")
_MAJOR = re.compile(r"[~^]?(\d+)(\.|$)")
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_HEADERS = {
    # Pages load the scripts with `crossorigin`.
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


def find_packages(folder: str | Path | None) -> Path | None:
    """Return the folder that has `@clerk/clerk-js`; None if `folder` is None and the working directory has no copy.

    `folder` is a project, its `node_modules`, or the folder of the package itself. Raises ValueError if it has no copy.
    """
    chosen = Path(folder or ".").resolve()
    for packages in (chosen / "node_modules", chosen, chosen.parent.parent if folder else chosen):
        if (packages / "@clerk" / "clerk-js" / "dist").is_dir():
            return packages
    if folder is None:
        return None
    raise ValueError(f"clerk_js: {folder} has no @clerk/clerk-js; run `npm install @clerk/clerk-js` there")


def respond(packages: Path | None, path: str) -> Response:
    """Return the file of a package at a path of the URL, or a page that says why there is none."""
    match = _PATH.fullmatch(unquote(path))
    if match is None:
        return _refusal(f"{PREFIX} serves only files in dist of @clerk/clerk-js and @clerk/ui.")
    name = f"@clerk/{match['name']}"
    if packages is None or not (packages / name / "dist").is_dir():
        return _refusal(
            f"The emulator has no copy of {name}, which is not bundled and never downloaded. Run `npm install {name}`, "
            "and start the emulator in that folder, or with --clerk-js and the folder."
        )
    package = packages / name
    asked, installed = match["version"] or "", _version(package)
    wanted = _MAJOR.match(asked)
    if wanted and wanted[1] != installed.partition(".")[0]:
        return _refusal(f"The page asks for {name}@{asked}, and the copy is {installed}: install that version.")
    root = (package / "dist").resolve()
    try:
        file = (root / match["file"]).resolve()
        media_type = _MEDIA_TYPES.get(file.suffix)
        # Compared after links are resolved, so that nothing outside of the package is served.
        if file.is_relative_to(root) and media_type and file.is_file():
            return Response(content=file.read_bytes(), headers={"Content-Type": media_type, **_HEADERS})
    except (OSError, ValueError):  # a name that the file system does not allow
        pass
    return _refusal(f"{name} {installed} has no such file.")


def _version(package: Path) -> str:
    try:
        return str(json.loads((package / "package.json").read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return "of unknown version"


def _refusal(reason: str) -> Response:
    headers = {"Content-Type": "text/plain; charset=utf-8", **_HEADERS}
    return Response(status=404, content=f"{reason}\n".encode(), headers=headers)
