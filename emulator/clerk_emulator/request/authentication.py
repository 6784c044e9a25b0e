"""Who calls: what the `Authorization` header says, and whether it opens an operation."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from clerk_emulator.contract.specification import Operation
from clerk_emulator.errors import Refusal
from clerk_emulator.request.call import HANDLERS, Caller
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store

MachineLookup = Callable[[Store, str], str | None]

_BEARER = re.compile(r"Bearer ([!-~]+)", re.IGNORECASE)
_LOOKUPS: list[MachineLookup] = []


def machine_lookup(lookup: MachineLookup) -> MachineLookup:
    """Registers the function that finds the id of the machine whose secret key this is; None if it is none."""
    _LOOKUPS.append(lookup)
    return lookup


def caller(operation: Operation, header: str | None, keys: Keys, store: Store) -> Caller:
    """Who calls an operation. Raises Clerk's 401 where nobody is known by the key that was shown."""
    instance = Caller(keys.instance_id)
    if operation.public:
        return instance
    shown = _BEARER.fullmatch(header or "")
    if shown is None:
        raise Refusal(
            401,
            "authorization_header_format_invalid",
            "Authorization header is invalid",
            "The Authorization header must be Bearer, a space, and a secret key.",
        )
    key = shown[1]
    if secrets.compare_digest(key, keys.secret_key):
        return instance
    registered = HANDLERS.get(operation.id)
    if registered and registered.for_machines:
        with store.transaction():
            machine = next((found for lookup in _LOOKUPS if (found := lookup(store, key))), None)
        if machine:
            return Caller(machine, is_machine=True)
    raise Refusal(401, "clerk_key_invalid", "The secret key is invalid", "No instance is known by this secret key.")
