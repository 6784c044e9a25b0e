"""Users as the Frontend API shows them: to themselves, and to other members of an organization."""

from __future__ import annotations

from clerk_emulator.domain.organizations import memberships
from clerk_emulator.domain.users import user_accounts
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.views.organizations import memberships_of_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import USER_SETTINGS

_HIDDEN = ("private_metadata", "requires_password_reset", "bypass_client_trust", "locale", "scim")
"""What only the Backend API shows."""


def serialize_user(call: BrowserCall, row: Json) -> Json:
    """Return a user as the user sees it, with all memberships."""
    shown = user_accounts.serialize_user(call.store, row)
    limit = shown["create_organizations_limit"]
    return {
        **{name: value for name, value in shown.items() if name not in _HIDDEN},
        "create_organizations_limit": (
            USER_SETTINGS.value(call.store, "create_organizations_limit") if limit is None else limit
        ),
        "organization_memberships": memberships_of_user(call, row["id"]),
    }


def public_user_data(call: BrowserCall, row: Json, identifier: str | None = None) -> Json:
    """Return the data of a user that the browser shows. `identifier` is what the user has entered to sign in."""
    data = memberships.public_user_data(call.store, row)
    return {
        **data,
        "identifier": identifier or data["identifier"],
        "profile_image_url": data["image_url"],
        "username": row["username"],
        "banned": row["banned"],
        "deprovisioned": row["deprovisioned"],
    }
