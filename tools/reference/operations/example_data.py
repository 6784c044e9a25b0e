"""The data with which each example begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerkkit import Clerk

if TYPE_CHECKING:
    from tools.reference.operations.world import World


def populate(world: World, clerk: Clerk) -> None:
    """Create the data."""
    _add_users(world, clerk)
    _add_organizations(world, clerk)
    _add_lists(world, clerk)


def _add_users(world: World, clerk: Clerk) -> None:
    world.expect("user_ada", "a user, Ada Lovelace, who is the administrator of Acme")
    world.expect("idn_ada", "the primary email address of Ada")
    clerk.users.create(
        email_address=["ada@example.com"],
        first_name="Ada",
        last_name="Lovelace",
        username="ada_lovelace",
        external_id="customer-1",
        password="correct horse battery staple",
        public_metadata={"plan": "pro"},
    )
    world.expect("user_bob", "a user, Bob Byrne, who is a member of Acme")
    world.expect("idn_bob", "the primary email address of Bob")
    clerk.users.create(email_address=["bob@example.com"], first_name="Bob", last_name="Byrne")


def _add_organizations(world: World, clerk: Clerk) -> None:
    world.expect("org_acme", "an organization, Acme, with Ada and Bob")
    clerk.organizations.create(name="Acme", slug="acme", created_by="user_ada")
    clerk.organization_memberships.create("org_acme", user_id="user_bob", role="org:member")


def _add_lists(world: World, clerk: Clerk) -> None:
    world.expect("alid_partner", "an entry of the allowlist")
    clerk.allowlist_identifiers.create(identifier="*@partner.example")
    world.expect("blid_spam", "an entry of the blocklist")
    clerk.blocklist_identifiers.create(identifier="*@spam.example")
