"""Domains of organizations, whose email addresses are invited or may join."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import events, formats, identifications
from clerk_emulator.domain.enterprise.enrollment_domains import require_no_connection
from clerk_emulator.domain.organization_profiles import public_organization_data
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage.conditions import contains_text, equals, includes_or_excludes, is_one_of
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store, Where
from clerk_emulator.storage.tables import IDENTIFICATIONS, MEMBERSHIPS, ORGANIZATIONS
from clerk_emulator.storage.tables import ORGANIZATION_DOMAINS as DOMAINS

PUBLIC_PROVIDERS = frozenset(
    {
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "web.de",
        "yahoo.com",
        "yandex.com",
        "yandex.ru",
        "zoho.com",
    }
)
"""Domains of public email providers. Clerk's list is not known."""


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
    settings = _require_domains_enabled(call)
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    name = _require_available(call.store, organization, formats.host("name", body["name"]))
    mode = _require_mode_enabled(settings, body.get("enrollment_mode", "manual_invitation"))
    limit = settings["max_allowed_domains"]
    if call.store.count(DOMAINS, DOMAINS.c.organization_id == organization["id"]) >= limit:
        message = f"The organization already has the maximum of {limit} domains."
        raise ClerkAPIError(403, "organization_domain_quota_exceeded", "too many domains", message)
    verified = body.get("verified") is not False
    row = call.store.create(
        DOMAINS,
        {
            "name": name,
            "organization_id": organization["id"],
            "enrollment_mode": mode,
            "affiliation_email_address": None,
            "affiliation_verification": _verified_by(call, "admin") if verified else None,
            "ownership_verification": None,
            "_verified": verified,
        },
    )
    require_no_connection(call.store, row)
    return _record(call, "organizationDomain.created", row)


@organization_operation("UpdateOrganizationDomain")
def update_domain(call: Call) -> Json:
    settings = _require_domains_enabled(call)
    row = _domain(call)
    changes: Json = {}
    if call.body.get("enrollment_mode") is not None:
        changes["enrollment_mode"] = _require_mode_enabled(settings, call.body["enrollment_mode"])
    verified = call.body.get("verified")
    if verified is not None and verified != row["_verified"]:
        changes["_verified"] = verified
        changes["affiliation_verification"] = _verified_by(call, "admin") if verified else None
        changes["ownership_verification"] = None
    row = call.store.update(DOMAINS, row, **changes)
    require_no_connection(call.store, row)
    return _record(call, "organizationDomain.updated", row)


@organization_operation("DeleteOrganizationDomain")
def delete_domain(call: Call) -> Json:
    _require_domains_enabled(call)
    row = _domain(call)
    call.store.delete(DOMAINS, DOMAINS.c.id == row["id"])
    deleted = deleted_object(row)
    events.record(call.store, "organizationDomain.deleted", deleted)
    return deleted


@organization_operation("VerifyOrganizationDomainOwnership")
def verify_ownership(call: Call) -> Json:
    _require_domains_enabled(call)
    row = _domain(call)
    if row["ownership_verification"] is not None:
        (domain,) = _serialize(call, [row])
        return domain
    verification = _verified_by(call, "manual_override")
    row = call.store.update(DOMAINS, row, ownership_verification=verification, _verified=True)
    require_no_connection(call.store, row)
    return _record(call, "organizationDomain.updated", row)


def _domain(call: Call) -> Json:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    return call.store.require(DOMAINS, call.path["domain_id"], DOMAINS.c.organization_id == organization["id"])


def _require_domains_enabled(call: Call) -> Json:
    """Return the organization settings. Raises ClerkAPIError if domains are disabled."""
    settings = ORGANIZATION_SETTINGS.read(call.store)
    if not settings["domains_enabled"]:
        message = "Organization domains are disabled for this instance."
        raise ClerkAPIError(403, "organization_domains_not_enabled", "not enabled", message)
    return settings


def _require_mode_enabled(settings: Json, mode: str) -> str:
    # The settings do not have enterprise_sso, which comes with a connection, so it is always enabled.
    if mode not in (*settings["domains_enrollment_modes"], "enterprise_sso"):
        message = f"The enrollment mode {mode} is disabled for this instance."
        raise ClerkAPIError(403, "organization_domain_enrollment_mode_not_enabled", "not enabled", message)
    return mode


def _require_available(store: Store, organization: Json, name: str) -> str:
    """Return the name. Raises ClerkAPIError if it cannot be an organization's domain, or is one already."""
    if name in PUBLIC_PROVIDERS:
        raise _invalid_domain("organization_domain_common", f"{name} is a public email provider.")
    other = store.find(DOMAINS, DOMAINS.c.name == name)
    if other and other["organization_id"] == organization["id"]:
        code = "organization_domain_already_exists_same_organization"
        raise _invalid_domain(code, f"The organization already has the domain {name}.")
    if other:
        raise _invalid_domain("organization_domain_already_exists", f"Another organization has the domain {name}.")
    return name


def _invalid_domain(code: str, message: str) -> ClerkAPIError:
    return ClerkAPIError(422, code, "cannot be used", message, param_name="name")


def _text_filter(text: str | None) -> Where | None:
    if text is None:
        return None
    text = text.strip()
    if not text:
        raise errors.invalid("query", "must not be blank")
    return DOMAINS.c.organization_id == text if text.startswith("org_") else contains_text(text, DOMAINS.c.name)


def _verified_by(call: Call, strategy: str) -> Json:
    result = {"status": "verified", "strategy": strategy, "verified_at": call.clock.now()}
    return {**result, "attempts": None, "expire_at": None}


def _record(call: Call, event_type: str, row: Json) -> Json:
    """Record an event about a domain, and return the domain as the API returns it."""
    (domain,) = _serialize(call, [row])
    return events.record(call.store, event_type, domain)


def _serialize(call: Call, rows: list[Json]) -> list[Json]:
    ids = {row["organization_id"] for row in rows}
    public_data = {
        one["id"]: public_organization_data(call.store, one)
        for one in call.store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_(ids))
    }
    return [
        {
            **public_fields(row),
            "verification": row["affiliation_verification"],
            **_pending_counts(call.store, row),
            "public_organization_data": public_data[row["organization_id"]],
        }
        for row in rows
    ]


def _pending_counts(store: Store, row: Json) -> Json:
    """Return how many users have a verified address at the domain and are not members yet."""
    count = 0
    if row["_verified"] and row["enrollment_mode"] in ("automatic_invitation", "automatic_suggestion"):
        at_domain = IDENTIFICATIONS.c.identifier.endswith(f"@{row['name']}")
        addresses = store.all(IDENTIFICATIONS, IDENTIFICATIONS.c.object == "email_address", at_domain)
        users = {one["_user_id"] for one in addresses if identifications.is_verified(one)}
        here = MEMBERSHIPS.c.organization_id == row["organization_id"]
        count = len(users - {one["_user_id"] for one in store.all(MEMBERSHIPS, here)})
    invited = row["enrollment_mode"] == "automatic_invitation"
    return {
        "total_pending_invitations": count if invited else 0,
        "total_pending_suggestions": 0 if invited else count,
    }
