"""The Svix app of the instance, which sends its webhooks."""

from __future__ import annotations

import base64
import json

from clerk_emulator.call import Call, Response
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.settings import SVIX


@operation("CreateSvixApp")
def create_svix_app(call: Call) -> Json:
    if SVIX.value(call.store, "app_id"):
        raise ClerkAPIError(400, "svix_app_exists", "already exists", "The instance already has a Svix app.")
    SVIX.update(call.store, app_id=call.ids.new("app"))
    return _dashboard_url(call)


@operation("DeleteSvixApp")
def delete_svix_app(call: Call) -> Response:
    _require_app(call)
    SVIX.update(call.store, app_id=None)
    return Response(status=204)


@operation("GenerateSvixAuthURL")
def generate_svix_url(call: Call) -> Json:
    return _dashboard_url(call)


def _dashboard_url(call: Call) -> Json:
    """Return a new URL of Svix's dashboard, in its format. Svix does not know the key in it."""
    key = {"appId": _require_app(call), "oneTimeToken": call.ids.secret()}
    encoded = base64.b64encode(json.dumps(key).encode()).decode()
    return {"svix_url": f"https://app.svix.com/login#key={encoded}"}


def _require_app(call: Call) -> str:
    app_id: str | None = SVIX.value(call.store, "app_id")
    if app_id is None:
        raise ClerkAPIError(400, "svix_app_missing", "does not exist", "The instance has no Svix app.")
    return app_id
