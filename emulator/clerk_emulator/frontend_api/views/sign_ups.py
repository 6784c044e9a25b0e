"""Sign-ups."""

from __future__ import annotations

from clerk_emulator.domain.sign_up import views
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json


def serialize_sign_up(call: BrowserCall, row: Json) -> Json:
    """Return a sign-up. `clerk-js` reads `has_password`, and the document has `password_enabled`."""
    shown = views.serialize(call.store, row)
    return {**shown, "has_password": shown["password_enabled"]}
