"""Filters on users, for lists of users and of members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import contains_text, includes_or_excludes, is_one_of
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

FULL_NAME = sql.concat(sql.coalesce(USERS.c.first_name, ""), " ", sql.coalesce(USERS.c.last_name, ""))


Filter = Callable[[Any], Where | None]
"""Returns the condition for the value of a parameter; None if it filters nothing."""


def of_query(query: Json, filters: Mapping[str, Filter] | None = None) -> list[Where | None]:
    """Return the conditions for a query's parameters: those of `FILTERS`, or other ones."""
    known = FILTERS if filters is None else filters
    return [known[name](value) for name, value in query.items() if value is not None and name in known]


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


FILTERS: dict[str, Filter] = {
    "email_address": lambda values: _identifier_is_one_of("email_address", values),
    "phone_number": lambda values: _identifier_is_one_of("phone_number", values),
    "web3_wallet": lambda values: _identifier_is_one_of("web3_wallet", values),
    "username": lambda values: is_one_of(USERS.c.username, [value.lower() for value in values]),
    "user_id": lambda values: includes_or_excludes(USERS.c.id, values),
    "query": any_field_contains,
    "email_address_query": lambda text: _identifier_contains("email_address", text),
    "phone_number_query": lambda text: _identifier_contains("phone_number", text),
    "username_query": lambda text: contains_text(text, USERS.c.username),
    "name_query": lambda text: contains_text(text, FULL_NAME),
    "last_active_at_after": lambda moment: USERS.c.last_active_at > moment,
    "last_active_at_before": lambda moment: USERS.c.last_active_at < moment,
    "created_at_after": lambda moment: USERS.c.created_at > moment,
    "created_at_before": lambda moment: USERS.c.created_at < moment,
}
"""The filters on users by the name of the query parameter."""
