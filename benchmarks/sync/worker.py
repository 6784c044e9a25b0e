"""A process that applies events, or the bare SQL that they need: `python -m benchmarks.sync.worker`.

Reads one JSON object from the standard input: url, side (`sync` or `bare`), first and count. Prints seconds and memory.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from clerkkit.sync import Sync
from clerkkit.sync.schema.rules import NEVER

NOW = 1_795_000_000_000
Statements = list[list[tuple[str, Any]]]


def user(number: int, changed: int) -> dict[str, Any]:
    """Return a user, with the id that `fill` gave to a row."""
    user_id = f"user_{number}"
    return {
        "object": "user",
        "id": user_id,
        "first_name": f"Ada {changed}",
        "last_name": "Lovelace",
        "username": None,
        "external_id": None,
        "primary_email_address_id": f"idn_{number}",
        "banned": False,
        "locked": False,
        "public_metadata": {"plan": "pro", "seats": 5},
        "email_addresses": [],
        "phone_numbers": [],
        "external_accounts": [],
        "created_at": NOW,
        "updated_at": NOW + changed,
    }


def fill(engine: sa.Engine, rows: int) -> None:
    """Add users with SQL."""
    raw = json.dumps(user(0, 0))
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO clerk_users (id, first_name, created_at, updated_at, raw, version, synced_at) "
                "SELECT 'user_' || i, 'Ada', :now, :now, CAST(:raw AS jsonb), :version, :now "
                "FROM generate_series(1, :rows) AS i"
            ),
            {"now": NOW, "raw": raw, "rows": rows, "version": NEVER.to_text()},
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE clerk_users"))


def events_of(first: int, count: int, rows: int) -> list[tuple[str, dict[str, Any]]]:
    """Return messages about random users."""
    rng = random.Random(first)
    chosen = rng.sample(range(1, rows + 1), count)
    return [
        (
            f"msg_{first}_{number}",
            {
                "type": "user.updated",
                "object": "event",
                "data": user(chosen[number], first + number + 1),
                "timestamp": NOW + first + number + 13,
                "instance_id": "ins_1",
            },
        )
        for number in range(count)
    ]


def record(sync: Sync, engine: sa.Engine, messages: list[tuple[str, dict[str, Any]]]) -> Statements:
    """Apply messages, undo what they did, and return the statements of each transaction."""
    recorded: Statements = []

    def begin(_: Any) -> None:
        recorded.append([])

    def statement(_c: Any, _cursor: Any, text: str, parameters: Any, _context: Any, _many: bool) -> None:
        recorded[-1].append((text, parameters))

    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "before_cursor_execute", statement)
    for message_id, event in messages:
        sync.apply(event, message_id)
    sa.event.remove(engine, "begin", begin)
    sa.event.remove(engine, "before_cursor_execute", statement)
    users, inbox = sync.tables.users, sync.tables.inbox
    with engine.begin() as connection:
        ids = [event["data"]["id"] for _, event in messages]
        connection.execute(sa.update(users).where(users.c.id.in_(ids)).values(version=NEVER.to_text()))
        connection.execute(sa.delete(inbox).where(inbox.c.message_id.in_([name for name, _ in messages])))
    return recorded


def replay(engine: sa.Engine, recorded: Statements) -> None:
    """Execute statements with the driver alone."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        for transaction in recorded:
            for text, parameters in transaction:
                cursor.execute(text, parameters)
                if cursor.description:
                    cursor.fetchall()
            connection.commit()
    finally:
        connection.close()


def main() -> None:
    given = json.load(sys.stdin)
    engine = sa.create_engine(given["url"])
    sync = Sync(engine)
    messages = events_of(given["first"], given["count"], given["rows"])
    sync.apply({"type": "warm.up", "data": {}, "timestamp": NOW}, f"warm_{given['first']}")
    run: Callable[[], object]
    if given["side"] == "bare":
        recorded = record(sync, engine, messages)

        def run() -> None:
            replay(engine, recorded)
    else:

        def run() -> None:
            for message_id, event in messages:
                sync.apply(event, message_id)

    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
