"""Invitations to an organization, and requests to join it, as its members handle them."""

from __future__ import annotations

from clerk_emulator.domain.organizations import membership_invitations, membership_requests
from clerk_emulator.domain.organizations.organization_profiles import pending_invitations
from clerk_emulator.domain.organizations.roles import MANAGE_MEMBERS
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import list_page
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.organizations import serialize_invitations, serialize_requests
from clerk_emulator.json_types import Json
from clerk_emulator.storage.conditions import is_one_of
from clerk_emulator.storage.tables import MEMBERSHIP_REQUESTS
from clerk_emulator.storage.tables import ORGANIZATION_INVITATIONS as INVITATIONS


@frontend_operation("createOrganizationInvitations")
def create_invitation(call: BrowserCall) -> Json:
    return _invite(call, [call.body["email_address"]])[0]


@frontend_operation("bulkCreateOrganizationInvitations")
def create_invitations(call: BrowserCall) -> list[Json]:
    return _invite(call, call.body["email_address"])


def _invite(call: BrowserCall, addresses: list[str]) -> list[Json]:
    access = require_member(call, MANAGE_MEMBERS)
    body = {"role": call.body["role"], "inviter_user_id": access.user["id"], "notify": call.body.get("notify")}
    in_bulk = len(addresses) > 1
    invited = [
        membership_invitations.invite(
            call.store, call.keys, access.organization, {**body, "email_address": address}, in_bulk=in_bulk
        )
        for address in addresses
    ]
    return serialize_invitations(call, [call.store.require(INVITATIONS, one["id"]) for one in invited])


@frontend_operation("getOrganizationInvitations")
def list_invitations(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_MEMBERS).organization
    membership_invitations.expire(call.store)
    return list_page(
        call,
        INVITATIONS,
        INVITATIONS.c.organization_id == organization["id"],
        is_one_of(INVITATIONS.c.status, call.query["status"]),
        serialize=serialize_invitations,
    )


@frontend_operation("getAllPendingOrganizationInvitations")
def list_pending_invitations(call: BrowserCall) -> list[Json]:
    organization = require_member(call, MANAGE_MEMBERS).organization
    pending = call.store.all(INVITATIONS, *pending_invitations(call.store, organization))
    return serialize_invitations(call, pending)


@frontend_operation("revokePendingOrganizationInvitation")
def revoke_invitation(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_MEMBERS).organization
    membership_invitations.expire(call.store)
    here = INVITATIONS.c.organization_id == organization["id"]
    invitation = call.store.require(INVITATIONS, call.path["invitation_id"], here)
    membership_invitations.revoke(call.store, invitation)
    return serialize_invitations(call, [call.store.require(INVITATIONS, invitation["id"])])[0]


@frontend_operation("listOrganizationMembershipRequests")
def list_requests(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_MEMBERS).organization
    return list_page(
        call,
        MEMBERSHIP_REQUESTS,
        MEMBERSHIP_REQUESTS.c.organization_id == organization["id"],
        is_one_of(MEMBERSHIP_REQUESTS.c.status, call.query["status"]),
        serialize=serialize_requests,
    )


@frontend_operation("acceptOrganizationMembershipRequest")
def accept_request(call: BrowserCall) -> Json:
    return _one(call, membership_requests.accept(call.store, _request(call)))


@frontend_operation("rejectOrganizationMembershipRequest")
def reject_request(call: BrowserCall) -> Json:
    return _one(call, membership_requests.reject(call.store, _request(call)))


def _request(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_MEMBERS).organization
    return membership_requests.require(call.store, organization, call.path["request_id"])


def _one(call: BrowserCall, request: Json) -> Json:
    return serialize_requests(call, [request])[0]
