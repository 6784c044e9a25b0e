"""The client of a browser: its sessions, and the sign-in and sign-up that it has begun."""

from __future__ import annotations

from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.clients import serialize_client
from clerk_emulator.json_types import Json


@frontend_operation("getClient")
def get_client(call: BrowserCall) -> BrowserResponse:
    client = call.client
    return BrowserResponse(None if client is None else serialize_client(call, client), has_client=False)


@frontend_operation("putClient")
@frontend_operation("postClient")
def create_client(call: BrowserCall) -> Json:
    return serialize_client(call, call.ensure_client())
