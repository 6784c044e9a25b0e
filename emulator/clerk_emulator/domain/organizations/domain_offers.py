"""What verified domains of organizations offer to users with an address there: an invitation, or a suggestion to join.

Offers are made when they are read, so that it does not matter how an address, or a domain, was verified. Clerk has no
event for them.
"""

from __future__ import annotations

from clerk_emulator.domain.organizations import membership_invitations, memberships, roles
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import (
    AUTOMATIC_INVITATIONS,
    IDENTIFICATIONS,
    MEMBERSHIPS,
    ORGANIZATION_DOMAINS,
    ORGANIZATIONS,
    SUGGESTIONS,
    USERS,
)

_TABLES = {"automatic_invitation": AUTOMATIC_INVITATIONS, "automatic_suggestion": SUGGESTIONS}
_CLOSED = {SUGGESTIONS: "completed", AUTOMATIC_INVITATIONS: "accepted"}
"""The status of an offer to a user who has become a member."""


def refresh(store: Store, user: Json) -> None:
    """Make the offers that a user has not got yet, and close those of organizations that the user has joined.

    Call it before reading offers.
    """
    addresses = {one.rpartition("@")[2]: one for one in membership_invitations.verified_addresses(store, user["id"])}
    for domain in store.all(
        ORGANIZATION_DOMAINS,
        ORGANIZATION_DOMAINS.c.name.in_(list(addresses)),
        ORGANIZATION_DOMAINS.c.verified,
        ORGANIZATION_DOMAINS.c.enrollment_mode.in_(list(_TABLES)),
    ):
        _offer(store, domain, user, addresses[domain["name"]])
    joined = sql.select(MEMBERSHIPS.c.organization_id).where(MEMBERSHIPS.c.user_id == user["id"])
    for table, status in _CLOSED.items():
        of_user = table.c.user_id == user["id"], table.c.organization_id.in_(joined)
        store.update_all(table, *of_user, table.c.status != status, status=status)


def make_all(store: Store, domain: Json) -> None:
    """Make the offers of a domain that its users have not got yet. Call it before the enrollment mode changes."""
    if not domain["_verified"] or domain["enrollment_mode"] not in _TABLES:
        return
    at_domain = IDENTIFICATIONS.c.identifier.endswith(f"@{domain['name']}")
    for address in store.all(IDENTIFICATIONS, IDENTIFICATIONS.c.object == "email_address", at_domain):
        if identifications.is_verified(address):
            _offer(store, domain, store.require(USERS, address["_user_id"]), address["_identifier"])


def _offer(store: Store, domain: Json, user: Json, address: str) -> None:
    table = _TABLES[domain["enrollment_mode"]]
    organization_id = domain["organization_id"]
    of_user = table.c.organization_id == organization_id, table.c.user_id == user["id"]
    if memberships.of_user(store, organization_id, user["id"]) or store.find(table, *of_user):
        return
    owners = {"_user_id": user["id"], "_domain_id": domain["id"]}
    if table is SUGGESTIONS:
        store.create(SUGGESTIONS, {"status": "pending", "_organization_id": organization_id, **owners})
        return
    organization = store.require(ORGANIZATIONS, organization_id)
    _, role = roles.creator_and_default_role(store, roles.role_set_of(store, organization))
    store.create(
        AUTOMATIC_INVITATIONS,
        {
            "object": "organization_invitation",
            "status": "pending",
            "email_address": address,
            "role": role,
            "organization_id": organization_id,
            "inviter_id": None,
            "url": None,
            "expires_at": None,
            "public_metadata": {},
            "private_metadata": {},
            **owners,
        },
    )


def withdraw(store: Store, domain: Json) -> None:
    """Delete the offers of a domain that nobody has accepted."""
    for table in _TABLES.values():
        store.delete(table, table.c.domain_id == domain["id"], table.c.status == "pending")


def accept_invitation(store: Store, invitation: Json, user: Json) -> Json:
    """Accept an automatic invitation, and return it. Raises ClerkAPIError if it is not pending."""
    if invitation["status"] != "pending":
        raise membership_invitations.not_pending(invitation)
    organization = store.require(ORGANIZATIONS, invitation["organization_id"])
    memberships.add(store, organization, user, invitation["role"], {}, {})
    return store.update(AUTOMATIC_INVITATIONS, invitation, status="accepted")


def require_suggestion(store: Store, suggestion_id: str, user: Json) -> Json:
    """Return a pending suggestion of a user. Raises Clerk's error if there is none, or it has been accepted."""
    suggestion = store.require(SUGGESTIONS, suggestion_id, SUGGESTIONS.c.user_id == user["id"])
    if suggestion["status"] != "pending":
        message = f"The suggestion {suggestion_id} has been accepted."
        raise ClerkAPIError(400, "organization_suggestion_already_accepted", "already accepted", message)
    return suggestion
