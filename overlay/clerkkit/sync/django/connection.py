"""Runs the SQL of the copy through Django's connection, so that it is part of Django's transactions."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db import connections, transaction
from sqlalchemy.pool import NullPool

from clerkkit.sync.clients import Sync
from clerkkit.sync.django.models import MODELS
from clerkkit.sync.django.signals import clerk_changed
from clerkkit.sync.flows.changes import Change
from clerkkit.sync.flows.steps import Call, Query, Result
from clerkkit.sync.runners import Runner
from clerkkit.sync.schema.kinds import WHOLE_KINDS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from clerkkit.clerk import Clerk

_JSON_COLUMNS = ("raw", "before", "after", "position")
_DIALECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "sqlite3": ("sqlite://", {}),
    "psycopg": ("postgresql+psycopg://", {"use_native_hstore": False}),  # reads the types of a real connection
}


class DjangoRunner(Runner):
    """Runs flows on a connection of Django. Each transaction is an `atomic` block."""

    def __init__(self, engine: Engine, clerk: Clerk | None, alias: str) -> None:
        super().__init__(engine, clerk)
        self._alias = alias

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """Begin a transaction, or a savepoint if there is one."""
        with transaction.atomic(using=self._alias), self._engine.connect() as connection:
            yield connection

    def execute(self, connection: Connection, step: Query | Call) -> Any:
        """Take a step. Django's connections to PostgreSQL return JSON as text."""
        result = super().execute(connection, step)
        if isinstance(result, Result):
            for row in result.rows:
                for name in _JSON_COLUMNS:
                    if isinstance(row.get(name), str):
                        row[name] = json.loads(row[name])
        return result


class _Borrowed:
    """A DBAPI connection of Django that SQLAlchemy does not close."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def close(self) -> None:
        """Leave the connection to Django."""

    def add_notice_handler(self, _: Any) -> None:
        """Add none: there would be one more with each transaction."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def create_engine(alias: str) -> Engine:
    """Return an engine whose connections are those of Django. Commits and rollbacks are left to Django.

    Raises:
        ImproperlyConfigured: the database is neither SQLite nor PostgreSQL with psycopg 3.
    """
    wrapper = connections[alias]
    module: str = getattr(wrapper, "Database").__name__.removesuffix(".dbapi2")  # noqa: B009  # not in the stubs
    if module not in _DIALECTS:
        raise ImproperlyConfigured(f"clerkkit.sync supports SQLite and PostgreSQL with psycopg 3, not {module}")

    def connect() -> Any:
        connections[alias].ensure_connection()
        return _Borrowed(connections[alias].connection)

    url, options = _DIALECTS[module]
    engine = sa.create_engine(url, creator=connect, poolclass=NullPool, pool_reset_on_return=None, **options)
    for name in ("do_begin", "do_commit", "do_rollback"):
        setattr(engine.dialect, name, _leave_to_django)
    return engine


def _leave_to_django(_: Any) -> None:
    """Do nothing: the `atomic` block commits or rolls back."""


class DjangoSync(Sync):
    """A `Sync` on a database of Django."""

    def __init__(self, alias: str, clerk: Clerk | None, **options: Any) -> None:
        engine = create_engine(alias)
        super().__init__(engine, clerk, **options)
        self._runner = DjangoRunner(engine, clerk, alias)


@functools.cache
def get_sync() -> DjangoSync:
    """Return the copy that the settings describe. Its changes send the signal `clerk_changed`.

    Raises:
        ImproperlyConfigured: the database is not supported, or a setting of the client is invalid.
    """
    clerk: Clerk | None = None
    if getattr(settings, "CLERK_SECRET_KEY", None):
        from clerkkit.integrations.django import client

        clerk = client()
    sync = DjangoSync(
        getattr(settings, "CLERK_SYNC_DATABASE", "default"),
        clerk,
        instance_id=getattr(settings, "CLERK_INSTANCE_ID", None),
        secret=getattr(settings, "CLERK_WEBHOOK_SIGNING_SECRET", None),
        outbox=getattr(settings, "CLERK_SYNC_OUTBOX", False),
        clock=getattr(settings, "CLERK_SYNC_CLOCK", time.time),
    )
    sync.on_change(*WHOLE_KINDS)(_send_signal)
    return sync


def _send_signal(_: Any, change: Change) -> None:
    clerk_changed.send(sender=MODELS[change.kind], change=change)


def _forget_sync(*, setting: str, **_: object) -> None:
    if setting.startswith("CLERK_") or setting == "DATABASES":
        get_sync.cache_clear()


setting_changed.connect(_forget_sync, weak=False)
