"""Verify a domain of an organization by an email address at it: a member enters the code that was sent there."""

from __future__ import annotations

from clerk_emulator.domain import formats
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.organizations import domain_enrollment
from clerk_emulator.domain.organizations.domain_exclusivity import require_no_connection
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATION_DOMAINS, ORGANIZATIONS

STRATEGY = "affiliation_email_code"
_ADDRESS = "affiliation_email_address"


def prepare(store: Store, domain: Json, email_address: str) -> Json:
    """Send a code to an address at the domain, and return the domain as the API returns it. Raises ClerkAPIError."""
    _require_unverified(domain)
    address = formats.email(_ADDRESS, email_address)
    if address.rpartition("@")[2] != domain["name"]:
        message = f"{address} is not at the domain {domain['name']}."
        raise ClerkAPIError(422, "organization_domain_mismatch", "is at another domain", message, param_name=_ADDRESS)
    verification = verification_codes.prepare(
        store, STRATEGY, "email_address", address, domain["affiliation_verification"]
    )
    domain = _store(store, domain, verification, affiliation_email_address=address)
    organization = store.require(ORGANIZATIONS, domain["organization_id"])
    messages.send_affiliation_code(store, address, organization["name"], verification["_code"])
    return domain_enrollment.record_domain(store, "organizationDomain.updated", domain)


def attempt(store: Store, domain: Json, code: str) -> Json:
    """Verify a domain with the code that was sent, and return the domain as the API returns it.

    Raises ClerkAPIError for a wrong code, which counts as an attempt, and for one that has expired or was never sent.
    """
    _require_unverified(domain)
    verification, error = verification_codes.attempt(store, domain["affiliation_verification"], code)
    if error:
        _store(store, domain, verification)
        raise error
    verification["verified_at"] = store.clock.now()
    domain = _store(store, domain, verification, _verified=True)
    require_no_connection(store, domain)
    return domain_enrollment.record_domain(store, "organizationDomain.updated", domain)


def _store(store: Store, domain: Json, verification: Json, **changes: object) -> Json:
    verification = {"verified_at": None, **verification}
    return store.update(ORGANIZATION_DOMAINS, domain, affiliation_verification=verification, **changes)


def _require_unverified(domain: Json) -> None:
    if domain["_verified"]:
        message = f"The domain {domain['name']} is verified."
        raise ClerkAPIError(400, "verification_already_verified", "already verified", message)
