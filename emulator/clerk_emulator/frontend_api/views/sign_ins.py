"""Sign-ins."""

from __future__ import annotations

from clerk_emulator.domain import images
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.sign_in import factors, identifiers
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.tables import USERS


def serialize_sign_in(call: BrowserCall, row: Json) -> Json:
    """Return a sign-in with the factors that the user can choose from."""
    store = call.store
    first, second = _factors(call, row)
    user = store.get(USERS, row["_user_id"] or "")
    if row["status"] == "needs_first_factor" and AUTHENTICATION.value(store, "enumeration_protection"):
        user = None  # would tell that the account exists
    return {
        "object": "sign_in_attempt",
        "id": row["id"],
        "status": row["status"],
        "supported_identifiers": identifiers.supported(store),
        "supported_first_factors": first,
        "supported_second_factors": second,
        "first_factor_verification": verification_codes.serialize(store, row["_first_factor"]),
        "second_factor_verification": verification_codes.serialize(store, row["_second_factor"]),
        "identifier": row["identifier"],
        "user_data": None if user is None else _user_data(call, user),
        "created_session_id": row["created_session_id"],
        "abandon_at": row["abandon_at"],
        "client_trust_state": row["client_trust_state"],
    }


def _factors(call: BrowserCall, row: Json) -> tuple[list[Json] | None, list[Json] | None]:
    """Return the first and the second factors; both are null for a complete sign-in."""
    if row["status"] == "complete":
        return None, None
    if row["status"] == "needs_identifier":
        return [{"strategy": "ticket"}], None
    user = call.store.get(USERS, row["_user_id"] or "")
    if user is None:
        return factors.of_nobody(call.store, row), None
    typed = row["_typed"] or ""
    first = factors.first_factors(call.store, user, typed)
    if row["status"] == "needs_client_trust":
        return first, factors.trust_factors(call.store, user, typed)
    return first, factors.second_factors(call.store, user, typed) or None


def _user_data(call: BrowserCall, user: Json) -> Json:
    return {
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "image_url": images.url(call.store, user),
        "has_image": user["_image"] is not None,
        "profile_image_url": images.url(call.store, user),
    }
