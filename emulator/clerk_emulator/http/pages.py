"""Serve the pages of the emulator and their assets."""

from __future__ import annotations

from clerk_emulator.call import Response
from clerk_emulator.dashboard import dispatch as dashboard
from clerk_emulator.html import assets
from clerk_emulator.request.incoming import IncomingRequest
from clerk_emulator.request.state import State


async def respond(state: State, request: IncomingRequest) -> Response | None:
    """Return the response with a page or an asset; None if there is none at the path."""
    if request.path.startswith(assets.PREFIX) and request.method in ("GET", "HEAD"):
        return assets.respond(request.path)
    if dashboard.serves(request.path):
        return await dashboard.respond(state, request)
    return None
