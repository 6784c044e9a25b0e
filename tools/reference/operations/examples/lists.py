"""Examples of `allowlist_identifiers` and `blocklist_identifiers`."""

from __future__ import annotations

from clerkkit import Clerk


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
    print(blocked.total_count, [entry.identifier for entry in blocked.data])


def delete_blocklist_identifier(clerk: Clerk) -> None:
    deleted = clerk.blocklist_identifiers.delete("blid_spam")
    print(deleted.id, deleted.deleted)
