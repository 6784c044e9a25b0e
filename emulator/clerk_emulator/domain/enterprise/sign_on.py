"""Connect users to enterprise connections, as their first single sign-on does."""

from __future__ import annotations

from clerk_emulator.domain import formats
from clerk_emulator.domain.organizations import memberships, roles
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.user_accounts import record_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS, IDENTIFICATIONS, ORGANIZATIONS, USERS

STRATEGY = "enterprise_sso"
"""The strategy of a sign-in with any connection."""


def connect(
    store: Store, user_id: str, connection_id: str, email_address: str | None = None, provider_user_id: str = ""
) -> Json:
    """Give a user an account with an active connection, and return the account.

    `email_address` is by default that of the user that is at a domain of the connection. The user becomes a member of
    the connection's organization. Raises ClerkAPIError.
    """
    user = store.require(USERS, user_id)
    connection = store.require(ENTERPRISE_CONNECTIONS, connection_id)
    if not connection["active"]:
        message = f"There is no active enterprise connection {connection_id}."
        raise ClerkAPIError(422, "enterprise_sso_sign_up_connection_missing", "is not active", message)
    address = _address(store, user_id, connection, email_address)
    row = create_account(store, user_id, connection, address, provider_user_id or address)
    for one in identifications.of_user(store, user_id):
        if one["object"] == "email_address" and one["_identifier"] == address:
            store.update(IDENTIFICATIONS, one, matches_sso_connection=True)
    record_user(store, "user.updated", store.update(USERS, user))
    join_organization(store, user, connection)
    return row


def create_account(store: Store, user_id: str, connection: Json, address: str, provider_user_id: str) -> Json:
    """Create the account of a user with a connection. Raises ClerkAPIError if a user has it already."""
    identifier = f"{connection['id']}:{provider_user_id}"
    if identifications.find(store, "enterprise_account", identifier):
        message = f"A user is already connected to {provider_user_id}."
        raise ClerkAPIError(400, "enterprise_sso_account_already_connected", "already connected", message)
    by_saml = connection["_saml"] is not None
    address_of_idp = {"external_verification_redirect_url": None} if by_saml else {}
    return store.create(
        IDENTIFICATIONS,
        {
            "object": "enterprise_account",
            "protocol": "saml" if by_saml else "oauth",
            "provider": connection["provider"],
            "active": True,
            "email_address": address,
            "first_name": None,
            "last_name": None,
            "provider_user_id": provider_user_id,
            "public_metadata": {},
            "last_authenticated_at": store.clock.now(),
            "enterprise_connection_id": connection["id"],
            "verification": {
                **verification_of(connection),
                **address_of_idp,
                "status": "verified",
                "attempts": None,
                "expire_at": None,
            },
            "_user_id": user_id,
            "_identifier": identifier,
        },
    )


def verification_of(connection: Json) -> Json:
    """Return the type and the strategy of verifications with a connection."""
    if connection["_saml"] is not None:
        return {"object": "verification_saml", "strategy": "saml"}
    return {"object": "verification_oauth", "strategy": "oauth_custom_enterprise"}


def connection_for(store: Store, email_address: str) -> Json | None:
    """Return the active connection that the people at the domain of an address sign in with, or None."""
    host = email_address.rpartition("@")[2].lower()
    active = store.all(ENTERPRISE_CONNECTIONS, ENTERPRISE_CONNECTIONS.c.active)
    return next((one for one in active if _is_at(host, one)), None)


def require_address(connection: Json, email_address: str) -> None:
    """Raise Clerk's 400 for an address that is not at a domain of a connection."""
    if not _is_at(email_address.rpartition("@")[2], connection):
        message = f"The email address must be at {' or '.join(connection['domains'])}."
        raise ClerkAPIError(400, "enterprise_sso_email_address_domain_mismatch", "is at another domain", message)


def join_organization(store: Store, user: Json, connection: Json, role: str | None = None) -> None:
    """Make a user a member of the connection's organization, by default with the default role."""
    organization = connection["organization_id"] and store.get(ORGANIZATIONS, connection["organization_id"])
    if not organization or memberships.of_user(store, organization["id"], user["id"]):
        return
    if role is None:
        _, role = roles.creator_and_default_role(store, roles.role_set_of(store, organization))
    memberships.add(store, organization, user, role, {}, {})


def _address(store: Store, user_id: str, connection: Json, email_address: str | None) -> str:
    """Return the email address of a new account. Raises ClerkAPIError if it is not at a domain of the connection."""
    if email_address is not None:
        candidates = [formats.email("email_address", email_address)]
    else:
        owned = identifications.of_user(store, user_id)
        candidates = [one["_identifier"] for one in owned if one["object"] == "email_address"]
    for address in candidates:
        if _is_at(address.rpartition("@")[2], connection):
            return str(address)
    message = f"The email address must be at {' or '.join(connection['domains'])}."
    raise ClerkAPIError(400, "enterprise_sso_email_address_domain_mismatch", "is at another domain", message)


def _is_at(host: str, connection: Json) -> bool:
    settings: Json = connection["_saml"] or {}
    subdomains = settings.get("allow_subdomains")
    return any(host == one or (subdomains and host.endswith(f".{one}")) for one in connection["domains"])
