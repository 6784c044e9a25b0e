"""Machines: their secret keys, and which may call which. The operations are in `operations/machines.py`."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.errors import Json
from clerk_emulator.request.call import grouped
from clerk_emulator.storage.store import Kind, Store
from clerk_emulator.storage.tables import MACHINES

SCOPES_LIMIT = 150
"""How many machines a machine may have access to."""

MACHINE_KEYS = Kind(
    "machine_secret_key",
    "mkey",
    {"secret": str, "expires_at": int},
    owners={"machine_id": "machine"},
    unique=("secret",),
)
"""The secret keys of a machine: one without an end (`expires_at` null), and those that it had before."""

MACHINE_SCOPES = Kind(
    "machine_scope",
    "mscope",
    owners={"from_machine_id": "machine", "to_machine_id": "machine"},
    unique=(("from_machine_id", "to_machine_id"),),
)


def need(store: Store, machine_id: str) -> Json:
    """The machine with this id. Raises Clerk's 404, which has a code of its own for machines."""
    machine = store.get(MACHINES, machine_id)
    if machine is None:
        raise errors.not_found("machine", machine_id, code="machine_not_found")
    return machine


def new_key(store: Store, machine_id: str) -> str:
    """A new secret key of a machine, without an end."""
    secret = f"ak_{store.ids.secret()}"
    store.create(MACHINE_KEYS, {"secret": secret, "expires_at": None, "machine_id": machine_id})
    return secret


def of_key(store: Store, secret: str) -> str | None:
    """The id of the machine that has this secret key, while it is valid."""
    key = store.find(
        MACHINE_KEYS,
        MACHINE_KEYS.c.secret == secret,
        sa.or_(MACHINE_KEYS.c.expires_at.is_(None), MACHINE_KEYS.c.expires_at > store.clock.now()),
    )
    return key["machine_id"] if key else None


def scopes(store: Store, machine_ids: Sequence[str]) -> dict[str, list[str]]:
    """For each machine, the ids of those that it may call, in the order in which that was allowed."""
    rows = store.all(MACHINE_SCOPES, MACHINE_SCOPES.c.from_machine_id.in_(machine_ids))
    held = grouped(rows, "from_machine_id")
    return {one: [row["to_machine_id"] for row in held.get(one, [])] for one in machine_ids}
