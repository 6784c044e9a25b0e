"""Invitations by email."""

from __future__ import annotations

from collections.abc import Sequence

from clerkkit import Clerk, ClerkError
from clerkkit.models import Invitation, OrganizationInvitation


def invite(clerk: Clerk, email_addresses: Sequence[str]) -> list[tuple[str, Invitation | ClerkError]]:
    """Invite any number of people to sign up; each address comes with its invitation or its error.

    Clerk takes 25 batches of ten an hour: the deadline lets each batch wait for the end of that hour.
    """
    patient = clerk.with_options(deadline=4000)
    invitations = patient.invitations.create_many({"email_address": address} for address in email_addresses)
    return list(zip(email_addresses, invitations, strict=True))


def send_again(clerk: Clerk, organization_id: str) -> list[OrganizationInvitation | ClerkError]:
    """Revoke the pending invitations of an organization and send new ones; return those, or what went wrong."""
    pending = list(clerk.organization_invitations.iterate(organization_id, status="pending"))
    for i in pending:
        clerk.organization_invitations.revoke(organization_id, i.id)
    rows = [{"email_address": i.email_address, "role": i.role, "public_metadata": i.public_metadata} for i in pending]
    return list(clerk.organization_invitations.create_many(organization_id, rows))
