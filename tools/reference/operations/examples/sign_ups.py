"""Examples of `invitations`, `waitlist_entries`, `sign_ups` and of the lists of identifiers."""

from __future__ import annotations

from clerkkit import Clerk


def create_invitation(clerk: Clerk) -> None:
    invitation = clerk.invitations.create(
        email_address="erin@example.com",
        redirect_url="https://app.example.com/welcome",
        public_metadata={"plan": "pro"},
        expires_in_days=7,
    )
    print(invitation.email_address, invitation.status)


def create_bulk_invitations(clerk: Clerk) -> None:
    invitations = clerk.invitations.bulk_create(
        [{"email_address": "erin@example.com"}, {"email_address": "frank@example.com", "notify": False}]
    )
    for invitation in invitations:
        print(invitation.email_address, invitation.status)


def list_invitations(clerk: Clerk) -> None:
    for invitation in clerk.invitations.list(status="pending"):
        print(invitation.id, invitation.email_address)


def revoke_invitation(clerk: Clerk) -> None:
    invitation = clerk.invitations.revoke("inv_dora")
    print(invitation.status)


def create_waitlist_entry(clerk: Clerk) -> None:
    entry = clerk.waitlist_entries.create(email_address="frank@example.com", notify=False)
    print(entry.email_address, entry.status)


def create_bulk_waitlist_entries(clerk: Clerk) -> None:
    entries = clerk.waitlist_entries.bulk_create(
        [{"email_address": "frank@example.com"}, {"email_address": "heidi@example.com"}]
    )
    for entry in entries:
        print(entry.email_address, entry.status)


def list_waitlist_entries(clerk: Clerk) -> None:
    entries = clerk.waitlist_entries.list(status="pending")
    for entry in entries.data:
        print(entry.id, entry.email_address)


def invite_waitlist_entry(clerk: Clerk) -> None:
    entry = clerk.waitlist_entries.invite("wle_eve")
    print(entry.status)


def reject_waitlist_entry(clerk: Clerk) -> None:
    entry = clerk.waitlist_entries.reject("wle_eve")
    print(entry.status)


def delete_waitlist_entry(clerk: Clerk) -> None:
    deleted = clerk.waitlist_entries.delete("wle_eve")
    print(deleted.id, deleted.deleted)


def get_sign_up(clerk: Clerk) -> None:
    sign_up = clerk.sign_ups.get("sua_grace")
    print(sign_up.status, sign_up.email_address)


def update_sign_up(clerk: Clerk) -> None:
    sign_up = clerk.sign_ups.update("sua_grace", external_id="customer-3")
    print(sign_up.external_id)


def create_allowlist_identifier(clerk: Clerk) -> None:
    entry = clerk.allowlist_identifiers.create(identifier="*@example.com")
    print(entry.identifier, entry.identifier_type)


def list_allowlist_identifiers(clerk: Clerk) -> None:
    for entry in clerk.allowlist_identifiers.list(limit=10):
        print(entry.id, entry.identifier)


def delete_allowlist_identifier(clerk: Clerk) -> None:
    deleted = clerk.allowlist_identifiers.delete("alid_partner")
    print(deleted.id, deleted.deleted)


def create_blocklist_identifier(clerk: Clerk) -> None:
    entry = clerk.blocklist_identifiers.create(identifier="*@throwaway.example")
    print(entry.identifier, entry.identifier_type)


def list_blocklist_identifiers(clerk: Clerk) -> None:
    blocked = clerk.blocklist_identifiers.list()
    for entry in blocked.data:
        print(entry.id, entry.identifier)


def delete_blocklist_identifier(clerk: Clerk) -> None:
    deleted = clerk.blocklist_identifiers.delete("blid_spam")
    print(deleted.id, deleted.deleted)
