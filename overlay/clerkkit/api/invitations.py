"""Flows for invitations to sign up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from clerk_bapi.api import invitations as bapi
from clerk_bapi.dicts import CreateBulkInvitationsItemDict
from clerk_bapi.models import CreateBulkInvitationsItem, Invitation
from clerkkit.api.batches import BatchFlows

Row: TypeAlias = CreateBulkInvitationsItem | CreateBulkInvitationsItemDict

BATCH_SIZE = 10
"""The number of invitations that Clerk accepts in one request."""


def create_many(invitations: Iterable[Row]) -> BatchFlows[Row, Invitation]:
    """Return flows of `POST /invitations/bulk` and `POST /invitations`; see `clerk.invitations.create_many`."""
    return BatchFlows(
        "invitations",
        invitations,
        BATCH_SIZE,
        create_batch=bapi.create_bulk_invitations,
        create_one=bapi.create_invitation,
    )
