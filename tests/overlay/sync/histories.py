"""Makes histories on the emulator: random acts, and the events that they cause."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from clerkkit import ApiError, Clerk

Json = dict[str, Any]
Act = tuple[str, int, int]
"""The name of an act, and two numbers that choose what it is done to."""


class Message(NamedTuple):
    """An event with its `svix-id`."""

    id: str
    event: Json


class Instance:
    """The objects of an emulator, as the acts choose among them."""

    def __init__(self, emulator: Emulator, clerk: Clerk) -> None:
        self.emulator = emulator
        self.clerk = clerk
        self.users: list[str] = []
        self.organizations: list[str] = []
        self.members: list[tuple[str, str]] = []
        self.invitations: list[tuple[str, str]] = []
        self.domains: list[tuple[str, str]] = []
        self.roles: list[str] = []
        self.permissions: list[str] = []
        self.waiting: list[str] = []
        self.addresses = 0

    def address(self) -> str:
        """Return a new email address."""
        self.addresses += 1
        return f"p{self.addresses}@example.com"

    def act(self, act: Act) -> None:
        """Do one thing. What Clerk rejects does not happen."""
        name, first, second = act
        with contextlib.suppress(ApiError, ClerkAPIError, IndexError, ZeroDivisionError):
            ACTS[name](self, first, second)


def pick(items: list[Any], number: int) -> Any:
    """Return one of several items."""
    return items[number % len(items)]


def _create_user(one: Instance, first: int, second: int) -> None:
    one.users.append(one.clerk.users.create(email_address=[one.address()], first_name=f"N{first % 3}").id)


def _add_address(one: Instance, first: int, second: int) -> None:
    one.clerk.email_addresses.create(
        user_id=pick(one.users, first), email_address=one.address(), verified=bool(second % 2)
    )


def _delete_user(one: Instance, first: int, second: int) -> None:
    one.clerk.users.delete(one.users.pop(first % len(one.users)))


def _create_organization(one: Instance, first: int, second: int) -> None:
    one.organizations.append(one.clerk.organizations.create(name=f"O{first}", created_by=pick(one.users, second)).id)


def _delete_organization(one: Instance, first: int, second: int) -> None:
    one.clerk.organizations.delete(one.organizations.pop(first % len(one.organizations)))


def _add_member(one: Instance, first: int, second: int) -> None:
    chosen = pick(one.organizations, first), pick(one.users, second)
    one.clerk.organization_memberships.create(chosen[0], user_id=chosen[1], role="org:member")
    one.members.append(chosen)


def _change_role(one: Instance, first: int, second: int) -> None:
    organization, user = pick(one.members, first)
    role = pick(["org:member", "org:admin"], second)
    one.clerk.organization_memberships.update(organization, user, role=role)


def _remove_member(one: Instance, first: int, second: int) -> None:
    one.clerk.organization_memberships.delete(*one.members.pop(first % len(one.members)))


def _invite(one: Instance, first: int, second: int) -> None:
    organization = pick(one.organizations, first)
    invitation = one.clerk.organization_invitations.create(organization, email_address=one.address(), role="org:member")
    one.invitations.append((organization, invitation.id))


def _revoke(one: Instance, first: int, second: int) -> None:
    one.clerk.organization_invitations.revoke(*pick(one.invitations, first))


def _accept(one: Instance, first: int, second: int) -> None:
    one.emulator.accept_organization_invitation(pick(one.invitations, first)[1], pick(one.users, second))


def _add_domain(one: Instance, first: int, second: int) -> None:
    organization = pick(one.organizations, first)
    domain = one.clerk.organization_domains.create(
        organization, name=f"d{second}.example", enrollment_mode="manual_invitation"
    )
    one.domains.append((organization, domain.id))


def _delete_domain(one: Instance, first: int, second: int) -> None:
    one.clerk.organization_domains.delete(*one.domains.pop(first % len(one.domains)))


def _create_role(one: Instance, first: int, second: int) -> None:
    one.roles.append(one.clerk.organization_roles.create(name=f"R{first}", key=f"org:r{first}").id)


def _create_permission(one: Instance, first: int, second: int) -> None:
    key = f"org:f{first}:p{second}"
    one.permissions.append(one.clerk.organization_permissions.create(name=f"P{first}", key=key).id)


def _wait(one: Instance, first: int, second: int) -> None:
    one.waiting.append(one.clerk.waitlist_entries.create(email_address=one.address()).id)


def _checkout(one: Instance, first: int, second: int) -> None:
    one.emulator.billing.checkout(pick(one.users, first), pick(["pro", "max"], second))


def _cancel(one: Instance, first: int, second: int) -> None:
    item = pick(list(one.clerk.billing.list_subscription_items(limit=100).data), first)
    one.clerk.billing.cancel_subscription_item(item.id, end_now=bool(second % 2))


ACTS: dict[str, Callable[[Instance, int, int], Any]] = {
    "create user": _create_user,
    "update user": lambda one, a, b: one.clerk.users.update(pick(one.users, a), first_name=f"N{b}"),
    "add address": _add_address,
    "ban": lambda one, a, b: one.clerk.users.ban(pick(one.users, a)),
    "delete user": _delete_user,
    "sign in": lambda one, a, b: one.emulator.sign_in(pick(one.users, a)),
    "create organization": _create_organization,
    "update organization": lambda one, a, b: one.clerk.organizations.update(pick(one.organizations, a), name=f"O{b}"),
    "delete organization": _delete_organization,
    "add member": _add_member,
    "change role": _change_role,
    "remove member": _remove_member,
    "invite": _invite,
    "revoke": _revoke,
    "accept": _accept,
    "add domain": _add_domain,
    "delete domain": _delete_domain,
    "create role": _create_role,
    "update role": lambda one, a, b: one.clerk.organization_roles.update(pick(one.roles, a), name=f"R{b}"),
    "delete role": lambda one, a, b: one.clerk.organization_roles.delete(one.roles.pop(a % len(one.roles))),
    "create permission": _create_permission,
    "assign": lambda one, a, b: one.clerk.organization_roles.assign_permission(
        pick(one.roles, a), pick(one.permissions, b)
    ),
    "delete permission": lambda one, a, b: one.clerk.organization_permissions.delete(
        one.permissions.pop(a % len(one.permissions))
    ),
    "wait": _wait,
    "reject": lambda one, a, b: one.clerk.waitlist_entries.reject(pick(one.waiting, a)),
    "check out": _checkout,
    "cancel": _cancel,
    "a month passes": lambda one, a, b: one.emulator.clock.advance(31 * 86_400),
}


def make_history(emulator: Emulator, clerk: Clerk, acts: list[Act], *, frozen: bool) -> list[Message]:
    """Reset the emulator, do the acts, and return the events. With `frozen`, all happen in one millisecond."""
    emulator.reset()
    if frozen:
        emulator.clock.freeze()
    instance = Instance(emulator, clerk)
    for plan in ("pro", "max"):
        emulator.billing.add_plan(plan, amount=1000)
    for act in [("create user", 0, 0), ("create user", 1, 0), ("create organization", 0, 0), *acts]:
        instance.act(act)
    return [Message(f"msg_{number}", event) for number, event in enumerate(emulator.events)]


def random_acts(rng: random.Random, count: int) -> list[Act]:
    """Return random acts."""
    return [(rng.choice([*ACTS]), rng.randrange(8), rng.randrange(8)) for _ in range(count)]
