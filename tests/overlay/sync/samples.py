"""Objects and events as Clerk sends them."""

from __future__ import annotations

import itertools
from typing import Any

NOW = 1_795_000_000_000
"""Unix milliseconds."""
Json = dict[str, Any]
_numbers = itertools.count(1)


def user(user_id: str = "user_1", updated_at: int = NOW, **changes: Any) -> Json:
    """Return a user with one verified address."""
    return {
        "object": "user",
        "id": user_id,
        "external_id": None,
        "username": None,
        "first_name": "Ada",
        "last_name": None,
        "primary_email_address_id": f"idn_{user_id}",
        "banned": False,
        "locked": False,
        "email_addresses": [address(f"idn_{user_id}", f"{user_id}@example.com")],
        "phone_numbers": [],
        "external_accounts": [],
        "public_metadata": {},
        "created_at": NOW - 1000,
        "updated_at": updated_at,
        **changes,
    }


def address(address_id: str, email_address: str, status: str = "verified") -> Json:
    """Return an email address of a user."""
    return {
        "object": "email_address",
        "id": address_id,
        "email_address": email_address,
        "verification": {"object": "verification_otp", "status": status, "strategy": "email_code"},
        "created_at": NOW - 1000,
        "updated_at": NOW - 1000,
    }


def organization(organization_id: str = "org_1", updated_at: int = NOW, **changes: Any) -> Json:
    """Return an organization."""
    return {
        "object": "organization",
        "id": organization_id,
        "name": "Engines",
        "slug": "engines",
        "max_allowed_memberships": 5,
        "created_by": "user_1",
        "created_at": NOW - 1000,
        "updated_at": updated_at,
        **changes,
    }


def membership(
    membership_id: str = "orgmem_1",
    updated_at: int = NOW,
    user_id: str = "user_1",
    organization_id: str = "org_1",
    **changes: Any,
) -> Json:
    """Return a membership, with its organization and user nested."""
    return {
        "object": "organization_membership",
        "id": membership_id,
        "role": "org:member",
        "permissions": [],
        "organization": organization(organization_id, NOW - 500),
        "public_user_data": {"user_id": user_id, "first_name": "Ada", "identifier": f"{user_id}@example.com"},
        "created_at": NOW - 1000,
        "updated_at": updated_at,
        **changes,
    }


def invitation(invitation_id: str = "orginv_1", updated_at: int = NOW, status: str = "pending", **changes: Any) -> Json:
    """Return an invitation to an organization."""
    return {
        "object": "organization_invitation",
        "id": invitation_id,
        "email_address": "bob@example.com",
        "role": "org:member",
        "organization_id": "org_1",
        "inviter_id": "user_1",
        "public_inviter_data": {"user_id": "user_1", "first_name": "Ada"},
        "status": status,
        "created_at": NOW - 1000,
        "updated_at": updated_at,
        **changes,
    }


def deleted(object_type: str, object_id: str) -> Json:
    """Return the data of a deletion."""
    return {"object": object_type, "id": object_id, "deleted": True}


def event(event_type: str, data: Json, timestamp: int | None = None, instance_id: str = "ins_1") -> Json:
    """Return an event. Its default timestamp follows the change by some milliseconds, as observed."""
    return {
        "object": "event",
        "type": event_type,
        "data": data,
        "timestamp": data.get("updated_at", NOW) + 12 if timestamp is None else timestamp,
        "instance_id": instance_id,
        "event_attributes": {"http_request": {"client_ip": "", "user_agent": ""}},
    }


def message_id() -> str:
    """Return a new `svix-id`."""
    return f"msg_{next(_numbers)}"
