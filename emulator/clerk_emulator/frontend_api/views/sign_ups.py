"""Sign-ups."""

from __future__ import annotations

from clerk_emulator.domain.sign_up import views
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json


def serialize_sign_up(call: BrowserCall, row: Json) -> Json:
    """Return a sign-up. `clerk-js` reads `has_password`, and the document has `password_enabled`.

    The verification of an email address is null until it is prepared: Clerk's components prepare none that is
    `unverified` already, because they expect that its code was sent.
    """
    shown = views.serialize(call.store, row)
    verifications = shown["verifications"]
    if "email_address" not in row["_verifications"]:
        verifications = {**verifications, "email_address": None}
    return {**shown, "verifications": verifications, "has_password": shown["password_enabled"]}
