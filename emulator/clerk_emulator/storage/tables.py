"""The kinds of resources that more than one group knows. A kind of one group alone is declared there."""

from __future__ import annotations

from clerk_emulator.storage.store import Kind

USERS = Kind(
    "user",
    "user",
    {
        "updated_at": int,
        "email_address": str,
        "phone_number": str,
        "web3wallet": str,
        "first_name": str,
        "last_name": str,
        "username": str,
        "external_id": str,
        "banned": bool,
        "last_active_at": int,
        "last_sign_in_at": int,
    },
    unique=("username", "external_id"),
)
"""`_email_address`, `_phone_number` and `_web3wallet` are the primary ones, to sort by."""

IDENTIFICATIONS = Kind(
    "identification",
    "idn",
    {"object": str, "identifier": str, "provider": str, "provider_user_id": str},
    owners={"user_id": "user"},
    unique=(("object", "identifier"),),
)
"""What a user is known by: email addresses, phone numbers, wallets, passkeys, accounts elsewhere; `object` says which.
`_user_id` is whose it is, `_identifier` its value."""

CLIENTS = Kind("client", "client", {"updated_at": int})

SESSIONS = Kind(
    "session",
    "sess",
    {"status": str, "expire_at": int, "last_active_organization_id": str},
    owners={"client_id": "client", "user_id": "user"},
)

ORGANIZATIONS = Kind(
    "organization", "org", {"name": str, "slug": str, "created_by": str, "role_set_key": str}, unique=("slug",)
)

ROLES = Kind("role", "role", {"key": str, "name": str}, unique=("key",))
"""`_permissions` are the keys of its permissions, in order."""

MEMBERSHIPS = Kind(
    "organization_membership",
    "orgmem",
    {"role": str},
    owners={"organization_id": "organization", "user_id": "user"},
    unique=(("organization_id", "user_id"),),
)
"""`_organization_id`, `_user_id` are whose it is; `role` is the key of the role."""

ORGANIZATION_INVITATIONS = Kind(
    "organization_invitation",
    "orginv",
    {"email_address": str, "status": str, "expires_at": int, "role": str},
    owners={"organization_id": "organization"},
)

INVITATIONS = Kind("invitation", "inv", {"email_address": str, "status": str, "expires_at": int})

JWT_TEMPLATES = Kind("jwt_template", "jtmp", {"name": str}, unique=("name",))

MACHINES = Kind("machine", "mch", {"name": str})

WAITLIST_ENTRIES = Kind(
    "waitlist_entry", "wle", {"email_address": str, "status": str, "invited_at": int}, unique=("email_address",)
)
