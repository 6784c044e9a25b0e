"""Machines, their secret keys and their scopes."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain.tokens import machine_access
from clerk_emulator.domain.tokens.machine_access import MACHINE_KEYS, MACHINE_SCOPES, SCOPES_LIMIT
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.tables import MACHINES

_TTL = 3600


@operation("CreateMachine")
def create_machine(call: Call) -> Json:
    body = call.body
    scoped: list[str] = body.get("scoped_machines", [])
    if len(set(scoped)) < len(scoped):
        raise errors.duplicate("scoped_machines")
    for other in scoped:
        if call.store.get(MACHINES, other) is None:
            raise errors.referenced_not_found("scoped_machines", other)
    machine = call.store.create(
        MACHINES,
        {
            "name": body["name"],
            "instance_id": call.keys.instance_id,
            "default_token_ttl": body.get("default_token_ttl", _TTL),
        },
    )
    for other in scoped:
        call.store.create(MACHINE_SCOPES, {"from_machine_id": machine["id"], "to_machine_id": other})
    return {**_serialize(call, machine), "secret_key": machine_access.new_key(call.store, machine["id"])}


@operation("ListMachines")
def list_machines(call: Call) -> Response:
    where = contains_text(call.query["query"], MACHINES.c.name, exact=MACHINES.c.id)
    return list_resources(call, MACHINES, where, sort=("created_at", "name"), serialize=_serialize_all)


@operation("GetMachine")
def get_machine(call: Call) -> Json:
    return _serialize(call, _machine(call))


@operation("UpdateMachine")
def update_machine(call: Call) -> Json:
    return _serialize(call, call.store.update(MACHINES, _machine(call), **call.body))


@operation("DeleteMachine")
def delete_machine(call: Call) -> Json:
    machine = _machine(call)
    call.store.delete(MACHINES, MACHINES.c.id == machine["id"])
    return deleted_object(machine)


@operation("GetMachineSecretKey")
def get_machine_secret_key(call: Call) -> Json:
    machine = _machine(call)
    key = call.store.find(MACHINE_KEYS, MACHINE_KEYS.c.machine_id == machine["id"], MACHINE_KEYS.c.expires_at.is_(None))
    assert key is not None, "a machine always has a key that does not expire"
    return _serialize_key(key["secret"])


@operation("RotateMachineSecretKey")
def rotate_machine_secret_key(call: Call) -> Json:
    machine = _machine(call)
    call.store.update_all(
        MACHINE_KEYS,
        MACHINE_KEYS.c.machine_id == machine["id"],
        MACHINE_KEYS.c.expires_at.is_(None),
        expires_at=call.clock.now() + call.body["previous_token_ttl"] * 1000,
    )
    return _serialize_key(machine_access.new_key(call.store, machine["id"]))


@operation("CreateMachineScope")
def create_machine_scope(call: Call) -> Json:
    machine_id, other = _machine(call)["id"], call.body["to_machine_id"]
    if call.store.get(MACHINES, other) is None:
        raise errors.referenced_not_found("to_machine_id", other)
    callable_ids = machine_access.scopes(call.store, [machine_id])[machine_id]
    if other in callable_ids:
        # Clerk's code for this is not known.
        raise ClerkAPIError(
            409, "conflict", "already exists", f"Machine {machine_id} may already call machine {other}."
        )
    if len(callable_ids) >= SCOPES_LIMIT:
        message = f"A machine must not have more than {SCOPES_LIMIT} scopes."
        raise ClerkAPIError(403, "quota_exceeded", "too many scopes", message)
    scope = call.store.create(MACHINE_SCOPES, {"from_machine_id": machine_id, "to_machine_id": other})
    return {name: scope[name] for name in ("object", "from_machine_id", "to_machine_id", "created_at")}


@operation("DeleteMachineScope")
def delete_machine_scope(call: Call) -> Json:
    machine_id, other = _machine(call)["id"], call.path["other_machine_id"]
    deleted_count = call.store.delete(
        MACHINE_SCOPES, MACHINE_SCOPES.c.from_machine_id == machine_id, MACHINE_SCOPES.c.to_machine_id == other
    )
    if not deleted_count:
        raise errors.not_found(f"scope of machine {machine_id}", other)
    return {"object": MACHINE_SCOPES.name, "from_machine_id": machine_id, "to_machine_id": other, "deleted": True}


def _machine(call: Call) -> Json:
    return machine_access.require(call.store, call.path["machine_id"])


def _serialize_key(secret: str) -> Json:
    return {"object": MACHINE_KEYS.name, "secret": secret}


def _serialize(call: Call, machine: Json) -> Json:
    (one,) = _serialize_all(call, [machine])
    return one


def _serialize_all(call: Call, rows: list[Json]) -> list[Json]:
    callable_ids = machine_access.scopes(call.store, [row["id"] for row in rows])
    ids = {other for others in callable_ids.values() for other in others}
    others = {row["id"]: row for row in call.store.all(MACHINES, MACHINES.c.id.in_(ids))}
    return [{**row, "scoped_machines": [others[other] for other in callable_ids[row["id"]]]} for row in rows]
