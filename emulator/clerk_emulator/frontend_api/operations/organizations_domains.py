"""Domains of an organization, whose users are invited or may ask to join."""

from __future__ import annotations

from clerk_emulator.domain.organizations import affiliations, domain_enrollment, domain_offers, domain_ownership
from clerk_emulator.domain.organizations.roles import MANAGE_DOMAINS, READ_DOMAINS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import list_page
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.organizations import serialize_domains
from clerk_emulator.json_types import Json
from clerk_emulator.storage.conditions import equals, includes_or_excludes
from clerk_emulator.storage.tables import ORGANIZATION_DOMAINS as DOMAINS

_DEFAULT_MODE = "manual_invitation"


@frontend_operation("ListOrganizationDomains")
def list_domains(call: BrowserCall) -> Json:
    organization = require_member(call, READ_DOMAINS).organization
    mode = call.query["enrollment_mode"]
    return list_page(
        call,
        DOMAINS,
        DOMAINS.c.organization_id == organization["id"],
        equals(DOMAINS.c.verified, call.query["verified"]),
        includes_or_excludes(DOMAINS.c.enrollment_mode, [mode] if mode else None),
        serialize=serialize_domains,
    )


@frontend_operation("CreateOrganizationDomain")
def create_domain(call: BrowserCall) -> Json:
    organization = _enabled_organization(call)
    mode = call.body.get("enrollment_mode") or _DEFAULT_MODE
    return domain_enrollment.create(call.store, organization, call.body["name"], mode, verified=False)


@frontend_operation("createOrganizationDomainsBulk")
def create_domains(call: BrowserCall) -> Json:
    organization = _enabled_organization(call)
    mode = call.body.get("enrollment_mode") or _DEFAULT_MODE
    created: list[Json] = []
    failed: list[Json] = []
    for name in call.body["names"]:
        try:
            created.append(domain_enrollment.create(call.store, organization, name, mode, verified=False))
        except ClerkAPIError as error:
            failed.append({"name": name, "code": error.errors[0]["code"]})
    return {"data": created, "errors": failed}


@frontend_operation("GetOrganizationDomain")
def get_domain(call: BrowserCall) -> Json:
    organization = require_member(call, READ_DOMAINS).organization
    return serialize_domains(call, [_domain(call, organization)])[0]


@frontend_operation("deleteOrganizationDomain")
def delete_domain(call: BrowserCall) -> Json:
    return domain_enrollment.delete(call.store, _domain(call, _enabled_organization(call)))


@frontend_operation("UpdateOrganizationDomainEnrollmentMode")
def update_enrollment_mode(call: BrowserCall) -> Json:
    domain = _domain(call, _enabled_organization(call))
    if not domain["_verified"]:
        message = f"The domain {domain['name']} must be verified first."
        raise ClerkAPIError(422, "organization_domain_enrollment_mode_invalid", "is not verified", message)
    mode = call.body["enrollment_mode"]
    domain_offers.make_all(call.store, domain)
    if call.body.get("delete_pending"):
        domain_offers.withdraw(call.store, domain)
    return domain_enrollment.update(call.store, domain, mode)


@frontend_operation("prepareOrganizationDomainVerification")
def prepare_affiliation_verification(call: BrowserCall) -> Json:
    domain = _domain(call, _enabled_organization(call))
    return affiliations.prepare(call.store, domain, call.body["affiliation_email_address"])


@frontend_operation("attemptOrganizationDomainVerification")
def attempt_affiliation_verification(call: BrowserCall) -> Json:
    return affiliations.attempt(call.store, _domain(call, _enabled_organization(call)), call.body["code"])


@frontend_operation("prepareOrganizationDomainOwnershipVerification")
def prepare_ownership_verification(call: BrowserCall) -> Json:
    return domain_ownership.prepare(call.store, _domain(call, _enabled_organization(call)))


@frontend_operation("attemptOrganizationDomainOwnershipVerification")
def attempt_ownership_verification(call: BrowserCall) -> Json:
    raise domain_ownership.attempt(call.store, _domain(call, _enabled_organization(call)))


@frontend_operation("prepareOrganizationDomainsOwnershipVerification")
def prepare_ownership_verifications(call: BrowserCall) -> Json:
    organization = _enabled_organization(call)
    prepared: list[Json] = []
    failed: list[Json] = []
    for domain_id in call.body["organization_domain_ids"]:
        try:
            prepared.append(domain_ownership.prepare(call.store, _require(call, organization, domain_id)))
        except ClerkAPIError as error:
            failed.append({"id": domain_id, "code": error.errors[0]["code"]})
    return {"data": prepared, "errors": failed}


@frontend_operation("attemptOrganizationDomainsOwnershipVerification")
def attempt_ownership_verifications(call: BrowserCall) -> Json:
    organization = _enabled_organization(call)
    failed: list[Json] = []
    for domain_id in call.body["organization_domain_ids"]:
        try:
            raise domain_ownership.attempt(call.store, _require(call, organization, domain_id))
        except ClerkAPIError as error:
            failed.append({"id": domain_id, "code": error.errors[0]["code"]})
    return {"data": [], "errors": failed}


def _enabled_organization(call: BrowserCall) -> Json:
    """Return the organization of a member who may manage domains. Raises ClerkAPIError if domains are disabled."""
    organization = require_member(call, MANAGE_DOMAINS).organization
    domain_enrollment.require_enabled(call.store)
    return organization


def _domain(call: BrowserCall, organization: Json) -> Json:
    return _require(call, organization, call.path["domain_id"])


def _require(call: BrowserCall, organization: Json, domain_id: str) -> Json:
    return call.store.require(DOMAINS, domain_id, DOMAINS.c.organization_id == organization["id"])
