"""A copy of Clerk's users, organizations and memberships in your database, which webhooks keep up to date.

Needs the extra `sync`: `pip install "clerkkit[sync]"`. `docs/sync.md` explains it.
"""

from importlib.util import find_spec

if find_spec("sqlalchemy") is None:
    raise ImportError('clerkkit.sync needs SQLAlchemy: pip install "clerkkit[sync]"')

from clerkkit.sync.clients import AsyncSync, Sync
from clerkkit.sync.flows.apply import OtherInstance, Outcome
from clerkkit.sync.flows.backfill import Progress
from clerkkit.sync.flows.changes import Change
from clerkkit.sync.flows.maintenance import OutboxEntry, Replayed
from clerkkit.sync.flows.receive import Reply
from clerkkit.sync.flows.reconcile import Difference, Report
from clerkkit.sync.flows.status import Status
from clerkkit.sync.schema.tables import ClerkTables, tables

__all__ = [
    "AsyncSync",
    "Change",
    "ClerkTables",
    "Difference",
    "OtherInstance",
    "Outcome",
    "OutboxEntry",
    "Progress",
    "Replayed",
    "Reply",
    "Report",
    "Status",
    "Sync",
    "tables",
]


def __dir__() -> list[str]:
    return __all__
