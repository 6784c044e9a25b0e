"""Authenticate requests by the secret key in their `Authorization` header."""

from __future__ import annotations

import re
import secrets

from clerk_emulator.call import Caller
from clerk_emulator.contract.specification import Operation
from clerk_emulator.domain.tokens import machine_access
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.operations.registry import HANDLERS
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store

_BEARER = re.compile(r"Bearer ([!-~]+)", re.IGNORECASE)


def authenticate(operation: Operation, header: str | None, keys: Keys, store: Store) -> Caller:
    """Return the caller of an operation. Raises Clerk's 401 for a missing, malformed or unknown key."""
    instance = Caller(keys.instance_id)
    if operation.public:
        return instance
    match = _BEARER.fullmatch(header or "")
    if match is None:
        raise ClerkAPIError(
            401,
            "authorization_header_format_invalid",
            "Authorization header is invalid",
            "The Authorization header must be Bearer, a space, and a secret key.",
        )
    key = match[1]
    if secrets.compare_digest(key, keys.secret_key):
        return instance
    handler = HANDLERS.get(operation.id)
    if handler and handler.allows_machines:
        with store.transaction():
            machine_id = machine_access.machine_id_for_key(store, key)
        if machine_id:
            return Caller(machine_id, is_machine=True)
    raise ClerkAPIError(401, "clerk_key_invalid", "The secret key is invalid", "No instance has this secret key.")
