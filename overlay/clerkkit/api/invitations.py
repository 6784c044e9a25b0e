"""Flows about invitations to sign up: Clerk takes a few in one request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from clerk_bapi.api import invitations as bapi
from clerk_bapi.models.invitations import CreateBulkInvitationsItem, CreateBulkInvitationsItemDict
from clerk_bapi.models.shared import Invitation
from clerkkit.batches import Batches

Row: TypeAlias = CreateBulkInvitationsItem | CreateBulkInvitationsItemDict

BATCH_SIZE = 10
"""Invitations that Clerk takes in one request."""


def create_many(invitations: Iterable[Row]) -> Batches[Row, Invitation]:
    """Flows of `POST /invitations/bulk` and `POST /invitations`; see `clerk.invitations.create_many`."""
    return Batches(
        "invitations",
        invitations,
        BATCH_SIZE,
        together=bapi.create_bulk_invitations,
        alone=bapi.create_invitation,
    )
