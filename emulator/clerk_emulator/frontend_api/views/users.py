"""Users, as they see themselves and as others see them."""

from __future__ import annotations

from clerk_emulator.domain import images, user_accounts
from clerk_emulator.domain.identifications import of_user
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.views.organizations import serialize_membership
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.tables import MEMBERSHIPS

_HIDDEN = ("private_metadata", "requires_password_reset", "bypass_client_trust", "locale")


def serialize_user(call: BrowserCall, user: Json) -> Json:
    """Return a user as the user's own browser sees it: without what only the backend may know."""
    shown = user_accounts.serialize_user(call.store, user)
    instance_limit = USER_SETTINGS.read(call.store)["create_organizations_limit"]
    memberships = call.store.all(MEMBERSHIPS, MEMBERSHIPS.c.user_id == user["id"])
    limit = shown.get("create_organizations_limit")
    return {
        **{name: value for name, value in shown.items() if name not in _HIDDEN},
        "create_organizations_limit": instance_limit if limit is None else limit,
        "organization_memberships": [serialize_membership(call, membership) for membership in memberships],
    }


def public_user_data(call: BrowserCall, user: Json, identifier: str | None = None) -> Json:
    """Return what other members may see of a user. `identifier` is the one that the user has signed in with."""
    return {
        "user_id": user["id"],
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "image_url": images.url(call.store, user),
        "has_image": user["_image"] is not None,
        "identifier": identifier or _identifier(call, user),
        "username": user["username"],
        "banned": user["banned"],
        "deprovisioned": user["deprovisioned"],
        "profile_image_url": images.url(call.store, user),
    }


def _identifier(call: BrowserCall, user: Json) -> str:
    """Return the primary email address, the primary phone number, the username, or any identifier of a user."""
    by_id = {one["id"]: one for one in of_user(call.store, user["id"])}
    for name in ("primary_email_address_id", "primary_phone_number_id"):
        if user[name] in by_id:
            identifier: str = by_id[user[name]]["_identifier"]
            return identifier
    others = (one["_identifier"] for one in by_id.values() if one.get("_identifier"))
    return user["username"] or next(others, "")
