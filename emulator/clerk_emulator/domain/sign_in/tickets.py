"""Sign in with a ticket: of a sign-in token, an actor token, an agent task, or an invitation."""

from __future__ import annotations

from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.sessions import tickets as stored
from clerk_emulator.domain.sign_in import attempts
from clerk_emulator.domain.sign_up import invitations
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import SIGN_INS, USERS

_INVITATIONS = (invitations.APPLICATION, invitations.ORGANIZATION)


def sign_in(store: Store, keys: Keys, row: Json, client: Json, ticket: str) -> Json:
    """Complete a sign-in with a ticket, without further factors, and return it.

    Raises ClerkAPIError for a ticket that cannot be used, and for a user who may not sign in.
    """
    verification = verification_codes.verified("ticket", "ticket")
    if (jwts.read(keys, ticket) or {}).get("st") in _INVITATIONS:
        return _accept_invitation(store, keys, row, client, ticket, verification)
    token = stored.use(store, keys, ticket)
    user = store.require(USERS, token["user_id"])
    arguments = stored.session_arguments(token)
    if arguments["actor"]:
        # An impersonator can use a user's account beside the user.
        attempts.require_may_sign_in(store, user)
        row = store.update(SIGN_INS, row, _user_id=user["id"])
    else:
        row = attempts.identify(store, row, client, user)
    return attempts.complete(store, store.update(SIGN_INS, row, _first_factor=verification), **arguments)


def _accept_invitation(store: Store, keys: Keys, row: Json, client: Json, ticket: str, verification: Json) -> Json:
    """Sign in the user whom an invitation was sent to, who accepts it. A second factor is still needed."""
    kind, invitation = invitations.read_ticket(store, keys, ticket)
    address = identifications.find(store, "email_address", invitation["email_address"])
    if address is None:
        message = "Nobody has the address of the invitation yet. Sign up to accept it."
        raise ClerkAPIError(400, "invitation_account_not_exists", "no account", message)
    user = store.require(USERS, address["_user_id"])
    row = attempts.identify(store, row, client, user, _typed=address["_identifier"])
    invitations.accept(store, {"type": kind, "id": invitation["id"]}, user["id"])
    return attempts.pass_first_factor(store, row, verification)
