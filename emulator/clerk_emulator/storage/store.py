"""Store resources in SQLite: one table for each type, changed in transactions.

A resource (row) is stored as the JSON object that the API returns. Keys that begin with an underscore, such as
`_password_digest`, are private: they are stored in the same object and never returned. What lists filter or sort by is
also stored in an indexed column.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from clerk_emulator.errors import not_found
from clerk_emulator.json_types import Json
from clerk_emulator.storage.cause import NO_REQUEST, Cause
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.ids import Ids

Where = sa.ColumnElement[bool]


def _sql(statement: sa.ClauseElement) -> str:
    """Return a statement as SQL. Frequent queries are compiled once rather than for each request."""
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


class ResourceTable:
    """The table of one type of resource.

    `name` is the `object` of its resources, `prefix` begins their ids. `columns` are keys that lists filter or sort by,
    private ones without their underscore: the column `code` holds the value of `code` or `_code`. `owners` are columns
    with the id of a resource in another table, by that table's name; deleting the owner deletes the resource too.
    `unique` are columns, or groups of columns, whose values must be unique.
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
        self.sql_table = sa.Table(
            name,
            METADATA,
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("created_at", sa.BigInteger, nullable=False),
            *(sa.Column(column, _TYPES[value_type]) for column, value_type in columns.items()),
            *(
                sa.Column(column, sa.Text, sa.ForeignKey(f"{owner}.id", ondelete="CASCADE"))
                for column, owner in owners.items()
            ),
            sa.Column("data", sa.Text, nullable=False),
            *(sa.UniqueConstraint(*((one,) if isinstance(one, str) else one)) for one in unique),
        )
        self._columns = (*columns, *owners)
        for column in ("created_at", *self._columns):
            # The id breaks ties, so that a page is read from the index alone.
            sa.Index(f"by_{name}_{column}", self.sql_table.c[column], self.sql_table.c.id)
        self.c = self.sql_table.c
        # Created once, because building a statement takes longer than running it.
        self.insert = self.sql_table.insert()
        self.select = sa.select(self.c.data)
        self.oldest_first = (self.c.created_at, self.c.id)
        self.by_id = self.prepare(self.c.id == sa.bindparam("id"))
        self.update_by_id = self.sql_table.update().where(self.c.id == sa.bindparam("this_id"))

    def prepare(self, *where: Where) -> str:
        """Return SQL for `Store.query`. The conditions may have `sa.bindparam` parameters."""
        return _sql(self.select.where(*where).order_by(*self.oldest_first))

    def column_values(self, row: Json) -> dict[str, Any]:
        """Return the values of a resource's columns, without `data`."""
        values = {column: row.get(column, row.get(f"_{column}")) for column in self._columns}
        return {**values, "id": row["id"], "created_at": row["created_at"]}


class InUseError(RuntimeError):
    """Another process, or another version of the emulator, uses the database file."""


class Store:
    """The database, in memory or in a file. Use it within a `transaction()`; one thread holds it at a time."""

    def __init__(self, clock: Clock, ids: Ids, path: str | Path | None = None) -> None:
        self.clock = clock
        self.ids = ids
        self.cause = NO_REQUEST
        """What the open transaction runs for."""
        self.public_origin = ""
        """The origin of URLs in what no request has caused."""
        self.records_events = True
        self._lock = threading.RLock()
        self._event_listeners: list[Callable[[], None]] = []
        self._has_new_events = False
        self._engine = sa.create_engine(
            f"sqlite:///{path}" if path else "sqlite://",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 0.2},
        )
        if path:
            # It contains keys and passwords, and SQLite would make it readable for all. SQLite reports other failures.
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
            # Used by one process exclusively, because two would not see each other's changes.
            self._raw.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._raw.execute("BEGIN EXCLUSIVE")
            self._raw.execute("COMMIT")
        (version,) = self._raw.execute("PRAGMA user_version").fetchone()
        (tables,) = self._raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version != (_schema_version() if tables else 0):
            raise sqlite3.DatabaseError("it was created by another version of the emulator, or by another program")
        if path:
            self._raw.execute("PRAGMA journal_mode = WAL")
            self._raw.execute("PRAGMA synchronous = NORMAL")
        self._raw.execute("PRAGMA foreign_keys = ON")
        with self.transaction():
            METADATA.create_all(self._connection)
            self._raw.execute(f"PRAGMA user_version = {_schema_version()}")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()
            self._engine.dispose()
            self._pristine.close()

    @contextlib.contextmanager
    def transaction(self, cause: Cause = NO_REQUEST) -> Generator[None]:
        """Run the block in a transaction; an exception rolls it back."""
        # Not a transaction of SQLAlchemy: in autocommit mode it sends no BEGIN to SQLite.
        with self._lock:
            self.cause = cause
            self._has_new_events = False
            with self._raw:
                self._raw.execute("BEGIN")
                yield
            has_new_events = self._has_new_events
        if has_new_events:
            for listener in self._event_listeners:
                listener()

    def notify_after_commit(self) -> None:
        """Call the listeners of `on_events` after the open transaction."""
        self._has_new_events = True

    def on_events(self, listener: Callable[[], None]) -> None:
        """Call a function after each transaction that recorded events. It must not block."""
        self._event_listeners.append(listener)

    @property
    def origin(self) -> str:
        """The origin of URLs in responses and events."""
        return self.cause.origin or self.public_origin

    def execute(self, sql: str, **values: Any) -> sqlite3.Cursor:
        """Execute SQL with named parameters on a table that is not a `ResourceTable`."""
        return self._raw.execute(sql, values)

    def save_snapshot(self) -> None:
        """Save the current state for `restore_snapshot`. Only for a database in memory."""
        self._raw.backup(self._pristine)

    def restore_snapshot(self) -> None:
        """Restore the saved state."""
        with self._lock:
            # Not `deserialize`: SQLite 3.40 keeps using the old schema after it, and crashes.
            self._pristine.backup(self._raw)

    # Resources

    def create(self, table: ResourceTable, data: Json) -> Json:
        """Store a new resource and return it; missing `id`, `object`, `created_at` and `updated_at` are added."""
        now = self.clock.now()
        row = {
            "object": table.name,
            "id": data.get("id") or self.ids.new(table.prefix),
            **data,
            "created_at": data.get("created_at", now),
            "updated_at": data.get("updated_at", now),
        }
        self._connection.execute(table.insert, {**table.column_values(row), "data": _to_json(row)})
        return row

    def get(self, table: ResourceTable, resource_id: str) -> Json | None:
        """Return the resource with this id, or None."""
        return next(iter(self.query(table.by_id, id=resource_id)), None)

    def require(self, table: ResourceTable, resource_id: str, *where: Where) -> Json:
        """Return the resource with this id. Raises Clerk's 404 if there is none, or it does not match `where`."""
        row = self.find(table, table.c.id == resource_id, *where) if where else self.get(table, resource_id)
        if row is None:
            raise not_found(table.name.replace("_", " "), resource_id)
        return row

    def find(self, table: ResourceTable, *where: Where) -> Json | None:
        """Return the oldest resource that matches all conditions, or None."""
        return next(iter(self.all(table, *where, limit=1)), None)

    def all(
        self,
        table: ResourceTable,
        *where: Where,
        order: Sequence[sa.ColumnElement[Any]] = (),
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[Json]:
        """Return the resources that match all conditions, the oldest first unless `order` is given."""
        statement = table.select.where(*where).order_by(*(order or table.oldest_first))
        if limit is not None:
            statement = statement.limit(limit)
        if offset:
            statement = statement.offset(offset)
        return _from_json(self._connection.execute(statement).scalars())

    def query(self, prepared: str, **values: Any) -> list[Json]:
        """Return resources as `all` does, with SQL from `ResourceTable.prepare`: much faster for a few resources."""
        return _from_json(data for (data,) in self._raw.execute(prepared, values))

    def count(self, table: ResourceTable, *where: Where) -> int:
        """Return the number of resources that match all conditions."""
        return self.value(sa.select(sa.func.count()).select_from(table.sql_table).where(*where)) or 0

    def value(self, query: sa.Select[Any]) -> Any:
        """Return the single value of a query with one column; None if there is no row."""
        return self._connection.execute(query).scalar()

    def update(self, table: ResourceTable, row: Json, **changes: Any) -> Json:
        """Change a resource and return it. `updated_at` becomes now unless it is among the changes."""
        changed = {**row, "updated_at": self.clock.now(), **changes}
        before = table.column_values(row)
        columns = {name: value for name, value in table.column_values(changed).items() if before[name] != value}
        if changed != row:
            self._connection.execute(table.update_by_id, {**columns, "data": _to_json(changed), "this_id": row["id"]})
        return changed

    def update_all(self, table: ResourceTable, *where: Where, **changes: Any) -> list[Json]:
        """Change the resources that match all conditions, and return them."""
        return [self.update(table, row, **changes) for row in self.all(table, *where)]

    def delete(self, table: ResourceTable, *where: Where) -> int:
        """Delete the resources that match all conditions, with those that they own. Return how many matched."""
        return self._connection.execute(table.sql_table.delete().where(*where)).rowcount

    # Settings and images

    def setting(self, name: str) -> Json | None:
        """Return a setting of the instance, or None."""
        found = self._raw.execute(_SETTING, {"this_name": name}).fetchone()
        return json.loads(found[0]) if found else None

    def set_setting(self, name: str, value: Json) -> None:
        """Store a setting of the instance."""
        self._connection.execute(SETTINGS.delete().where(SETTINGS.c.name == name))
        self._connection.execute(SETTINGS.insert(), {"name": name, "data": _to_json(value)})

    def add_image(self, media_type: str, content: bytes) -> str:
        """Store an image and return its id."""
        image_id = self.ids.new("img")
        self._connection.execute(IMAGES.insert(), {"id": image_id, "media_type": media_type, "content": content})
        return image_id

    def image(self, image_id: str) -> tuple[str, bytes] | None:
        """Return the media type and content of an image, or None."""
        row = self._connection.execute(sa.select(IMAGES).where(IMAGES.c.id == image_id)).one_or_none()
        return (row.media_type, row.content) if row else None

    def delete_image(self, image_id: str) -> None:
        """Delete an image."""
        self._connection.execute(IMAGES.delete().where(IMAGES.c.id == image_id))


_to_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


def _from_json(rows: Iterable[str]) -> list[Json]:
    # Parsed in one call, because starting to parse takes as long as parsing a row.
    parsed: list[Json] = json.loads(f"[{','.join(rows)}]")
    return parsed


def _schema_version() -> int:
    """Return a number that changes whenever a table changes."""
    ddl = "".join(str(sa.schema.CreateTable(table)) for table in METADATA.sorted_tables)
    return zlib.crc32(ddl.encode()) & 0x7FFFFFFF


def _reason(error: Exception) -> str:
    text = str(error.__cause__ or error)
    return "another process uses it" if "locked" in text else text
