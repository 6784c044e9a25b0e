"""Begin sign-ins."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.enterprise import sign_on
from clerk_emulator.domain.sign_in import attempts, first_factor, identifiers, social_sign_ins, tickets, transfers
from clerk_emulator.domain.social import flows
from clerk_emulator.errors import ClerkAPIError, keep_writes
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import SIGN_INS


def create(store: Store, keys: Keys, client: Json, values: Json, origin: str | None) -> Json:
    """Return a new sign-in of a client with the values that a browser sends.

    A ticket, a transfer, or an identifier with its password complete it at once, and a strategy that sends a code to
    the identifier sends it. Raises ClerkAPIError; the sign-in is kept if a password was wrong.
    """
    row = attempts.start(store, client, origin)
    strategy: str = values.get("strategy") or ""
    if values.get("transfer"):
        return transfers.sign_in(store, row, client)
    if strategy == "ticket" or values.get("ticket"):
        if not values.get("ticket"):
            raise errors.missing("ticket")
        return tickets.sign_in(store, keys, row, client, values["ticket"])
    if strategy.startswith(flows.PREFIX):
        return social_sign_ins.prepare(store, row, values)
    identifier: str = values.get("identifier") or ""
    if not identifier:
        if strategy == "passkey":
            return first_factor.prepare(store, keys, row, values)
        if strategy:
            raise errors.missing("identifier")
        return row
    row = _identify(store, row, client, identifier)
    if strategy == "password" or (not strategy and values.get("password")):
        try:
            return first_factor.attempt(store, row, {**values, "strategy": "password"})
        except ClerkAPIError as error:
            raise keep_writes(error) from None
    return first_factor.prepare(store, keys, row, values) if strategy else row


def _identify(store: Store, row: Json, client: Json, identifier: str) -> Json:
    """Set the user whom an identifier belongs to. Raises ClerkAPIError if nobody has it, if the instance tells that."""
    kind, typed = identifiers.parse(store, identifier)
    user = identifiers.find_user(store, kind, typed)
    named: Json = {"identifier": identifier, "_typed": typed}
    if user is None and kind == "email_address" and sign_on.connection_for(store, typed):
        # Who has an account with the connection can sign up with it.
        return store.update(SIGN_INS, row, status="needs_first_factor", client_trust_state="new", **named)
    if user is not None:
        return attempts.identify(store, row, client, user, **named)
    if not AUTHENTICATION.value(store, "enumeration_protection"):
        raise identifiers.not_found()
    # The same as for an identifier that somebody has. No factor of it can be verified.
    named |= {"_kind": kind, "_identification_id": store.ids.new("idn")}
    return store.update(SIGN_INS, row, status="needs_first_factor", client_trust_state="new", **named)
