"""Writes the generated parts of docs/sync.md: `python -m tools.sync_docs [HISTORIES]`.

The schema reference always; the comparison with a handler that upserts by id if a number of histories is given.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import sqlalchemy as sa

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.sync import Sync
from clerkkit.sync.schema.kinds import KINDS, Column, Kind
from clerkkit.sync.schema.tables import OWN_COLUMNS
from tests.overlay.sync.deliveries import PLANS, Plan, Upserter, arrange
from tests.overlay.sync.expectations import find_differences, read_lists, read_tables
from tests.overlay.sync.histories import Message, make_history, random_acts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sync.md"
_TYPES = {"id": "text", "text": "text", "time": "Unix ms", "integer": "integer", "boolean": "boolean"}


def build_schema() -> str:
    """Return the reference of the tables in Markdown."""
    shared = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in OWN_COLUMNS.items())
    tables = "".join(_describe(kind) for kind in KINDS.values())
    return f"Every table has `id`, its own columns, and these:\n\n| column | content |\n|---|---|\n{shared}\n{tables}"


def _describe(kind: Kind) -> str:
    owner = f"part of `{kind.part_of}`" if kind.part_of else "no events"
    source = f"events `{kind.event}.*`" if kind.event else owner
    columns = ", ".join(map(_describe_column, kind.columns))
    return f"**`clerk_{kind.name}`** ({source}): {columns}.\n\n"


def _describe_column(column: Column) -> str:
    facts = [_TYPES[column.type], *(["indexed"] if column.indexed else []), *(["personal"] if column.personal else [])]
    return f"`{column.name}` ({', '.join(facts)})"


def compare(count: int) -> str:
    """Return a table of the histories that end wrong, by the way of delivery."""
    wrong = {plan: [0, 0] for plan in PLANS}
    engine = sa.create_engine("sqlite://")
    with Emulator() as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        sync = Sync(engine, clerk, clock=emulator.clock.time)
        sync.create_all()
        for number in range(count):
            rng = random.Random(number)  # not for secrets
            messages = make_history(emulator, clerk, random_acts(rng, 20), frozen=False)
            lists = read_lists(clerk)
            for plan in PLANS:
                arrived = arrange(messages, plan, rng)
                wrong[plan][0] += _upsert(arrived, lists)
                wrong[plan][1] += _copy(sync, engine, arrived, plan, lists)
    head = "| delivery | upsert by id | `clerkkit.sync` |\n|---|---|---|\n"
    rows = [
        f"| {_name(plan)} | {first} of {count} | {second} of {count} |\n" for plan, (first, second) in wrong.items()
    ]
    return head + "".join(rows)


def _name(plan: Plan) -> str:
    return f"{plan.name}; reconciled, which a handler cannot do" if plan.lossy else plan.name


def _upsert(arrived: list[Message], lists: dict[str, dict[str, dict[str, object]]]) -> bool:
    upserter = Upserter()
    for message in arrived:
        upserter.apply(message.event)
    return bool(find_differences(upserter.tables(), lists, exact=False))


def _copy(
    sync: Sync, engine: sa.Engine, arrived: list[Message], plan: Plan, lists: dict[str, dict[str, dict[str, object]]]
) -> bool:
    with engine.begin() as connection:
        for table in sync.tables.all:
            connection.execute(sa.delete(table))
    for message in arrived:
        sync.apply(message.event, message.id)
    if plan.lossy:
        sync.reconcile(dry_run=False, max_deletions=1)
    return bool(find_differences(read_tables(engine, sync.tables), lists, exact=plan.lossy))


def replace(page: str, name: str, content: str) -> str:
    """Return the page with another content between the markers of a part."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = page.partition(start)
    return f"{before}{start}{content}{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    text = replace(PAGE.read_text(encoding="utf-8"), "schema", build_schema())
    if len(sys.argv) > 1:
        text = replace(text, "comparison", compare(int(sys.argv[1])))
    PAGE.write_text(text, encoding="utf-8")
