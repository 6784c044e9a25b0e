"""Users: read one again, find the user of a request or of an account of yours, and forget one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from clerkkit.sync.flows.reads import read_one
from clerkkit.sync.flows.steps import Flow, Query, Row, Transaction
from clerkkit.sync.flows.store import Store
from clerkkit.sync.flows.write import Received, bury, write, write_or_bury
from clerkkit.sync.schema.kinds import (
    INVITATIONS,
    KINDS,
    ORGANIZATION_INVITATIONS,
    USERS,
    WAITLIST_ENTRIES,
    Kind,
)
from clerkkit.sync.schema.rules import NEVER

_VERIFIED = "verified"
_BY_ADDRESS = (INVITATIONS, ORGANIZATION_INVITATIONS, WAITLIST_ENTRIES)
"""Kinds that contain an email address of a person, and no user id."""


def refresh(store: Store, user_id: str) -> Flow[Row | None]:
    """Read a user from Clerk, write it, and return the row; None if Clerk has deleted the user."""
    as_of = store.now()
    item = yield from read_one(USERS, {"id": user_id})
    yield Transaction(lambda: write_or_bury(store, USERS, user_id, item, as_of))
    return (yield from _find_user(store, user_id))


def ensure_user(store: Store, user_id: str, *, can_read: bool) -> Flow[Row | None]:
    """Return the row of a user who made a request, before the event of the sign-up has arrived.

    Without a client the row has the id only, until the event arrives.
    """
    row = yield from _find_user(store, user_id, with_deleted=True)
    if row is not None:
        return row if row["deleted_at"] is None else None
    if can_read:
        return (yield from refresh(store, user_id))

    def add_user() -> Flow[None]:
        yield from store.lock([user_id])
        yield from write(store, USERS, [Received(user_id, {}, NEVER)])

    yield Transaction(add_user)
    return (yield from _find_user(store, user_id))


def link(store: Store, external_id: str | None, email_address: str | None) -> Flow[Row | None]:
    """Return the user that has an external id, or else a verified email address. None if there is none, or several."""
    users, addresses = store.tables["users"], store.tables["email_addresses"]
    if external_id:
        found = yield Transaction(
            lambda: _select(sa.select(users).where(users.c.external_id == external_id, _is_live(users)))
        )
        if found:
            return found[0] if len(found) == 1 else None
    if not email_address:
        return None
    owners = sa.select(addresses.c.user_id).where(
        addresses.c.email_address.in_({email_address, email_address.lower()}),  # Clerk stores them in lower case
        addresses.c.verification_status == _VERIFIED,
        _is_live(addresses),
    )
    found = yield Transaction(lambda: _select(sa.select(users).where(users.c.id.in_(owners), _is_live(users))))
    return found[0] if len(found) == 1 else None


def _is_live(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.deleted_at.is_(None)


def _select(statement: sa.Select[Any]) -> Flow[list[Row]]:
    found = yield Query(statement)
    rows: list[Row] = found.rows
    return rows


def _find_user(store: Store, user_id: str, *, with_deleted: bool = False) -> Flow[Row | None]:
    found: Mapping[str, Row] = yield Transaction(lambda: store.find(USERS, [user_id]))
    row = found.get(user_id)
    return row if row is None or with_deleted or row["deleted_at"] is None else None


def forget(store: Store, user_id: str) -> Flow[int]:
    """Erase what the copy holds about a person, and keep tombstones of the rows. Returns the number of erased rows."""
    erased: int = yield Transaction(lambda: _forget(store, user_id))
    return erased


def _forget(store: Store, user_id: str) -> Flow[int]:
    now = store.now()
    yield from store.lock([user_id], parent=True)
    addresses = store.tables["email_addresses"]
    known = yield Query(sa.select(addresses.c.email_address).where(addresses.c.user_id == user_id))
    yield from store.announce((yield from bury(store, USERS, user_id, now)))
    erased = 0
    ids = {user_id}
    emails = [row["email_address"] for row in known.rows if row["email_address"]]
    for kind in KINDS.values():
        table = store.tables[kind.name]
        matches = [table.c.id == user_id] if kind is USERS else []
        if "user_id" in table.c:
            matches.append(table.c.user_id == user_id)
        if kind in _BY_ADDRESS and emails:
            matches.append(table.c.email_address.in_(emails))
        if matches:
            found = yield Query(sa.select(table.c.id).where(sa.or_(*matches)))
            ids |= {row["id"] for row in found.rows}
            result = yield Query(sa.update(table).where(sa.or_(*matches)).values(_erased(kind, table, now)))
            erased += result.affected
    yield from _forget_inviter(store, user_id)
    yield from _forget_messages(store, user_id, sorted(ids), emails)
    return erased


def _erased(kind: Kind, table: sa.Table, now: int) -> dict[str, Any]:
    personal = {column.name: None for column in kind.columns if column.personal}
    # Tombstones, so that events and lists do not bring the data back.
    return {**personal, "raw": None, "deleted_at": sa.func.coalesce(table.c.deleted_at, now), "synced_at": now}


def _forget_inviter(store: Store, user_id: str) -> Flow[None]:
    """Erase the name of a person from the invitations that they sent to others."""
    table = store.tables["organization_invitations"]
    sent = sa.and_(table.c.inviter_id == user_id, table.c.raw.is_not(None))
    found = yield Query(sa.select(table.c.id, table.c.raw).where(sent))
    for row in found.rows:
        kept = {key: value for key, value in row["raw"].items() if key != "public_inviter_data"}
        yield Query(sa.update(table).where(table.c.id == row["id"]).values(raw=kept))


def _forget_messages(store: Store, user_id: str, ids: list[str], emails: list[str]) -> Flow[None]:
    inbox, outbox = store.tables.inbox, store.tables.outbox
    named = [inbox.c.body.contains(one, autoescape=True) for one in [user_id, *emails]]
    about = sa.or_(inbox.c.user_id == user_id, inbox.c.resource_id.in_(ids), *named)
    yield Query(sa.update(inbox).where(about).values(body=None, reason=None))
    yield Query(sa.delete(outbox).where(outbox.c.resource_id.in_(ids)))
