"""Organization domains: whose addresses may, or shall, join an organization."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import identifications, value_rules
from clerk_emulator.domain.organization_rules import organization_operation, public_data
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, shown
from clerk_emulator.request.listing import among, equals, listing, partial, signed
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Kind, Store, Where
from clerk_emulator.storage.tables import IDENTIFICATIONS, MEMBERSHIPS, ORGANIZATIONS

DOMAINS = Kind(
    "organization_domain",
    "orgdmn",
    {"name": str, "enrollment_mode": str, "verified": bool},
    owners={"organization_id": "organization"},
    unique=("name",),
)

COMMON = frozenset(
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
"""Domains at which anybody can have an address. Clerk's own list is not known."""


@organization_operation("ListAllOrganizationDomains")
def list_all_domains(call: Call) -> Answer:
    query = call.query
    verified = query["verified"]
    return listing(
        call,
        DOMAINS,
        equals(DOMAINS.c.organization_id, query["organization_id"]),
        among(DOMAINS.c.name, [name.lower() for name in query["domains"] or ()]),
        _by_text(query["query"]),
        signed(DOMAINS.c.enrollment_mode, query["enrollment_mode"]),
        equals(DOMAINS.c.verified, verified and verified == "true"),
        sort=("created_at", "name"),
        show=_show,
    )


@organization_operation("ListOrganizationDomains")
def list_domains(call: Call) -> Answer:
    organization = call.named(ORGANIZATIONS, "organization_id")
    verified = call.query["verified"]
    return listing(
        call,
        DOMAINS,
        DOMAINS.c.organization_id == organization["id"],
        signed(DOMAINS.c.enrollment_mode, call.query["enrollment_mode"]),
        equals(DOMAINS.c.verified, verified and verified == "true"),
        show=_show,
    )


@organization_operation("CreateOrganizationDomain")
def create_domain(call: Call) -> Json:
    body = call.body
    settings = _settings(call)
    organization = call.named(ORGANIZATIONS, "organization_id")
    name = _free(call.store, organization, value_rules.host("name", body["name"]))
    mode = _mode(settings, body.get("enrollment_mode", "manual_invitation"))
    limit = settings["max_allowed_domains"]
    if call.store.count(DOMAINS, DOMAINS.c.organization_id == organization["id"]) >= limit:
        message = f"The organization has the {limit} domains that it may have."
        raise Refusal(403, "organization_domain_quota_exceeded", "too many domains", message)
    verified = body.get("verified") is not False
    row = call.store.create(
        DOMAINS,
        {
            "name": name,
            "organization_id": organization["id"],
            "enrollment_mode": mode,
            "affiliation_email_address": None,
            "affiliation_verification": _verification(call, "admin") if verified else None,
            "ownership_verification": None,
            "_verified": verified,
        },
    )
    return _show_one(call, row)


@organization_operation("UpdateOrganizationDomain")
def update_domain(call: Call) -> Json:
    settings = _settings(call)
    row = _asked(call)
    changes: Json = {}
    if call.body.get("enrollment_mode") is not None:
        changes["enrollment_mode"] = _mode(settings, call.body["enrollment_mode"])
    verified = call.body.get("verified")
    if verified is not None and verified != row["_verified"]:
        changes["_verified"] = verified
        changes["affiliation_verification"] = _verification(call, "admin") if verified else None
        changes["ownership_verification"] = None
    return _show_one(call, call.store.update(DOMAINS, row, **changes))


@organization_operation("DeleteOrganizationDomain")
def delete_domain(call: Call) -> Json:
    _settings(call)
    row = _asked(call)
    call.store.delete(DOMAINS, DOMAINS.c.id == row["id"])
    return deleted(row)


@organization_operation("VerifyOrganizationDomainOwnership")
def verify_ownership(call: Call) -> Json:
    _settings(call)
    row = _asked(call)
    if row["ownership_verification"] is None:
        verification = _verification(call, "manual_override")
        row = call.store.update(DOMAINS, row, ownership_verification=verification, _verified=True)
    return _show_one(call, row)


def _asked(call: Call) -> Json:
    organization = call.named(ORGANIZATIONS, "organization_id")
    return call.store.need(DOMAINS, call.path["domain_id"], DOMAINS.c.organization_id == organization["id"])


def _settings(call: Call) -> Json:
    """The settings of organizations. Raises where they say that there are no domains."""
    settings = ORGANIZATION_SETTINGS.read(call.store)
    if not settings["domains_enabled"]:
        message = "This instance has domains of organizations off."
        raise Refusal(403, "organization_domains_not_enabled", "not enabled", message)
    return settings


def _mode(settings: Json, mode: str) -> str:
    # The settings do not know enterprise_sso, which comes with a connection, so that they cannot have it off.
    if mode not in (*settings["domains_enrollment_modes"], "enterprise_sso"):
        message = f"This instance has the enrollment mode {mode} off."
        raise Refusal(403, "organization_domain_enrollment_mode_not_enabled", "not enabled", message)
    return mode


def _free(store: Store, organization: Json, name: str) -> str:
    """The name. Raises where it cannot be an organization's, or is one already."""
    if name in COMMON:
        raise _refused("organization_domain_common", f"Anybody can have an email address at {name}.")
    other = store.find(DOMAINS, DOMAINS.c.name == name)
    if other and other["organization_id"] == organization["id"]:
        code = "organization_domain_already_exists_same_organization"
        raise _refused(code, f"The organization has the domain {name} already.")
    if other:
        raise _refused("organization_domain_already_exists", f"Another organization has the domain {name}.")
    return name


def _refused(code: str, message: str) -> Refusal:
    return Refusal(422, code, "cannot be used", message, param_name="name")


def _by_text(text: str | None) -> Where | None:
    if text is None:
        return None
    text = text.strip()
    if not text:
        raise errors.invalid("query", "must not be blank")
    return DOMAINS.c.organization_id == text if text.startswith("org_") else partial(text, DOMAINS.c.name)


def _verification(call: Call, strategy: str) -> Json:
    done = {"status": "verified", "strategy": strategy, "verified_at": call.clock.now()}
    return {**done, "attempts": None, "expire_at": None}


def _show_one(call: Call, row: Json) -> Json:
    return _show(call, [row])[0]


def _show(call: Call, rows: list[Json]) -> list[Json]:
    ids = {row["organization_id"] for row in rows}
    held = {one["id"]: public_data(call, one) for one in call.store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_(ids))}
    return [
        {
            **shown(row),
            "verification": row["affiliation_verification"],
            **_awaited(call.store, row),
            "public_organization_data": held[row["organization_id"]],
        }
        for row in rows
    ]


def _awaited(store: Store, row: Json) -> Json:
    """How many users are asked to join, by an invitation or a suggestion, for their address at a verified domain."""
    count = 0
    if row["_verified"] and row["enrollment_mode"] in ("automatic_invitation", "automatic_suggestion"):
        at_domain = IDENTIFICATIONS.c.identifier.endswith(f"@{row['name']}", autoescape=True)
        addresses = store.all(IDENTIFICATIONS, IDENTIFICATIONS.c.object == "email_address", at_domain)
        users = {one["_user_id"] for one in addresses if identifications.is_verified(one)}
        here = MEMBERSHIPS.c.organization_id == row["organization_id"]
        count = len(users - {one["_user_id"] for one in store.all(MEMBERSHIPS, here)})
    invited = row["enrollment_mode"] == "automatic_invitation"
    return {
        "total_pending_invitations": count if invited else 0,
        "total_pending_suggestions": 0 if invited else count,
    }
