"""Filters on users, for lists of users and of members."""

from __future__ import annotations

from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import contains_text, includes_or_excludes, is_between, is_one_of
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

FULL_NAME = sql.concat(sql.coalesce(USERS.c.first_name, ""), " ", sql.coalesce(USERS.c.last_name, ""))


def of_query(query: Json) -> list[Where | None]:
    """Return the conditions on users for a query's parameters."""
    return [
        _identifier_is_one_of("email_address", query["email_address"]),
        _identifier_is_one_of("phone_number", query["phone_number"]),
        _identifier_is_one_of("web3_wallet", query["web3_wallet"]),
        is_one_of(USERS.c.username, [value.lower() for value in query["username"] or ()]),
        includes_or_excludes(USERS.c.id, query["user_id"]),
        any_field_contains(query["query"]),
        _identifier_contains("email_address", query["email_address_query"]),
        _identifier_contains("phone_number", query["phone_number_query"]),
        contains_text(query["username_query"], USERS.c.username),
        contains_text(query["name_query"], FULL_NAME),
        is_between(USERS.c.last_active_at, query["last_active_at_after"], query["last_active_at_before"]),
        is_between(USERS.c.created_at, query["created_at_after"], query["created_at_before"]),
    ]


def user_condition(condition: Where) -> Where:
    """Turn a condition on identifications into one on users."""
    return USERS.c.id.in_(sql.select(IDENTIFICATIONS.c.user_id).where(condition))


def _identifier_is_one_of(kind: str, values: list[str] | None) -> Where | None:
    # An unencoded plus in a query is decoded as a space.
    unescaped = ["+" + value[1:] if value[:1] == " " else value for value in values or ()]
    # Wallet addresses are case-sensitive, except on Ethereum.
    values = [value if kind == "web3_wallet" and not value.startswith("0x") else value.lower() for value in unescaped]
    condition = is_one_of(IDENTIFICATIONS.c.identifier, values)
    return None if condition is None else user_condition(sql.and_(IDENTIFICATIONS.c.object == kind, condition))


def _identifier_contains(kind: str, text: str | None) -> Where | None:
    condition = contains_text(text, IDENTIFICATIONS.c.identifier)
    return None if condition is None else user_condition(sql.and_(IDENTIFICATIONS.c.object == kind, condition))


def any_field_contains(text: str | None) -> Where | None:
    """Return the condition on users that an identifier, a name or the id contains a text; None without one."""
    if not text:
        return None
    identifiers = contains_text(text, IDENTIFICATIONS.c.identifier)
    names = contains_text(text, USERS.c.id, USERS.c.username, USERS.c.first_name, USERS.c.last_name)
    assert identifiers is not None
    assert names is not None
    return sql.or_(names, user_condition(identifiers))
