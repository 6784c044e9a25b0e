"""Create, change and delete organizations."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.call import Upload
from clerk_emulator.domain import events, formats, images, metadata
from clerk_emulator.domain.billing import subscriptions
from clerk_emulator.domain.enterprise.connections import unlink_organization
from clerk_emulator.domain.organizations import memberships, roles
from clerk_emulator.domain.organizations.organization_profiles import clear_active_organization, record_organization
from clerk_emulator.domain.organizations.roles import ROLE_SETS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS, USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS

METADATA = ("public_metadata", "private_metadata")

_NAME_LIMIT = 256
_URL_OR_HTML = re.compile(r"https?://|www\.|</?[a-z][^<>]*>", re.IGNORECASE)


def create(store: Store, creator: Json | None, body: Json) -> Json:
    """Create an organization, and return its row. The creator, if there is one, becomes its first member.

    `body` is that of `POST /organizations`. Raises ClerkAPIError.
    """
    settings = ORGANIZATION_SETTINGS.read(store)
    if creator:
        require_below_limit(store, creator)
    profile = _validated_fields(store, body, {})
    if "slug" not in profile:
        profile["slug"] = generate_slug(store, profile["name"])
    organization = store.create(
        ORGANIZATIONS,
        {
            "max_allowed_memberships": settings["max_allowed_memberships"],
            "admin_delete_enabled": settings["admin_delete_enabled"],
            "role_set_key": settings["initial_role_set_key"],
            **profile,
            **{name: metadata.validate(name, body.get(name) or {}) for name in METADATA},
            **({"created_by": creator["id"]} if creator else {}),
            "_image": None,
        },
    )
    record_organization(store, "organization.created", organization)
    if creator:
        role, _ = roles.creator_and_default_role(store, roles.role_set_of(store, organization))
        memberships.add(store, organization, creator, role, {}, {})
    subscriptions.start_for(store, organization["id"])
    return organization


def require_below_limit(store: Store, creator: Json) -> None:
    """Raise Clerk's 403 if a user has created as many organizations as a user may."""
    limit = creator["create_organizations_limit"]
    if limit is None:
        limit = USER_SETTINGS.value(store, "create_organizations_limit")
    # 0 means no limit.
    if limit and store.count(ORGANIZATIONS, ORGANIZATIONS.c.created_by == creator["id"]) >= limit:
        message = f"User {creator['id']} has created the maximum of {limit} organizations."
        raise ClerkAPIError(403, "org_creation_limit_exceeded", "too many organizations", message)


def update(store: Store, organization: Json, body: Json) -> Json:
    """Change an organization, and return it as the API returns it; `body` is that of `PATCH /organizations/{id}`."""
    profile = _validated_fields(store, body, organization) | metadata.replaced_fields(body, METADATA)
    if "role_set_key" in profile:
        _require_roles_in_set(store, organization, profile["role_set_key"])
    return record_organization(store, "organization.updated", store.update(ORGANIZATIONS, organization, **profile))


def delete(store: Store, organization: Json) -> Json:
    """Delete an organization with its memberships and invitations, and return the deleted object."""
    for membership in store.all(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization["id"]):
        memberships.record_membership(store, "organizationMembership.deleted", membership)
    images.delete(store, organization)
    clear_active_organization(store, organization["id"])
    unlink_organization(store, organization["id"])
    store.delete(ORGANIZATIONS, ORGANIZATIONS.c.id == organization["id"])
    deleted = deleted_object(organization, "slug")
    events.record(store, "organization.deleted", deleted)
    return deleted


def set_logo(store: Store, organization: Json, upload: Upload) -> Json:
    """Set the logo of an organization, and return the organization as the API returns it. Raises ClerkAPIError."""
    organization = store.update(ORGANIZATIONS, organization, _image=images.store_upload(store, upload, organization))
    return record_organization(store, "organization.updated", organization)


def delete_logo(store: Store, organization: Json) -> Json:
    """Delete the logo of an organization, and return the organization as the API returns it. Raises Clerk's 404."""
    if organization["_image"] is None:
        raise ClerkAPIError(404, "image_not_found", "not found", "This organization has no logo.")
    images.delete(store, organization)
    return record_organization(store, "organization.updated", store.update(ORGANIZATIONS, organization, _image=None))


def _validated_fields(store: Store, body: Json, organization: Json) -> Json:
    """Return the validated fields of an organization in a body. Null changes nothing."""
    sent = {name: value for name, value in body.items() if value is not None}
    profile: Json = {}
    if "name" in sent:
        profile["name"] = _validate_name(sent["name"])
    if sent.get("slug"):
        profile["slug"] = _validate_slug(store, sent["slug"], organization)
    if "created_at" in sent:
        profile["created_at"] = formats.past_time("created_at", sent["created_at"], store.clock.now())
    if "role_set_key" in sent:
        if store.find(ROLE_SETS, ROLE_SETS.c.key == sent["role_set_key"]) is None:
            raise errors.referenced_not_found("role_set_key", sent["role_set_key"])
        profile["role_set_key"] = sent["role_set_key"]
    for name in ("max_allowed_memberships", "admin_delete_enabled"):
        if name in sent:
            profile[name] = sent[name]
    return profile


def _validate_name(value: str) -> str:
    value = value.strip()
    if not value:
        raise errors.null("name")
    if len(value) > _NAME_LIMIT:
        message = f"name must not have more than {_NAME_LIMIT} characters."
        raise ClerkAPIError(422, "form_param_max_length_exceeded", "is too long", message, param_name="name")
    if _URL_OR_HTML.search(value):
        raise errors.malformed("name", "without URLs and HTML")
    return value


def _validate_slug(store: Store, value: str, organization: Json) -> str:
    if ORGANIZATION_SETTINGS.value(store, "slug_disabled"):
        message = "Organization slugs are disabled for this instance."
        raise ClerkAPIError(403, "organization_slugs_disabled", "not enabled", message)
    formats.slug("slug", value)
    other = store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == value)
    if other and other["id"] != organization.get("id"):
        raise errors.identifier_exists("slug")
    return value


def generate_slug(store: Store, name: str) -> str:
    """Return a unique slug for a name. Clerk's format is not known: here digits are appended to a slug that exists."""
    slug = candidate = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organization"
    while store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == candidate):
        candidate = f"{slug}-{store.ids.hex(8)}"
    return candidate


def _require_roles_in_set(store: Store, organization: Json, role_set_key: str) -> None:
    """Raise Clerk's error if a member or invitation has a role that is not in the role set."""
    role_set = store.find(ROLE_SETS, ROLE_SETS.c.key == role_set_key)
    assert role_set is not None
    for table in (MEMBERSHIPS, ORGANIZATION_INVITATIONS):
        here = table.c.organization_id == organization["id"]
        row = store.find(table, here, table.c.role.not_in(role_set["_roles"]))
        if row:
            code = "organization_role_on_set_assigned_to_user"
            message = f"{row['role']} is in use in the organization and is not a role of {role_set_key}."
            raise ClerkAPIError(422, code, "is in use", message, role_key=row["role"])
