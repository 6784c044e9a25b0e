"""Organizations: create, get, change and delete them, and their logo."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.lifecycle import organization_lifecycle
from clerk_emulator.domain.organizations.organization_profiles import require_organizations_enabled
from clerk_emulator.domain.organizations.roles import DELETE_PROFILE, MANAGE_PROFILE
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.uploads import uploaded_file
from clerk_emulator.frontend_api.views.organizations import serialize_organization
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.tables import ORGANIZATIONS

_PROFILE = ("name", "slug")


@frontend_operation("createOrganization")
def create_organization(call: BrowserCall) -> Json:
    user = call.require_user()
    require_organizations_enabled(call.store)
    if not (user["create_organization_enabled"] and AUTHENTICATION.value(call.store, "create_organization")):
        message = f"User {user['id']} may not create organizations."
        raise ClerkAPIError(403, "user_create_organization_not_enabled", "not enabled", message)
    if not call.body.get("name"):
        raise errors.missing("name")
    organization = organization_lifecycle.create(call.store, user, _profile(call))
    return serialize_organization(call, organization)


@frontend_operation("getOrganizationCreationDefaults")
def get_creation_defaults(call: BrowserCall) -> Json:
    call.require_user()
    # Clerk derives a name and a logo from the domain of the user's address. The emulator suggests none.
    return {"form": {"name": "", "slug": "", "logo": None}, "advisory": None}


@frontend_operation("getOrganization")
def get_organization(call: BrowserCall) -> Json:
    return serialize_organization(call, require_member(call).organization)


@frontend_operation("updateOrganization")
def update_organization(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_PROFILE).organization
    organization_lifecycle.update(call.store, organization, _profile(call))
    return _current(call, organization)


@frontend_operation("deleteOrganization")
def delete_organization(call: BrowserCall) -> Json:
    organization = require_member(call, DELETE_PROFILE).organization
    if not organization["admin_delete_enabled"]:
        message = "Members may not delete this organization."
        raise ClerkAPIError(403, "organization_admin_delete_not_enabled", "not enabled", message)
    return organization_lifecycle.delete(call.store, organization)


@frontend_operation("updateOrganizationLogo")
def update_logo(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_PROFILE).organization
    organization_lifecycle.set_logo(call.store, organization, uploaded_file(call))
    return _current(call, organization)


@frontend_operation("deleteOrganizationLogo")
def delete_logo(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_PROFILE).organization
    organization_lifecycle.delete_logo(call.store, organization)
    return {"object": "image", "id": organization["_image"], "deleted": True}


def _profile(call: BrowserCall) -> Json:
    return {name: call.body[name] for name in _PROFILE if name in call.body}


def _current(call: BrowserCall, organization: Json) -> Json:
    return serialize_organization(call, call.store.require(ORGANIZATIONS, organization["id"]))
