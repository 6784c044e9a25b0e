"""Verify that an organization owns a domain, by a TXT record that it adds to the domain.

The emulator looks up no records. The Backend API, or the test, confirms the ownership.
"""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.organizations import domain_enrollment
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATION_DOMAINS

STRATEGY = "txt"
_LIFETIME = 7 * 24 * 3600 * 1000
"""Milliseconds for which a record is awaited. Our choice: Clerk does not say."""


def prepare(store: Store, domain: Json) -> Json:
    """Return a domain, as the API returns it, with the record that is to be added. Raises ClerkAPIError."""
    _require_unverified(domain)
    verification = {
        "status": "unverified",
        "strategy": STRATEGY,
        "attempts": 0,
        "expire_at": store.clock.now() + _LIFETIME,
        "verified_at": None,
        "txt_record_name": f"_clerk-verification.{domain['name']}",
        "txt_record_value": f"clerk-verification={store.ids.secret(32)}",
    }
    domain = store.update(ORGANIZATION_DOMAINS, domain, ownership_verification=verification)
    return domain_enrollment.record_domain(store, "organizationDomain.updated", domain)


def attempt(store: Store, domain: Json) -> ClerkAPIError:
    """Count an attempt to verify the ownership, and return the error if the DNS record is missing.

    Raises ClerkAPIError if nothing was prepared, or the ownership is verified.
    """
    _require_unverified(domain)
    verification = domain["ownership_verification"]
    if verification is None:
        raise ClerkAPIError(400, "verification_missing", "is missing", "No record was asked for. Prepare one first.")
    counted = {**verification, "attempts": verification["attempts"] + 1}
    store.update(ORGANIZATION_DOMAINS, domain, ownership_verification=counted)
    message = (
        f"clerk_emulator looks up no records of {domain['name']}. "
        "POST /v1/organizations/{organization_id}/domains/{domain_id}/verify_ownership confirms the ownership."
    )
    return errors.keep_writes(
        ClerkAPIError(422, "organization_domain_ownership_not_verified", "is not verified", message)
    )


def _require_unverified(domain: Json) -> None:
    verification = domain["ownership_verification"]
    if verification and verification["status"] == "verified":
        message = f"The ownership of {domain['name']} is verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)
