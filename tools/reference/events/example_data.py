"""The emulator in which the events happen, with the data that it begins with."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from unittest import mock

from clerkkit import Clerk
from tools.reference.operations.world import CREATED_AT, NOW, REAL_TIME, World, milliseconds


@contextmanager
def populated_world() -> Generator[World]:
    """Run an emulator with two users and an organization, whose clock is frozen when it is restarted."""
    # The roles that it begins with have ids that contain the time. Deliveries need the real one later.
    with mock.patch(REAL_TIME, return_value=milliseconds(CREATED_AT)):
        world = World()
    with world, Clerk(world.secret_key, base_url=world.url, max_retries=0) as clerk:
        world.clock.freeze(CREATED_AT)
        _populate(world, clerk)
        world.save()
        yield world


def restart(world: World) -> None:
    """Restore the data, and the time at which each event happens."""
    world.restart()
    world.clock.freeze(NOW)


def _populate(world: World, clerk: Clerk) -> None:
    world.expect("user_ada", "a user, Ada Lovelace, who is the administrator of Acme")
    world.expect("idn_ada", "the email address of Ada")
    clerk.users.create(
        email_address=["ada@example.com"], first_name="Ada", last_name="Lovelace", username="ada_lovelace"
    )
    world.expect("user_bob", "a user, Bob Byrne, who is a member of Acme")
    world.expect("idn_bob", "the email address of Bob")
    clerk.users.create(email_address=["bob@example.com"], first_name="Bob", last_name="Byrne")
    world.expect("org_acme", "an organization, Acme, with Ada and Bob")
    clerk.organizations.create(name="Acme", slug="acme", created_by="user_ada")
    clerk.organization_memberships.create("org_acme", user_id="user_bob", role="org:member")
