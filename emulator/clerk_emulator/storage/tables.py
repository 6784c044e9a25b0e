"""The tables that several modules use. Tables of a single module are declared there."""

from __future__ import annotations

from clerk_emulator.storage.store import ResourceTable

USERS = ResourceTable(
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
"""`_email_address`, `_phone_number` and `_web3wallet` are the primary ones, for sorting."""

IDENTIFICATIONS = ResourceTable(
    "identification",
    "idn",
    {"object": str, "identifier": str, "provider": str, "provider_user_id": str},
    owners={"user_id": "user"},
    unique=(("object", "identifier"),),
)
"""Email addresses, phone numbers, wallets, passkeys and external accounts; `object` is the type. `_user_id` is the
user, `_identifier` the value."""

CLIENTS = ResourceTable("client", "client", {"updated_at": int})

SESSIONS = ResourceTable(
    "session",
    "sess",
    {"status": str, "ends_at": int, "last_active_at": int, "last_active_organization_id": str},
    owners={"client_id": "client", "user_id": "user"},
)
"""`_ends_at` is when a session ends by time, whether by its `expire_at` or its `abandon_at`; None if it has ended."""

DEV_BROWSERS = ResourceTable("dev_browser", "dvb", owners={"client_id": "client"})
"""Development browsers; `_client_id` is the client of one that has begun to sign in or up."""

SIGN_INS = ResourceTable(
    "sign_in_attempt", "sia", {"status": str, "abandon_at": int}, owners={"client_id": "client", "user_id": "user"}
)
"""`_first_factor` and `_second_factor` are the verifications, `_typed` the normalized identifier, `_origin` that of the
page. `_user_id` is None until the identifier is known, and for one that nobody has if that is not told."""

SOCIAL_FLOWS = ResourceTable("social_flow", "sfl", {"state": str}, owners={"client_id": "client"}, unique=("state",))
"""Browsers that are at a social provider. `_kind` and `_owner_id` name the sign-in, sign-up or account it is for."""

ORGANIZATIONS = ResourceTable(
    "organization", "org", {"name": str, "slug": str, "created_by": str, "role_set_key": str}, unique=("slug",)
)

ROLES = ResourceTable("role", "role", {"key": str, "name": str}, unique=("key",))
"""`_permissions` are the keys of its permissions, in order."""

MEMBERSHIPS = ResourceTable(
    "organization_membership",
    "orgmem",
    {"role": str},
    owners={"organization_id": "organization", "user_id": "user"},
    unique=(("organization_id", "user_id"),),
)
"""`role` is the key of the role."""

ORGANIZATION_INVITATIONS = ResourceTable(
    "organization_invitation",
    "orginv",
    {"email_address": str, "status": str, "expires_at": int, "role": str},
    owners={"organization_id": "organization"},
)

INVITATIONS = ResourceTable("invitation", "inv", {"email_address": str, "status": str, "expires_at": int})

DOMAINS = ResourceTable("domain", "dmn", {"name": str}, unique=("name",))
"""The primary domain of the instance, and satellites."""

REDIRECT_URLS = ResourceTable("redirect_url", "ru", {"url": str}, unique=("url",))

JWT_TEMPLATES = ResourceTable("jwt_template", "jtmp", {"name": str}, unique=("name",))

MACHINES = ResourceTable("machine", "mch", {"name": str})

WAITLIST_ENTRIES = ResourceTable(
    "waitlist_entry", "wle", {"email_address": str, "status": str, "invited_at": int}, unique=("email_address",)
)

ORGANIZATION_DOMAINS = ResourceTable(
    "organization_domain",
    "orgdmn",
    {"name": str, "enrollment_mode": str, "verified": bool},
    owners={"organization_id": "organization"},
    unique=("name",),
)

AUTOMATIC_INVITATIONS = ResourceTable(
    "automatic_invitation",
    "orginv",
    {"status": str},
    owners={"organization_id": "organization", "user_id": "user", "domain_id": "organization_domain"},
    unique=(("organization_id", "user_id"),),
)
"""Invitations that a domain has made. They do not expire, and do not count towards the limit of memberships."""

SUGGESTIONS = ResourceTable(
    "organization_suggestion",
    "orgsug",
    {"status": str},
    owners={"organization_id": "organization", "user_id": "user", "domain_id": "organization_domain"},
    unique=(("organization_id", "user_id"),),
)
"""Suggestions to join an organization: `pending`, `accepted` once the user has asked for it, then `completed`."""

MEMBERSHIP_REQUESTS = ResourceTable(
    "organization_membership_request",
    "orgmreq",
    {"status": str},
    owners={"organization_id": "organization", "user_id": "user"},
)
"""Their status is `pending`, `accepted` or `rejected`."""

ENTERPRISE_CONNECTIONS = ResourceTable(
    "enterprise_connection",
    "entconn",
    {"name": str, "active": bool, "organization_id": str, "saml_connection_id": str},
    unique=("saml_connection_id",),
)
"""`_saml_connection_id` and `_saml` are the id and settings of the SAML connection, None for OIDC; `_oidc` likewise."""

DIRECTORIES = ResourceTable(
    "directory", "scim", {"api_key": str}, owners={"enterprise_connection_id": "enterprise_connection"}
)
"""Directories, which the API also calls SCIM directories."""

GENERIC_RESOURCES = ResourceTable("generic_resource", "res", {"collection": str, "parents": str})
"""Resources without rules. `_collection` is the path of their collection, `_parents` are the values of its parameters
as JSON."""
