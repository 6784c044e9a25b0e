"""Domains of organizations: add, verify, change and delete them, and how the API returns them."""

from __future__ import annotations

from clerk_emulator.domain import events, formats
from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.organizations.domain_exclusivity import require_no_connection
from clerk_emulator.domain.organizations.organization_profiles import public_organization_data
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store
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


def create(store: Store, organization: Json, name: str, mode: str, *, verified: bool) -> Json:
    """Add a domain to an organization, and return it as the API returns it. Raises ClerkAPIError."""
    settings = require_enabled(store)
    name = _require_available(store, organization, formats.host("name", name))
    mode = _require_mode_enabled(settings, mode)
    limit = settings["max_allowed_domains"]
    if store.count(DOMAINS, DOMAINS.c.organization_id == organization["id"]) >= limit:
        message = f"The organization already has the maximum of {limit} domains."
        raise ClerkAPIError(403, "organization_domain_quota_exceeded", "too many domains", message)
    row = store.create(
        DOMAINS,
        {
            "name": name,
            "organization_id": organization["id"],
            "enrollment_mode": mode,
            "affiliation_email_address": None,
            "affiliation_verification": verified_by(store, "admin") if verified else None,
            "ownership_verification": None,
            "_verified": verified,
        },
    )
    require_no_connection(store, row)
    return record_domain(store, "organizationDomain.created", row)


def update(store: Store, row: Json, mode: str | None = None, verified: bool | None = None) -> Json:
    """Change a domain, and return it as the API returns it. None changes nothing. Raises ClerkAPIError."""
    settings = require_enabled(store)
    changes: Json = {}
    if mode is not None:
        changes["enrollment_mode"] = _require_mode_enabled(settings, mode)
    if verified is not None and verified != row["_verified"]:
        changes["_verified"] = verified
        changes["affiliation_verification"] = verified_by(store, "admin") if verified else None
        changes["ownership_verification"] = None
    row = store.update(DOMAINS, row, **changes)
    require_no_connection(store, row)
    return record_domain(store, "organizationDomain.updated", row)


def delete(store: Store, row: Json) -> Json:
    """Delete a domain, and return the deleted object."""
    store.delete(DOMAINS, DOMAINS.c.id == row["id"])
    deleted = deleted_object(row)
    events.record(store, "organizationDomain.deleted", deleted)
    return deleted


def require_enabled(store: Store) -> Json:
    """Return the organization settings. Raises ClerkAPIError if domains are disabled."""
    settings = ORGANIZATION_SETTINGS.read(store)
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


def verified_by(store: Store, strategy: str) -> Json:
    """Return the verification of a domain that is verified now."""
    result = {"status": "verified", "strategy": strategy, "verified_at": store.clock.now()}
    return {**result, "attempts": None, "expire_at": None}


def record_domain(store: Store, event_type: str, row: Json) -> Json:
    """Record an event about a domain, and return the domain as the API returns it."""
    (domain,) = serialize_domains(store, [row])
    return events.record(store, event_type, domain)


def serialize_domains(store: Store, rows: list[Json]) -> list[Json]:
    """Return domains as the API returns them."""
    ids = {row["organization_id"] for row in rows}
    public_data = {
        one["id"]: public_organization_data(store, one) for one in store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_(ids))
    }
    return [
        {
            **public_fields(row),
            "affiliation_verification": (affiliation := _verification(store, row["affiliation_verification"])),
            "verification": affiliation,
            **_pending_counts(store, row),
            "public_organization_data": public_data[row["organization_id"]],
        }
        for row in rows
    ]


def _verification(store: Store, verification: Json | None) -> Json | None:
    shown = verification_codes.serialize(store, verification)
    return shown and {name: shown[name] for name in ("status", "strategy", "attempts", "expire_at", "verified_at")}


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
