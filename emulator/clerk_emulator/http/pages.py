"""Serve the pages of the emulator and their assets."""

from __future__ import annotations

from clerk_emulator.call import Response
from clerk_emulator.html import assets
from clerk_emulator.http.dispatch import dashboard_pages as dashboard
from clerk_emulator.http.dispatch import hosted_pages as hosted
from clerk_emulator.request.incoming import IncomingRequest
from clerk_emulator.request.state import State


async def respond_dashboard(state: State, request: IncomingRequest) -> Response | None:
    """Return the response with a page of the dashboard; None if there is none at the path."""
    return await dashboard.respond(state, request) if dashboard.serves(request.path) else None


async def respond_hosted(state: State, request: IncomingRequest) -> Response | None:
    """Return the response with a hosted page or an asset; None if there is none at the path."""
    if request.path.startswith(assets.PREFIX) and request.method in ("GET", "HEAD"):
        return assets.respond(request.path)
    return await hosted.respond(state, request) if hosted.serves(request.path) else None
