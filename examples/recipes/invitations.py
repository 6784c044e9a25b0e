"""Invitations by email."""

from __future__ import annotations

from collections.abc import Sequence

from clerkkit import Clerk, ClerkError
from clerkkit.models import Invitation


def invite(clerk: Clerk, email_addresses: Sequence[str]) -> list[tuple[str, Invitation | ClerkError]]:
    """Invite any number of people to sign up, and return each address with its invitation or error.

    Clerk accepts 25 batches of ten per hour. The deadline allows each batch to wait for the end of the hour.
    """
    patient = clerk.with_options(deadline=4000)
    invitations = patient.invitations.create_many({"email_address": address} for address in email_addresses)
    return list(zip(email_addresses, invitations, strict=True))


def send_again(clerk: Clerk, organization_id: str) -> None:
    """Revoke and resend each pending invitation of an organization. An error ends the loop."""
    for old in list(clerk.organization_invitations.iterate(organization_id, status="pending")):
        clerk.organization_invitations.revoke(organization_id, old.id)
        clerk.organization_invitations.create(
            organization_id, email_address=old.email_address, role=old.role, public_metadata=old.public_metadata
        )
