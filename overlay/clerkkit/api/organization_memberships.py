"""Endpoint functions about memberships, and a flow: the API can merge their metadata, and not replace it."""

from __future__ import annotations

from clerk_bapi.api import organization_memberships as bapi
from clerk_bapi.models.shared import OrganizationMembership, OrganizationMemberships
from clerk_core import UNSET, Request, Unset
from clerkkit.flow import Flow
from clerkkit.metadata import OF_ORGANIZATIONS, Metadata, fields, patch


def update_metadata(
    organization_id: str, user_id: str, metadata: Metadata | Unset = UNSET, **named: Metadata | Unset
) -> Request[OrganizationMembership]:
    """`PATCH /organizations/{organization_id}/memberships/{user_id}/metadata`.

    See `clerk.organization_memberships.merge_and_update_membership_metadata`.
    """
    given = fields(OF_ORGANIZATIONS, metadata, **named)
    return bapi.update_organization_membership_metadata(organization_id, user_id, **given)


def replace_metadata(
    organization_id: str, user_id: str, metadata: Metadata | Unset = UNSET, **named: Metadata | Unset
) -> Flow[OrganizationMembership]:
    """A flow of two requests; see `clerk.organization_memberships.replace_metadata`."""
    wanted = fields(OF_ORGANIZATIONS, metadata, **named)
    found: OrganizationMemberships = yield bapi.list_organization_memberships(organization_id, user_id=[user_id])
    # Without a membership all is new, and the server says to the next request that there is none.
    rows = getattr(found, "data", None) or ()
    old = next((row for row in rows if getattr(row.public_user_data, "user_id", None) == user_id), None)
    changes = {name: patch(name, getattr(old, name, None), new) for name, new in wanted.items()}
    membership: OrganizationMembership = yield bapi.update_organization_membership_metadata(
        organization_id, user_id, **changes
    )
    return membership
