"""The emulator's state: one SQLite table for each kind of resource, changed in transactions: whole or not at all.

A resource is kept as the JSON object that the API answers. Keys that begin with an underscore (`_password_digest`) are
kept beside it and never shown. What lists filter or sort by is a column as well, with an index.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from clerk_emulator.errors import Json, not_found
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.ids import Ids

Where = sa.ColumnElement[bool]


def _sql(statement: sa.ClauseElement) -> str:
    """A statement as SQLite reads it: what every request asks is not built, and not looked up, each time."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


METADATA = sa.MetaData()
SETTINGS = sa.Table("setting", METADATA, sa.Column("name", sa.Text, primary_key=True), sa.Column("data", sa.Text))
_SETTING = _sql(sa.select(SETTINGS.c.data).where(SETTINGS.c.name == sa.bindparam("this_name")))
IMAGES = sa.Table(
    "image",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

_TYPES: dict[type, type[sa.types.TypeEngine[Any]]] = {str: sa.Text, int: sa.BigInteger, bool: sa.Boolean}


class Kind:
    """A kind of resource, and its table.

    `name` is what its `object` says, `prefix` begins its ids. `columns` are keys of the resource (or of what is kept
    beside it: the column `code` holds the value of `code` or `_code`) that lists filter or sort by. `owners` are
    columns that hold the id of a resource of another kind, by that kind's name: whoever deletes the owner deletes
    this one too. `unique` are columns, or groups of columns, whose values only one resource can have.
    """

    def __init__(
        self,
        name: str,
        prefix: str,
        columns: Mapping[str, type] | None = None,
        *,
        owners: Mapping[str, str] | None = None,
        unique: Sequence[str | tuple[str, ...]] = (),
    ) -> None:
        self.name = name
        self.prefix = prefix
        columns = columns or {}
        owners = owners or {}
        held = [sa.Column(column, _TYPES[holds]) for column, holds in columns.items()] + [
            sa.Column(column, sa.ForeignKey(f"{owner}.id", ondelete="CASCADE")) for column, owner in owners.items()
        ]
        self.table = sa.Table(
            name,
            METADATA,
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("created_at", sa.BigInteger, nullable=False),
            *held,
            sa.Column("data", sa.Text, nullable=False),
            *(sa.UniqueConstraint(*((one,) if isinstance(one, str) else one)) for one in unique),
        )
        self._columns = (*columns, *owners)
        for column in ("created_at", *self._columns):
            # With the id, which settles the order of equals, so that a page is read off the index.
            sa.Index(f"by_{name}_{column}", self.table.c[column], self.table.c.id)
        self.c = self.table.c
        # Made once: to build a statement takes longer than to run it.
        self.insert = self.table.insert()
        self.rows = sa.select(self.c.data)
        self.oldest_first = (self.c.created_at, self.c.id)
        self.by_id = self.prepared(self.c.id == sa.bindparam("id"))
        self.change = self.table.update().where(self.c.id == sa.bindparam("this_id"))

    def prepared(self, *where: Where) -> str:
        """For `Store.ask`: those for which all of `where` holds, where `sa.bindparam` stands for values to come."""
        return _sql(self.rows.where(*where).order_by(*self.oldest_first))

    def values(self, row: Json) -> dict[str, Any]:
        """A resource as its table holds it, but for its `data`."""
        kept = {column: row.get(column, row.get(f"_{column}")) for column in self._columns}
        return {**kept, "id": row["id"], "created_at": row["created_at"]}


class InUseError(RuntimeError):
    """The database file belongs to another process, or to another version of the emulator."""


class Store:
    """What is kept, in memory or in a file. All is done within a `transaction()`, by one thread at a time."""

    def __init__(self, clock: Clock, ids: Ids, path: str | Path | None = None) -> None:
        self.clock = clock
        self.ids = ids
        self._lock = threading.RLock()
        self._engine = sa.create_engine(
            f"sqlite:///{path}" if path else "sqlite://",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 0.2},
        )
        if path:
            # Keys and passwords are in it, and SQLite would let all read it. What cannot be made, it tells of itself.
            with contextlib.suppress(OSError):
                Path(path).touch(mode=0o600)
        try:
            self._connection = self._engine.connect()
            self._raw = cast(sqlite3.Connection, self._connection.connection.driver_connection)
            self._prepare(path)
        except (OperationalError, sqlite3.Error) as error:
            self._engine.dispose()
            raise InUseError(f"{path} cannot be used: {_reason(error)}") from None
        self._pristine = sqlite3.connect(":memory:", check_same_thread=False)

    def _prepare(self, path: str | Path | None) -> None:
        if path:
            # One process has the file to itself, so that no other sees or loses what this one believes.
            self._raw.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._raw.execute("BEGIN EXCLUSIVE")
            self._raw.execute("COMMIT")
        (version,) = self._raw.execute("PRAGMA user_version").fetchone()
        (tables,) = self._raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version != (_layout() if tables else 0):
            raise sqlite3.DatabaseError("it was made by another version of the emulator, or by another program")
        if path:
            self._raw.execute("PRAGMA journal_mode = WAL")
            self._raw.execute("PRAGMA synchronous = NORMAL")
        self._raw.execute("PRAGMA foreign_keys = ON")
        with self.transaction():
            METADATA.create_all(self._connection)
            self._raw.execute(f"PRAGMA user_version = {_layout()}")

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()
            self._engine.dispose()
            self._pristine.close()

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """What is done within happens whole, or, when an exception leaves it, not at all."""
        # Said to SQLite itself. SQLAlchemy's transaction lasts as long as its connection, and tells SQLite nothing.
        with self._lock, self._raw:
            self._raw.execute("BEGIN")
            yield

    def remember(self) -> None:
        """Make the present state the one that `restore` goes back to. In memory only."""
        self._raw.backup(self._pristine)

    def restore(self) -> None:
        """Go back to the state that was remembered."""
        with self._lock:
            # Not `deserialize`: it leaves SQLite (3.40) with a schema that is gone, and the process ends in a crash.
            self._pristine.backup(self._raw)

    # Resources

    def create(self, kind: Kind, data: Json) -> Json:
        """Keep a new resource; `id`, `object`, `created_at` and `updated_at` are added where `data` lacks them."""
        now = self.clock.now()
        row = {
            "object": kind.name,
            "id": data.get("id") or self.ids.new(kind.prefix),
            **data,
            "created_at": data.get("created_at", now),
            "updated_at": data.get("updated_at", now),
        }
        self._connection.execute(kind.insert, {**kind.values(row), "data": _packed(row)})
        return row

    def get(self, kind: Kind, resource_id: str) -> Json | None:
        """The resource with this id, if there is one."""
        return next(iter(self.ask(kind.by_id, id=resource_id)), None)

    def need(self, kind: Kind, resource_id: str, *where: Where) -> Json:
        """The resource with this id. Raises Clerk's 404 where there is none, or it is not one of `where`."""
        found = self.find(kind, kind.c.id == resource_id, *where) if where else self.get(kind, resource_id)
        if found is None:
            raise not_found(kind.name.replace("_", " "), resource_id)
        return found

    def find(self, kind: Kind, *where: Where) -> Json | None:
        """The first resource for which all of `where` holds, if there is one."""
        return next(iter(self.all(kind, *where, limit=1)), None)

    def all(
        self,
        kind: Kind,
        *where: Where,
        order: Sequence[sa.ColumnElement[Any]] = (),
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[Json]:
        """The resources for which all of `where` holds: the oldest first, unless `order` says otherwise."""
        query = kind.rows.where(*where).order_by(*(order or kind.oldest_first))
        if limit is not None:
            query = query.limit(limit)
        if offset:
            query = query.offset(offset)
        return _unpacked(self._connection.execute(query).scalars())

    def ask(self, prepared: str, **values: Any) -> list[Json]:
        """As `all`, for conditions that were `prepared` by their kind: many times faster for few resources."""
        return _unpacked(data for (data,) in self._raw.execute(prepared, values))

    def count(self, kind: Kind, *where: Where) -> int:
        """How many there are for which all of `where` holds."""
        return self.value(sa.select(sa.func.count()).select_from(kind.table).where(*where)) or 0

    def value(self, query: sa.Select[Any]) -> Any:
        """The one value that a query of one column gives; None where it gives no row."""
        return self._connection.execute(query).scalar()

    def update(self, kind: Kind, row: Json, **changes: Any) -> Json:
        """Change a resource. `updated_at` becomes now unless it is among the changes; the changed one is returned."""
        changed = {**row, "updated_at": self.clock.now(), **changes}
        before = kind.values(row)
        differing = {name: value for name, value in kind.values(changed).items() if before[name] != value}
        if changed != row:
            self._connection.execute(kind.change, {**differing, "data": _packed(changed), "this_id": row["id"]})
        return changed

    def update_all(self, kind: Kind, *where: Where, **changes: Any) -> list[Json]:
        """Change those for which all of `where` holds; returns them, changed."""
        return [self.update(kind, row, **changes) for row in self.all(kind, *where)]

    def delete(self, kind: Kind, *where: Where) -> int:
        """Delete those for which all of `where` holds, and what they own; returns how many those were."""
        return self._connection.execute(kind.table.delete().where(*where)).rowcount

    # Settings and images

    def setting(self, name: str) -> Json | None:
        """A setting of the instance."""
        found = self._raw.execute(_SETTING, {"this_name": name}).fetchone()
        return json.loads(found[0]) if found else None

    def set(self, name: str, value: Json) -> None:
        """Keep a setting of the instance."""
        self._connection.execute(SETTINGS.delete().where(SETTINGS.c.name == name))
        self._connection.execute(SETTINGS.insert(), {"name": name, "data": _packed(value)})

    def add_image(self, media_type: str, content: bytes) -> str:
        """Keep an image; returns its id."""
        image_id = self.ids.new("img")
        self._connection.execute(IMAGES.insert(), {"id": image_id, "media_type": media_type, "content": content})
        return image_id

    def image(self, image_id: str) -> tuple[str, bytes] | None:
        """An image's media type and content, if there is one with this id."""
        row = self._connection.execute(sa.select(IMAGES).where(IMAGES.c.id == image_id)).one_or_none()
        return (row.media_type, row.content) if row else None

    def delete_image(self, image_id: str) -> None:
        """Forget an image."""
        self._connection.execute(IMAGES.delete().where(IMAGES.c.id == image_id))


_packed = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


def _unpacked(rows: Iterable[str]) -> list[Json]:
    # Read as one: to begin with each takes as long as to read it.
    held: list[Json] = json.loads(f"[{','.join(rows)}]")
    return held


def _layout() -> int:
    """A number that changes when a table does."""
    ddl = "".join(str(sa.schema.CreateTable(table)) for table in METADATA.sorted_tables)
    return zlib.crc32(ddl.encode()) & 0x7FFFFFFF


def _reason(error: Exception) -> str:
    text = str(error.__cause__ or error)
    return "another process uses it" if "locked" in text else text
