"""Compares the tables with Clerk's lists, with code of its own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from clerkkit import Clerk
from clerkkit.sync import ClerkTables
from clerkkit.sync.schema.kinds import KINDS

Json = dict[str, Any]
LISTS = {
    "users": "/users",
    "organizations": "/organizations",
    "memberships": "/organization_memberships",
    "organization_invitations": "/organization_invitations",
    "organization_domains": "/organization_domains",
    "invitations": "/invitations",
    "roles": "/organization_roles",
    "permissions": "/organization_permissions",
    "waitlist_entries": "/waitlist_entries",
    "subscription_items": "/billing/subscription_items",
}
WITHOUT_EVENTS = {"last_active_at", "last_sign_in_at"}
"""Keys of users that change without an event of the user; docs/sync.md lists all exceptions."""


def read_lists(clerk: Clerk) -> dict[str, dict[str, Json]]:
    """Return Clerk's objects by kind and id."""
    found: dict[str, dict[str, Json]] = {}
    for kind, path in LISTS.items():
        query = {"limit": 500, **({"include_free": True} if "billing" in path else {})}
        page = clerk.request("GET", path, query=query)
        rows = page if isinstance(page, list) else page["data"]
        assert len(rows) < 500
        found[kind] = {row["id"]: row for row in rows}
    payers = {row["payer"]["id"]: row["payer"] for row in found["subscription_items"].values()}
    found["subscriptions"] = {}
    for payer in payers.values():
        owner = f"users/{payer['user_id']}" if payer["user_id"] else f"organizations/{payer['organization_id']}"
        row = clerk.request("GET", f"/{owner}/billing/subscription")
        found["subscriptions"][row["id"]] = row
    found["payment_attempts"] = {}
    for statement in clerk.request("GET", "/billing/statements", query={"limit": 500})["data"]:
        page = clerk.request("GET", f"/billing/statements/{statement['id']}/payment_attempts", query={"limit": 500})
        found["payment_attempts"] |= {row["id"]: row for row in page["data"]}
    return found


def read_tables(engine: sa.Engine, tables: ClerkTables) -> dict[str, dict[str, Json]]:
    """Return the rows of the tables that are not deleted, by kind and id."""
    with engine.begin() as connection:
        return {
            kind: {
                row["id"]: dict(row)
                for row in connection.execute(sa.select(table).where(table.c.deleted_at.is_(None))).mappings()
            }
            for kind, table in tables.kinds.items()
        }


def find_differences(rows: dict[str, dict[str, Json]], lists: dict[str, dict[str, Json]], *, exact: bool) -> list[str]:
    """Return how the tables differ from the lists. Without `exact`, what Clerk sends no events for is left out."""
    wrong: list[str] = []
    for kind, listed in lists.items():
        if not exact and not KINDS[kind].event:
            continue
        wanted, stored = {**listed}, rows[kind]
        if not exact:
            # System roles and permissions have no events; nor have subscriptions of a deleted payer.
            if kind in ("roles", "permissions"):
                wanted = {one: row for one, row in wanted.items() if one in stored or not _is_system(row)}
            if kind in ("subscriptions", "subscription_items", "payment_attempts"):
                stored = {one: row for one, row in stored.items() if one in wanted}
        wrong += [f"{kind} {one}: missing" for one in wanted.keys() - stored.keys()]
        wrong += [f"{kind} {one}: not at Clerk" for one in stored.keys() - wanted.keys()]
        for one in wanted.keys() & stored.keys():
            wrong += [f"{kind} {one}: {problem}" for problem in _compare(kind, stored[one], wanted[one], exact)]
    return wrong + _compare_addresses(rows["email_addresses"], lists["users"])


def _is_system(row: Json) -> bool:
    return row.get("key") in ("org:admin", "org:member") or row.get("type") == "system"


def _compare(kind: str, row: Json, item: Json, exact: bool) -> list[str]:
    problems = []
    silent = set() if exact else WITHOUT_EVENTS
    if not exact and item.get("status") == "expired":
        silent = {"status", "updated_at"}  # invitations expire without an event
    for column in (
        "status",
        "role",
        "name",
        "first_name",
        "slug",
        "banned",
        "key",
        "plan_id",
        "updated_at",
        "last_active_at",
    ):
        if column in row and column in item and column not in silent and row[column] != item[column]:
            problems.append(f"{column} is {row[column]!r}, not {item[column]!r}")
    common = (row["raw"].keys() & item.keys()) - KINDS[kind].varying - silent
    problems += [f"raw {key}: {row['raw'][key]!r}, not {item[key]!r}" for key in common if row["raw"][key] != item[key]]
    return problems


def _compare_addresses(rows: dict[str, Json], users: dict[str, Json]) -> list[str]:
    wanted = {
        one["id"]: (user["id"], one["email_address"]) for user in users.values() for one in user["email_addresses"]
    }
    stored = {one: (row["user_id"], row["email_address"]) for one, row in rows.items()}
    return [] if wanted == stored else [f"email addresses are {stored}, not {wanted}"]
