"""A small application: one page that loads Clerk's unmodified frontend, from another origin or from its own."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from clerk_emulator import Emulator
from clerkkit.integrations.frontend_proxy.asgi import FrontendApiProxy
from clerkkit.testing.application_server import serve
from tests.browser import npm

Placement = Literal["cross-origin", "same-origin", "https"]
"""Where the page finds the Frontend API: at the emulator's address, below `/__clerk` of its own, or at the emulator's
address for https."""

PROXY_PATH = "/__clerk"

_SCRIPT = Path(__file__).resolve().parent / "static" / "load.js"
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Test application</title>
<link rel="icon" href="data:,">
<body>
<div id="component"></div>
{scripts}
<script src="/load.js"></script>
"""


@dataclass(frozen=True)
class Site:
    """The application at its origin."""

    origin: str
    placement: Placement

    def url(self, path: str = "/") -> str:
        """Return the URL of a page."""
        return self.origin + path


@contextlib.contextmanager
def serving(emulator: Emulator, placement: Placement) -> Generator[Site]:
    """Serve the application for an emulator until the end of the block."""
    with serve(create_app(emulator, placement)) as origin:
        yield Site(origin, placement)


def create_app(emulator: Emulator, placement: Placement) -> ASGIApp:
    """Return the application, which answers all paths."""
    proxy_url = {"cross-origin": emulator.origin, "same-origin": PROXY_PATH, "https": emulator.https_origin}[placement]

    async def page(request: Request) -> Response:
        return HTMLResponse(_render(emulator.publishable_key, proxy_url, "mount" in request.query_params))

    async def script(_: Request) -> Response:
        return FileResponse(_SCRIPT, media_type="text/javascript")

    app = Starlette(routes=[Route("/load.js", script), Route("/{path:path}", page)])
    return FrontendApiProxy(
        app,
        secret_key=emulator.secret_key,
        publishable_key=emulator.publishable_key,
        proxy_url=PROXY_PATH,
        target=emulator.origin,
    )


def _render(publishable_key: str, proxy_url: str | None, has_components: bool) -> str:
    attributes = f'data-clerk-publishable-key="{publishable_key}" data-clerk-proxy-url="{proxy_url}"'
    packages = f"{proxy_url}/npm/@clerk"
    scripts = [
        f'<script {attributes} src="{packages}/clerk-js@{_major("@clerk/clerk-js")}/dist/clerk.browser.js"></script>'
    ]
    if has_components:
        scripts.insert(0, f'<script src="{packages}/ui@{_major("@clerk/ui")}/dist/ui.browser.js"></script>')
    return _PAGE.format(scripts="\n".join(scripts))


def _major(package: str) -> str:
    return npm.SCRIPTS[package].partition(".")[0]
