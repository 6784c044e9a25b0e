"""Flows for invitations to an organization."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TypeAlias

from clerk_bapi.api import organization_invitations as bapi
from clerk_bapi.dicts import CreateOrganizationInvitationBulkItemDict
from clerk_bapi.models import CreateOrganizationInvitationBulkItem, OrganizationInvitation
from clerkkit.api.batches import BatchFlows

Row: TypeAlias = CreateOrganizationInvitationBulkItem | CreateOrganizationInvitationBulkItemDict

BATCH_SIZE = 10
"""The number of invitations that Clerk accepts in one request."""


def create_many(organization_id: str, invitations: Iterable[Row]) -> BatchFlows[Row, OrganizationInvitation]:
    """Return flows of `POST /organizations/{organization_id}/invitations/bulk` and `POST .../invitations`.

    See `clerk.organization_invitations.create_many`.
    """
    return BatchFlows(
        "invitations",
        invitations,
        BATCH_SIZE,
        create_batch=partial(bapi.create_organization_invitation_bulk, organization_id),
        create_one=partial(bapi.create_organization_invitation, organization_id),
    )
