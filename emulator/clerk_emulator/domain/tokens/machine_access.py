"""Machines: their secret keys, and which machines may call each other."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.rows import group_by
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import MACHINES

SCOPES_LIMIT = 150
"""Maximum number of machines that a machine may call."""

MACHINE_KEYS = ResourceTable(
    "machine_secret_key",
    "mkey",
    {"secret": str, "expires_at": int},
    owners={"machine_id": "machine"},
    unique=("secret",),
)
"""The current secret key of a machine, which does not expire (`expires_at` is null), and its former ones."""

MACHINE_SCOPES = ResourceTable(
    "machine_scope",
    "mscope",
    owners={"from_machine_id": "machine", "to_machine_id": "machine"},
    unique=(("from_machine_id", "to_machine_id"),),
)


def require(store: Store, machine_id: str) -> Json:
    """Return the machine with this id. Raises Clerk's 404 with the code `machine_not_found`."""
    machine = store.get(MACHINES, machine_id)
    if machine is None:
        raise errors.not_found("machine", machine_id, code="machine_not_found")
    return machine


def new_key(store: Store, machine_id: str) -> str:
    """Return a new secret key of a machine. It does not expire."""
    secret = f"ak_{store.ids.secret()}"
    store.create(MACHINE_KEYS, {"secret": secret, "expires_at": None, "machine_id": machine_id})
    return secret


def machine_id_for_key(store: Store, secret: str) -> str | None:
    """Return the id of the machine with this secret key, or None if the key is unknown or has expired."""
    key = store.find(
        MACHINE_KEYS,
        MACHINE_KEYS.c.secret == secret,
        sql.or_(MACHINE_KEYS.c.expires_at.is_(None), MACHINE_KEYS.c.expires_at > store.clock.now()),
    )
    return key["machine_id"] if key else None


def scopes(store: Store, machine_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return for each machine the ids of those that it may call, in the order of permission."""
    rows = store.all(MACHINE_SCOPES, MACHINE_SCOPES.c.from_machine_id.in_(machine_ids))
    by_machine = group_by(rows, "from_machine_id")
    return {one: [row["to_machine_id"] for row in by_machine.get(one, [])] for one in machine_ids}
