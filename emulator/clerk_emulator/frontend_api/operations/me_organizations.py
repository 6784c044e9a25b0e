"""The user's memberships, and the invitations and suggestions to join further organizations."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.enterprise.provisioning import require_membership_not_managed
from clerk_emulator.domain.organizations import domain_offers, membership_invitations, membership_requests, memberships
from clerk_emulator.domain.organizations.organization_profiles import require_organizations_enabled
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import cut_page, list_page
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.organizations import (
    serialize_invitations,
    serialize_memberships,
    serialize_suggestions,
)
from clerk_emulator.json_types import Json
from clerk_emulator.storage.conditions import is_one_of
from clerk_emulator.storage.tables import AUTOMATIC_INVITATIONS, MEMBERSHIPS, ORGANIZATION_INVITATIONS, SUGGESTIONS


@frontend_operation("getOrganizationMemberships")
def list_memberships(call: BrowserCall) -> Json | list[Json]:
    user = call.require_user()
    page = list_page(call, MEMBERSHIPS, MEMBERSHIPS.c.user_id == user["id"], serialize=serialize_memberships)
    return page if call.query["paginated"] else page["data"]


@frontend_operation("deleteOrganizationMemberships")
def leave_organization(call: BrowserCall) -> Json:
    user = _user(call)
    membership = memberships.of_user(call.store, call.path["organization_id"], user["id"])
    if membership is None:
        raise errors.not_found("membership in organization", call.path["organization_id"])
    require_membership_not_managed(call.store, membership)
    memberships.remove(call.store, membership)
    return {"object": "organization_membership", "id": membership["id"], "deleted": True}


@frontend_operation("getUsersOrganizationInvitations")
def list_invitations(call: BrowserCall) -> Json:
    user = _user(call)
    domain_offers.refresh(call.store, user)
    membership_invitations.expire(call.store)
    addresses = membership_invitations.verified_addresses(call.store, user["id"])
    statuses = call.query["status"]
    rows = [
        row
        for table, condition in (
            (ORGANIZATION_INVITATIONS, ORGANIZATION_INVITATIONS.c.email_address.in_(addresses)),
            (AUTOMATIC_INVITATIONS, AUTOMATIC_INVITATIONS.c.user_id == user["id"]),
        )
        for row in call.store.all(table, condition)
        if not statuses or row["status"] in statuses
    ]
    rows.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
    return cut_page(call, serialize_invitations(call, rows))


@frontend_operation("acceptOrganizationInvitation")
def accept_invitation(call: BrowserCall) -> Json:
    user = _user(call)
    invitation_id = call.path["invitation_id"]
    of_user = AUTOMATIC_INVITATIONS.c.user_id == user["id"]
    automatic = call.store.find(AUTOMATIC_INVITATIONS, AUTOMATIC_INVITATIONS.c.id == invitation_id, of_user)
    if automatic:
        accepted = domain_offers.accept_invitation(call.store, automatic, user)
    else:
        membership_invitations.accept(call.store, invitation_id, user["id"])
        accepted = call.store.require(ORGANIZATION_INVITATIONS, invitation_id)
    return serialize_invitations(call, [accepted])[0]


@frontend_operation("getOrganizationSuggestions")
def list_suggestions(call: BrowserCall) -> Json:
    user = _user(call)
    domain_offers.refresh(call.store, user)
    return list_page(
        call,
        SUGGESTIONS,
        SUGGESTIONS.c.user_id == user["id"],
        is_one_of(SUGGESTIONS.c.status, call.query["status"]),
        serialize=serialize_suggestions,
    )


@frontend_operation("acceptOrganizationSuggestion")
def accept_suggestion(call: BrowserCall) -> Json:
    user = _user(call)
    domain_offers.refresh(call.store, user)
    suggestion = domain_offers.require_suggestion(call.store, call.path["suggestion_id"], user)
    return serialize_suggestions(call, [membership_requests.accept_suggestion(call.store, suggestion, user)])[0]


def _user(call: BrowserCall) -> Json:
    user = call.require_user()
    require_organizations_enabled(call.store)
    return user
