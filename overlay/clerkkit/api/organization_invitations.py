"""Flows about invitations to an organization: Clerk takes a few in one request."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TypeAlias

from clerk_bapi.api import organization_invitations as bapi
from clerk_bapi.models.organization_invitations import (
    CreateOrganizationInvitationBulkItem,
    CreateOrganizationInvitationBulkItemDict,
)
from clerk_bapi.models.shared import OrganizationInvitation
from clerkkit.batches import Batches

Row: TypeAlias = CreateOrganizationInvitationBulkItem | CreateOrganizationInvitationBulkItemDict

BATCH_SIZE = 10
"""Invitations that Clerk takes in one request."""


def create_many(organization_id: str, invitations: Iterable[Row]) -> Batches[Row, OrganizationInvitation]:
    """Flows of `POST /organizations/{organization_id}/invitations/bulk` and its like for one.

    See `clerk.organization_invitations.create_many`.
    """
    return Batches(
        "invitations",
        invitations,
        BATCH_SIZE,
        together=partial(bapi.create_organization_invitation_bulk, organization_id),
        alone=partial(bapi.create_organization_invitation, organization_id),
    )
