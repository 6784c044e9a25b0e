"""Domains of organizations and active enterprise connections exclude each other.

A verified domain can invite everybody with an address at it to the organization. With an active connection these people
sign in through their company instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain import events
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS, ORGANIZATION_DOMAINS

ENROLLMENT_MODES = ("automatic_invitation", "automatic_suggestion")


def delete_matching(store: Store, names: Sequence[str], *, consent: bool) -> None:
    """Delete verified domains that an active connection replaces. Without consent, they raise Clerk's error."""
    found = store.all(
        ORGANIZATION_DOMAINS,
        ORGANIZATION_DOMAINS.c.name.in_(names),
        ORGANIZATION_DOMAINS.c.verified,
        ORGANIZATION_DOMAINS.c.enrollment_mode.in_(ENROLLMENT_MODES),
    )
    if found and not consent:
        message = f"{found[0]['name']} is a verified domain that an organization uses for enrollment."
        raise ClerkAPIError(422, "organization_domain_exists_for_enrollment", "is in use", message)
    for row in found:
        store.delete(ORGANIZATION_DOMAINS, ORGANIZATION_DOMAINS.c.id == row["id"])
        events.record(store, "organizationDomain.deleted", deleted_object(row))


def require_no_connection(store: Store, domain: Json) -> None:
    """Raise Clerk's error if a verified domain is used for enrollment, and an active connection has it."""
    if not domain["_verified"] or domain["enrollment_mode"] not in ENROLLMENT_MODES:
        return
    for connection in store.all(ENTERPRISE_CONNECTIONS, ENTERPRISE_CONNECTIONS.c.active):
        if domain["name"] in connection["domains"]:
            message = f"{domain['name']} is a domain of an active enterprise connection."
            raise ClerkAPIError(422, "organization_domain_exists_for_enterprise_connection", "is in use", message)
