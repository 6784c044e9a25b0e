"""Domains of organizations, whose email addresses are invited or may join."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain.organizations import domain_enrollment
from clerk_emulator.domain.organizations.domain_enrollment import serialize_domains
from clerk_emulator.domain.organizations.domain_exclusivity import require_no_connection
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage.conditions import contains_text, equals, includes_or_excludes, is_one_of
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import ORGANIZATION_DOMAINS as DOMAINS
from clerk_emulator.storage.tables import ORGANIZATIONS


@organization_operation("ListAllOrganizationDomains")
def list_all_domains(call: Call) -> Response:
    query = call.query
    verified = query["verified"]
    return list_resources(
        call,
        DOMAINS,
        equals(DOMAINS.c.organization_id, query["organization_id"]),
        is_one_of(DOMAINS.c.name, [name.lower() for name in query["domains"] or ()]),
        _text_filter(query["query"]),
        includes_or_excludes(DOMAINS.c.enrollment_mode, query["enrollment_mode"]),
        equals(DOMAINS.c.verified, verified and verified == "true"),
        sort=("created_at", "name"),
        serialize=_serialize,
    )


@organization_operation("ListOrganizationDomains")
def list_domains(call: Call) -> Response:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    verified = call.query["verified"]
    return list_resources(
        call,
        DOMAINS,
        DOMAINS.c.organization_id == organization["id"],
        includes_or_excludes(DOMAINS.c.enrollment_mode, call.query["enrollment_mode"]),
        equals(DOMAINS.c.verified, verified and verified == "true"),
        serialize=_serialize,
    )


@organization_operation("CreateOrganizationDomain")
def create_domain(call: Call) -> Json:
    body = call.body
    domain_enrollment.require_enabled(call.store)
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    mode = body.get("enrollment_mode", "manual_invitation")
    verified = body.get("verified") is not False
    return domain_enrollment.create(call.store, organization, body["name"], mode, verified=verified)


@organization_operation("UpdateOrganizationDomain")
def update_domain(call: Call) -> Json:
    domain_enrollment.require_enabled(call.store)
    body = call.body
    return domain_enrollment.update(call.store, _domain(call), body.get("enrollment_mode"), body.get("verified"))


@organization_operation("DeleteOrganizationDomain")
def delete_domain(call: Call) -> Json:
    domain_enrollment.require_enabled(call.store)
    return domain_enrollment.delete(call.store, _domain(call))


@organization_operation("VerifyOrganizationDomainOwnership")
def verify_ownership(call: Call) -> Json:
    domain_enrollment.require_enabled(call.store)
    row = _domain(call)
    ownership = row["ownership_verification"]
    if ownership and ownership["status"] == "verified":
        (domain,) = serialize_domains(call.store, [row])
        return domain
    verification = domain_enrollment.verified_by(call.store, "manual_override")
    row = call.store.update(DOMAINS, row, ownership_verification=verification, _verified=True)
    require_no_connection(call.store, row)
    return domain_enrollment.record_domain(call.store, "organizationDomain.updated", row)


def _domain(call: Call) -> Json:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    return call.store.require(DOMAINS, call.path["domain_id"], DOMAINS.c.organization_id == organization["id"])


def _text_filter(text: str | None) -> Where | None:
    if text is None:
        return None
    text = text.strip()
    if not text:
        raise errors.invalid("query", "must not be blank")
    return DOMAINS.c.organization_id == text if text.startswith("org_") else contains_text(text, DOMAINS.c.name)


def _serialize(call: Call, rows: list[Json]) -> list[Json]:
    return serialize_domains(call.store, rows)
