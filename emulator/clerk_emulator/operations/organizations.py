"""Organizations: create, list, get, update, delete, metadata, logo."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import events, formats, images, memberships, metadata, roles
from clerk_emulator.domain.billing import subscriptions
from clerk_emulator.domain.enterprise.connections import unlink_organization
from clerk_emulator.domain.organization_profiles import (
    MEMBERS_COUNT,
    clear_active_organization,
    pending_invitations,
    record_organization,
    serialize_organization,
)
from clerk_emulator.domain.roles import ROLE_SETS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import contains_text, includes_or_excludes
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS, USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS

_NAME_LIMIT = 256
_METADATA = ("public_metadata", "private_metadata")
_URL_OR_HTML = re.compile(r"https?://|www\.|</?[a-z][^>]*>", re.IGNORECASE)

_SORT = {"created_at": ORGANIZATIONS.c.created_at, "name": ORGANIZATIONS.c.name, "members_count": MEMBERS_COUNT}


@organization_operation("ListOrganizations")
def list_organizations(call: Call) -> Response:
    return list_resources(
        call,
        ORGANIZATIONS,
        contains_text(call.query["query"], ORGANIZATIONS.c.name, ORGANIZATIONS.c.slug, exact=ORGANIZATIONS.c.id),
        includes_or_excludes(ORGANIZATIONS.c.id, call.query["organization_id"]),
        includes_or_excludes(
            MEMBERSHIPS.c.user_id,
            call.query["user_id"],
            lambda condition: ORGANIZATIONS.c.id.in_(sql.select(MEMBERSHIPS.c.organization_id).where(condition)),
        ),
        sort=_SORT,
        serialize=_serialize,
    )


@organization_operation("CreateOrganization")
def create_organization(call: Call) -> Json:
    body = call.body
    settings = ORGANIZATION_SETTINGS.read(call.store)
    creator = _creator(call)
    profile = _validated_fields(call, {})
    if "slug" not in profile:
        profile["slug"] = _generate_slug(call, profile["name"])
    organization = call.store.create(
        ORGANIZATIONS,
        {
            "max_allowed_memberships": settings["max_allowed_memberships"],
            "admin_delete_enabled": settings["admin_delete_enabled"],
            "role_set_key": settings["initial_role_set_key"],
            **profile,
            **{name: metadata.validate(name, body.get(name) or {}) for name in _METADATA},
            **({"created_by": creator["id"]} if creator else {}),
            "_image": None,
        },
    )
    serialized = record_organization(call.store, "organization.created", organization)
    if creator:
        role, _ = roles.creator_and_default_role(call.store, roles.role_set_of(call.store, organization))
        memberships.add(call.store, organization, creator, role, {}, {})
    subscriptions.start_for(call.store, organization["id"])
    return serialized


@organization_operation("GetOrganization")
def get_organization(call: Call) -> Json:
    by_slug = call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == call.path["organization_id"])
    (organization,) = _serialize(call, [by_slug or _organization(call)])
    return organization


@organization_operation("UpdateOrganization")
def update_organization(call: Call) -> Json:
    organization = _organization(call)
    profile = _validated_fields(call, organization) | metadata.replaced_fields(call.body, _METADATA)
    if "role_set_key" in profile:
        _require_roles_in_set(call.store, organization, profile["role_set_key"])
    return record_organization(
        call.store, "organization.updated", call.store.update(ORGANIZATIONS, organization, **profile)
    )


@organization_operation("DeleteOrganization")
def delete_organization(call: Call) -> Json:
    organization = _organization(call)
    for membership in call.store.all(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization["id"]):
        memberships.record_membership(call.store, "organizationMembership.deleted", membership)
    images.delete(call, organization)
    clear_active_organization(call.store, organization["id"])
    unlink_organization(call.store, organization["id"])
    call.store.delete(ORGANIZATIONS, ORGANIZATIONS.c.id == organization["id"])
    deleted = deleted_object(organization, "slug")
    events.record(call.store, "organization.deleted", deleted)
    return deleted


@organization_operation("MergeOrganizationMetadata")
def merge_metadata(call: Call) -> Json:
    organization = _organization(call)
    changes = metadata.merged_fields(organization, call.body, _METADATA)
    return record_organization(
        call.store, "organization.updated", call.store.update(ORGANIZATIONS, organization, **changes)
    )


@organization_operation("ReplaceOrganizationMetadata")
def replace_metadata(call: Call) -> Json:
    organization = _organization(call)
    changes = metadata.replaced_fields(call.body, _METADATA)
    return record_organization(
        call.store, "organization.updated", call.store.update(ORGANIZATIONS, organization, **changes)
    )


@organization_operation("UploadOrganizationLogo")
def upload_logo(call: Call) -> Json:
    organization = _organization(call)
    uploader = call.body.get("uploader_user_id")
    if uploader and call.store.get(USERS, uploader) is None:
        raise errors.referenced_not_found("uploader_user_id", uploader)
    organization = call.store.update(ORGANIZATIONS, organization, _image=images.store_upload(call, organization))
    answer = record_organization(call.store, "organization.updated", organization)
    return {**answer, "logo_url": answer["image_url"]}


@organization_operation("DeleteOrganizationLogo")
def delete_logo(call: Call) -> Json:
    organization = _organization(call)
    if organization["_image"] is None:
        raise ClerkAPIError(404, "image_not_found", "not found", "This organization has no logo.")
    images.delete(call, organization)
    return record_organization(
        call.store, "organization.updated", call.store.update(ORGANIZATIONS, organization, _image=None)
    )


def _serialize(call: Call, rows: list[Json]) -> list[Json]:
    """Return organizations with the additions that the `include_...` parameters request."""
    return [{**serialize_organization(call.store, row), **_requested_additions(call, row)} for row in rows]


def _requested_additions(call: Call, row: Json) -> Json:
    additions: Json = {}
    members = MEMBERSHIPS.c.organization_id == row["id"]
    if call.query.get("include_members_count"):
        additions["members_count"] = call.store.count(MEMBERSHIPS, members)
        additions["pending_invitations_count"] = call.store.count(
            ORGANIZATION_INVITATIONS, *pending_invitations(call.store, row)
        )
    if call.query.get("include_missing_member_with_elevated_permissions"):
        holders = MEMBERSHIPS.c.role.in_(roles.elevated_role_keys(call.store))
        additions["missing_member_with_elevated_permissions"] = not call.store.count(MEMBERSHIPS, members, holders)
    return additions


def _organization(call: Call) -> Json:
    return call.path_resource(ORGANIZATIONS, "organization_id")


def _creator(call: Call) -> Json | None:
    """Return the user who creates the organization, or None. Raises ClerkAPIError if the user may not create one."""
    if not call.body.get("created_by"):
        return None
    user = call.store.get(USERS, call.body["created_by"])
    if user is None:
        message = f"There is no user {call.body['created_by']}."
        raise ClerkAPIError(400, "organization_creator_not_found", "not found", message)
    limit = user["create_organizations_limit"]
    if limit is None:
        limit = USER_SETTINGS.read(call.store)["create_organizations_limit"]
    # 0 means no limit.
    if limit and call.store.count(ORGANIZATIONS, ORGANIZATIONS.c.created_by == user["id"]) >= limit:
        message = f"User {user['id']} has created the maximum of {limit} organizations."
        raise ClerkAPIError(403, "org_creation_limit_exceeded", "too many organizations", message)
    return user


def _validated_fields(call: Call, organization: Json) -> Json:
    """Return the validated fields of an organization in a body. Null changes nothing."""
    sent = {name: value for name, value in call.body.items() if value is not None}
    profile: Json = {}
    if "name" in sent:
        profile["name"] = _validate_name(sent["name"])
    if sent.get("slug"):
        profile["slug"] = _validate_slug(call, sent["slug"], organization)
    if "created_at" in sent:
        profile["created_at"] = formats.past_time("created_at", sent["created_at"], call.clock.now())
    if "role_set_key" in sent:
        if call.store.find(ROLE_SETS, ROLE_SETS.c.key == sent["role_set_key"]) is None:
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


def _validate_slug(call: Call, value: str, organization: Json) -> str:
    if ORGANIZATION_SETTINGS.read(call.store)["slug_disabled"]:
        message = "Organization slugs are disabled for this instance."
        raise ClerkAPIError(403, "organization_slugs_disabled", "not enabled", message)
    formats.slug("slug", value)
    other = call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == value)
    if other and other["id"] != organization.get("id"):
        raise errors.identifier_exists("slug")
    return value


def _generate_slug(call: Call, name: str) -> str:
    """Return a unique slug for a name. Clerk's format is not known: here digits are appended to a slug that exists."""
    slug = candidate = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organization"
    while call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == candidate):
        candidate = f"{slug}-{call.ids.hex(8)}"
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
