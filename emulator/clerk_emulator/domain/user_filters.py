"""Filters by what users are: those that lists of users and lists of members have in common."""

from __future__ import annotations

import sqlalchemy as sa

from clerk_emulator.errors import Json
from clerk_emulator.request.listing import among, between, partial, signed
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_FULL_NAME = sa.func.coalesce(USERS.c.first_name, "") + " " + sa.func.coalesce(USERS.c.last_name, "")


def of_query(query: Json) -> list[Where | None]:
    """Conditions on users for the parameters of a query that say something of them."""
    return [
        _among_identifiers("email_address", query["email_address"]),
        _among_identifiers("phone_number", query["phone_number"]),
        _among_identifiers("web3_wallet", query["web3_wallet"]),
        among(USERS.c.username, [value.lower() for value in query["username"] or ()]),
        signed(USERS.c.id, query["user_id"]),
        _anywhere(query["query"]),
        _partial_identifier("email_address", query["email_address_query"]),
        _partial_identifier("phone_number", query["phone_number_query"]),
        partial(query["username_query"], USERS.c.username),
        partial(query["name_query"], _FULL_NAME),
        between(USERS.c.last_active_at, query["last_active_at_after"], query["last_active_at_before"]),
        between(USERS.c.created_at, query["created_at_after"], query["created_at_before"]),
    ]


def identified(condition: Where) -> Where:
    """A condition on identifications as one on users."""
    return USERS.c.id.in_(sa.select(IDENTIFICATIONS.c.user_id).where(condition))


def _among_identifiers(kind: str, values: list[str] | None) -> Where | None:
    # A plus in a query is read as a space, unless it was encoded.
    plain = ["+" + value[1:] if value[:1] == " " else value for value in values or ()]
    # Wallets of other chains than Ethereum tell upper from lower case.
    values = [value if kind == "web3_wallet" and not value.startswith("0x") else value.lower() for value in plain]
    condition = among(IDENTIFICATIONS.c.identifier, values)
    return None if condition is None else identified(sa.and_(IDENTIFICATIONS.c.object == kind, condition))


def _partial_identifier(kind: str, text: str | None) -> Where | None:
    condition = partial(text, IDENTIFICATIONS.c.identifier)
    return None if condition is None else identified(sa.and_(IDENTIFICATIONS.c.object == kind, condition))


def _anywhere(text: str | None) -> Where | None:
    if not text:
        return None
    identifiers = partial(text, IDENTIFICATIONS.c.identifier)
    names = partial(text, USERS.c.id, USERS.c.username, USERS.c.first_name, USERS.c.last_name)
    assert identifiers is not None
    assert names is not None
    return sa.or_(names, identified(identifiers))
