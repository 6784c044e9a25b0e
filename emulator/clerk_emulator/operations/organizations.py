"""Organizations: create, list, get, update, delete, metadata, logo."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import metadata
from clerk_emulator.domain.lifecycle import organization_lifecycle
from clerk_emulator.domain.lifecycle.organization_lifecycle import METADATA
from clerk_emulator.domain.organizations import roles
from clerk_emulator.domain.organizations.organization_profiles import (
    MEMBERS_COUNT,
    pending_invitations,
    record_organization,
    serialize_organization,
)
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import contains_text, includes_or_excludes
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS

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
    organization = organization_lifecycle.create(call.store, _creator(call), call.body)
    return serialize_organization(call.store, organization)


@organization_operation("GetOrganization")
def get_organization(call: Call) -> Json:
    by_slug = call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == call.path["organization_id"])
    (organization,) = _serialize(call, [by_slug or _organization(call)])
    return organization


@organization_operation("UpdateOrganization")
def update_organization(call: Call) -> Json:
    return organization_lifecycle.update(call.store, _organization(call), call.body)


@organization_operation("DeleteOrganization")
def delete_organization(call: Call) -> Json:
    return organization_lifecycle.delete(call.store, _organization(call))


@organization_operation("MergeOrganizationMetadata")
def merge_metadata(call: Call) -> Json:
    organization = _organization(call)
    changes = metadata.merged_fields(organization, call.body, METADATA)
    return record_organization(
        call.store, "organization.updated", call.store.update(ORGANIZATIONS, organization, **changes)
    )


@organization_operation("ReplaceOrganizationMetadata")
def replace_metadata(call: Call) -> Json:
    organization = _organization(call)
    changes = metadata.replaced_fields(call.body, METADATA)
    return record_organization(
        call.store, "organization.updated", call.store.update(ORGANIZATIONS, organization, **changes)
    )


@organization_operation("UploadOrganizationLogo")
def upload_logo(call: Call) -> Json:
    organization = _organization(call)
    uploader = call.body.get("uploader_user_id")
    if uploader and call.store.get(USERS, uploader) is None:
        raise errors.referenced_not_found("uploader_user_id", uploader)
    answer = organization_lifecycle.set_logo(call.store, organization, call.files["file"])
    return {**answer, "logo_url": answer["image_url"]}


@organization_operation("DeleteOrganizationLogo")
def delete_logo(call: Call) -> Json:
    return organization_lifecycle.delete_logo(call.store, _organization(call))


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
    """Return the user who creates the organization, or None. Raises ClerkAPIError if there is no such user."""
    user_id = call.body.get("created_by")
    user = call.store.get(USERS, user_id) if user_id else None
    if user_id and user is None:
        raise ClerkAPIError(400, "organization_creator_not_found", "not found", f"There is no user {user_id}.")
    return user
