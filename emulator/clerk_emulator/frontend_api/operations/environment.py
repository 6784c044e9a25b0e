"""The environment."""

from __future__ import annotations

from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.environment import serialize_environment
from clerk_emulator.json_types import Json


@frontend_operation("getEnvironment", anonymous=True)
def get_environment(call: BrowserCall) -> Json:
    return serialize_environment(call.store, call.keys)


@frontend_operation("updateEnvironment", anonymous=True)
def update_environment(call: BrowserCall) -> Json:
    # In development, clerk-js sends the origin of its page with this request. Nothing else can be changed.
    return serialize_environment(call.store, call.keys)
