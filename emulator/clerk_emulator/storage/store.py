"""Store resources in SQLite: one table for each type, changed in transactions.

A resource (row) is stored as the JSON object that the API returns. Keys that begin with an underscore, such as
`_password_digest`, are private: they are stored in the same object and never returned. What lists filter or sort by is
also stored in an indexed column.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clerk_emulator.errors import not_found
from clerk_emulator.json_types import Json, from_json, to_json
from clerk_emulator.storage import sql
from clerk_emulator.storage.cause import NO_REQUEST, Cause
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.connection import Block, Connection
from clerk_emulator.storage.ids import Ids

Where = sql.Expression

_PAGE_SIZE = "PRAGMA page_size = 1024"
"""For databases in memory: each of the many tables and indexes has a page, even an empty one."""

SCHEMA = {
    "setting": "CREATE TABLE setting (name TEXT PRIMARY KEY, data TEXT NOT NULL);",
    "image": "CREATE TABLE image (id TEXT PRIMARY KEY, media_type TEXT NOT NULL, content BLOB NOT NULL);",
}
"""The statements that create each table and its indexes. Modules with tables add theirs at import."""

_TYPES: dict[type, str] = {str: "TEXT", int: "BIGINT", bool: "BOOLEAN"}


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
        if name in SCHEMA:
            raise ValueError(f"name: there is already a table {name}")
        self.name = name
        self.prefix = prefix
        columns = columns or {}
        owners = owners or {}
        SCHEMA[name] = _create_table(name, columns, owners, unique)
        self._keys = {column: f"_{column}" for column in (*columns, *owners)}
        self._columns = {"id": "id", "created_at": "created_at"}
        """The columns by the keys that they hold."""
        for column, own in self._keys.items():
            self._columns |= {column: column, own: column}
        names = ("id", "created_at", *columns, *owners, "data")
        self.c = sql.Columns(name, names)
        self.insert = sql.insert(name, names)
        self.select = f'SELECT {self.c.data.text} FROM "{name}"'
        self.select_stored = f'SELECT {self.c.id.text}, {self.c.data.text} FROM "{name}"'
        self.oldest_first = self.order_by(self.c.created_at)
        self.newest_first = self.order_by(self.c.created_at, descending=True)
        self.as_stored = (sql.Expression(f'"{name}".rowid'),)
        """The order in which resources were stored, also within a millisecond."""
        self.by_id = self.prepare(self.c.id == sql.parameter("id"))

    def prepare(self, *where: Where, order: Sequence[sql.Expression] = ()) -> sql.PreparedQuery:
        """Return a query for `Store.query`. The conditions may have `sql.parameter` values, and no others."""
        text, values = _query(self.select, where, order or self.oldest_first)
        names = tuple(value.name for value in values if isinstance(value, sql.Parameter))
        if len(names) < len(values):
            raise ValueError(f"where: a prepared query cannot have the values {values}; use sql.parameter")
        return sql.PreparedQuery(text, names)

    def order_by(self, column: sql.Expression, *, descending: bool = False) -> tuple[sql.Expression, ...]:
        """Return an order by a column, and by id where its values are equal."""
        return (column.desc(), self.c.id.desc()) if descending else (column, self.c.id)

    def follows(self, row: Json, column: sql.Column, *, descending: bool = False) -> Where:
        """Return the condition for what follows a resource in the order that `order_by` returns."""
        # With the values of the row: SQLite would read an index from its start to compare them with those of a query.
        last = row[column.name] if column.name in row else row[self._keys[column.name]], row["id"]
        position = sql.row(column, self.c.id)
        return position < last if descending else position > last

    def column_values(self, row: Json) -> list[Any]:
        """Return the values of a resource's columns in order, without `data`."""
        keys = self._keys.items()
        return [row["id"], row["created_at"], *[row[key] if key in row else row.get(own) for key, own in keys]]

    def changed_columns(self, row: Json, changed: Json, keys: Iterable[str]) -> Json:
        """Return the new values of columns, and of `data`, after these keys of a resource may have changed."""
        columns: Json = {}
        for key in keys:
            name = self._columns.get(key)
            if name and row.get(key) != changed[key]:
                columns[name] = changed[name] if name in changed else changed[key]
        columns["data"] = to_json(changed)
        return columns


def _create_table(
    name: str, columns: Mapping[str, type], owners: Mapping[str, str], unique: Sequence[str | tuple[str, ...]]
) -> str:
    parts = ["id TEXT NOT NULL PRIMARY KEY", "created_at BIGINT NOT NULL"]
    parts += [f'"{column}" {_TYPES[value_type]}' for column, value_type in columns.items()]
    parts += [f'"{column}" TEXT REFERENCES "{owner}" (id) ON DELETE CASCADE' for column, owner in owners.items()]
    parts.append("data TEXT NOT NULL")
    for one in unique:
        group = ", ".join(f'"{column}"' for column in ((one,) if isinstance(one, str) else one))
        parts.append(f"UNIQUE ({group})")
    # The id breaks ties, so that a page is read from the index alone. The index of a unique group begins with its first
    # column, and no list is sorted by one of these.
    grouped = {one[0] for one in unique if not isinstance(one, str)}
    indexes = [
        f'CREATE INDEX "by_{name}_{column}" ON "{name}" ("{column}", id);'
        for column in ("created_at", *columns)
        if column not in grouped
    ]
    # What an owner has is listed in order of creation.
    indexes += [
        f'CREATE INDEX "by_{name}_{owner}" ON "{name}" ("{owner}", created_at, id);'
        for owner in owners
        if owner not in grouped
    ]
    return "\n".join([f'CREATE TABLE "{name}" ({", ".join(parts)});', *indexes])


class InUseError(RuntimeError):
    """Another process, or another version of the emulator, uses the database file."""


class _Transaction(Block):
    """A block that holds the store, and calls the listeners of `Store.on_events` at its end."""

    def __init__(self, store: Store, connection: Connection, cause: Cause) -> None:
        super().__init__(connection)
        self._store = store
        self._cause = cause

    def __enter__(self) -> None:
        self._store.acquire(self._cause)
        super().__enter__()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            super().__exit__(kind)
            if kind is None:
                self._store.notify_listeners()
        finally:
            self._store.release()


class Store:
    """The database, in memory or in a file. Use it within a `transaction()`; one thread holds it at a time."""

    def __init__(self, clock: Clock, ids: Ids, path: str | Path | None = None) -> None:
        self.clock = clock
        self.ids = ids
        self.is_in_memory = not path
        self.cause = NO_REQUEST
        """What the open transaction runs for."""
        self.public_origin = ""
        """The origin of URLs in what no request has caused."""
        self.allowed_origins: frozenset[str] = frozenset()
        """The origins of applications, besides those of this machine and those in the instance's settings."""
        self.records_events = True
        self._lock = threading.RLock()
        self._event_listeners: list[Callable[[], None]] = []
        self._has_new_events = False
        self._settings: dict[str, str | None] = {}
        """The JSON texts of the settings that were read, or None, since most requests read several of them."""
        if path:
            # It contains keys and passwords, and SQLite would make it readable for all. SQLite reports other failures.
            with contextlib.suppress(OSError):
                Path(path).touch(mode=0o600)
        with contextlib.ExitStack() as opened:
            try:
                self._raw = sqlite3.connect(
                    path or ":memory:", 0.2, isolation_level=None, check_same_thread=False, cached_statements=512
                )
                opened.callback(self._raw.close)
                self._prepare(path)
                self._connection = Connection(self._raw, self._settings.clear)
            except sqlite3.Error as error:
                raise InUseError(f"{path} cannot be used: {_reason(error)}") from None
            opened.pop_all()

    def _prepare(self, path: str | Path | None) -> None:
        if path:
            # Used by one process exclusively, because two would not see each other's changes.
            self._raw.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._raw.execute("BEGIN EXCLUSIVE")
            self._raw.execute("COMMIT")
        else:
            self._raw.execute(_PAGE_SIZE)
        (version,) = self._raw.execute("PRAGMA user_version").fetchone()
        (tables,) = self._raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version != (_schema_version() if tables else 0):
            raise sqlite3.DatabaseError("it was created by another version of the emulator, or by another program")
        if path:
            self._raw.execute("PRAGMA journal_mode = WAL")
            self._raw.execute("PRAGMA synchronous = NORMAL")
        self._raw.execute("PRAGMA foreign_keys = ON")
        if not tables:
            statements = "\n".join(SCHEMA.values())
            self._raw.executescript(f"BEGIN; {statements} PRAGMA user_version = {_schema_version()}; COMMIT;")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._raw.close()

    def transaction(self, cause: Cause = NO_REQUEST) -> contextlib.AbstractContextManager[None]:
        """Run the block in a transaction; an exception rolls it back."""
        return _Transaction(self, self._connection, cause)

    def acquire(self, cause: Cause) -> None:
        """Begin to hold the store, for a cause. For `transaction`."""
        self._lock.acquire()
        self.cause = cause
        self._has_new_events = False

    def release(self) -> None:
        """Hold the store no longer. For `transaction`."""
        self._lock.release()

    def notify_listeners(self) -> None:
        """Call the listeners of `on_events` if events were recorded. For `transaction`."""
        if self._has_new_events:
            for listener in self._event_listeners:
                listener()

    def savepoint(self) -> contextlib.AbstractContextManager[None]:
        """Run the block within the open transaction; an exception undoes what the block has written."""
        return Block(self._connection)

    def notify_after_commit(self) -> None:
        """Call the listeners of `on_events` after the open transaction."""
        self._has_new_events = True

    def on_events(self, listener: Callable[[], None]) -> None:
        """Call a function after each transaction that recorded events. It can read the store, and must not block."""
        self._event_listeners.append(listener)

    @property
    def origin(self) -> str:
        """The origin of URLs in responses and events."""
        return self.cause.origin or self.public_origin

    def select(self, statement: str, *positional: Any, **named: Any) -> sqlite3.Cursor:
        """Execute SQL that only reads, with positional or named parameters."""
        return self._connection.read(statement, positional or named)

    def execute(self, statement: str, *positional: Any, **named: Any) -> sqlite3.Cursor:
        """Execute SQL with positional or named parameters on a table that is not a `ResourceTable`."""
        return self._connection.write(statement, positional or named)

    def save_snapshot(self) -> None:
        """Save the current state for `restore_snapshot`. Only for a database in memory."""
        with self._lock:
            self._raw.commit()
            # All that follows is written within this transaction. Rolling it back restores the pages that have changed,
            # and SQLite does not read its schema again as it does after a backup.
            self._raw.execute("BEGIN")

    def restore_snapshot(self) -> None:
        """Restore the saved state."""
        with self._lock:
            self._raw.rollback()
            self._raw.execute("BEGIN")
            self._settings.clear()

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
        self._connection.write(table.insert, (*table.column_values(row), to_json(row)))
        return row

    def get(self, table: ResourceTable, resource_id: str) -> Json | None:
        """Return the resource with this id, or None."""
        return self._first(table.by_id.text, (resource_id,))

    def require(self, table: ResourceTable, resource_id: str, *where: Where) -> Json:
        """Return the resource with this id. Raises Clerk's 404 if there is none, or it does not match `where`."""
        row = self.find(table, table.c.id == resource_id, *where) if where else self.get(table, resource_id)
        if row is None:
            raise not_found(table.name.replace("_", " "), resource_id)
        return row

    def find(self, table: ResourceTable, *where: Where) -> Json | None:
        """Return the oldest resource that matches all conditions, or None."""
        text, values = _query(table.select, where, table.oldest_first)
        return self._first(f"{text} LIMIT 1", values)

    def _first(self, text: str, values: tuple[Any, ...]) -> Json | None:
        found: tuple[str] | None = self._connection.read(text, values).fetchone()
        return from_json(found[0]) if found else None

    def all(
        self,
        table: ResourceTable,
        *where: Where,
        order: Sequence[sql.Expression] = (),
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[Json]:
        """Return the resources that match all conditions, the oldest first unless `order` is given."""
        stored = self.all_stored(table, *where, order=order, limit=limit, offset=offset)
        return decode_rows([text for _, text in stored])

    def all_stored(
        self,
        table: ResourceTable,
        *where: Where,
        order: Sequence[sql.Expression] = (),
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[tuple[str, str]]:
        """Return the ids and JSON texts of the resources that `all` returns."""
        text, values = _query(table.select_stored, where, order or table.oldest_first)
        if limit is not None or offset:
            text += " LIMIT ? OFFSET ?"
            values += (-1 if limit is None else limit, offset or 0)
        return self._connection.read(text, values).fetchall()

    def query(self, prepared: sql.PreparedQuery, **values: Any) -> list[Json]:
        """Return resources as `all` does, with a query from `ResourceTable.prepare`."""
        found = self._connection.read(prepared.text, [values[name] for name in prepared.names])
        return decode_rows([data for (data,) in found])

    def count(self, table: ResourceTable, *where: Where) -> int:
        """Return the number of resources that match all conditions."""
        text, values = _query(f'SELECT count(*) FROM "{table.name}"', where)
        found: tuple[int] = self._connection.read(text, values).fetchone()
        return found[0]

    def update(self, table: ResourceTable, row: Json, **changes: Any) -> Json:
        """Change a resource and return it. `updated_at` becomes now unless it is among the changes."""
        changed = {**row, "updated_at": self.clock.now(), **changes}
        if changed != row:
            columns = table.changed_columns(row, changed, ("updated_at", *changes))
            self._connection.write(sql.update(table.name, tuple(columns)), (*columns.values(), row["id"]))
        return changed

    def update_all(self, table: ResourceTable, *where: Where, **changes: Any) -> list[Json]:
        """Change the resources that match all conditions, and return them."""
        return [self.update(table, row, **changes) for row in self.all(table, *where)]

    def delete(self, table: ResourceTable, *where: Where) -> int:
        """Delete the resources that match all conditions, with those that they own. Return how many matched."""
        text, values = _query(f'DELETE FROM "{table.name}"', where)
        return self._connection.write(text, values).rowcount

    # Settings and images

    def setting(self, name: str) -> Json | None:
        """Return a setting of the instance, or None."""
        if name not in self._settings:
            found = self._connection.read("SELECT data FROM setting WHERE name = ?", (name,)).fetchone()
            self._settings[name] = found[0] if found else None
        text = self._settings[name]
        return None if text is None else from_json(text)

    def set_setting(self, name: str, value: Json) -> None:
        """Store a setting of the instance."""
        text = to_json(value)
        self._connection.write("REPLACE INTO setting (name, data) VALUES (?, ?)", (name, text))
        self._settings[name] = text

    def add_image(self, media_type: str, content: bytes) -> str:
        """Store an image and return its id."""
        image_id = self.ids.new("img")
        text = "INSERT INTO image (id, media_type, content) VALUES (?, ?, ?)"
        self._connection.write(text, (image_id, media_type, content))
        return image_id

    def image(self, image_id: str) -> tuple[str, bytes] | None:
        """Return the media type and content of an image, or None."""
        found: tuple[str, bytes] | None = self._connection.read(
            "SELECT media_type, content FROM image WHERE id = ?", (image_id,)
        ).fetchone()
        return found

    def delete_image(self, image_id: str) -> None:
        """Delete an image."""
        self._connection.write("DELETE FROM image WHERE id = ?", (image_id,))


def _query(text: str, where: Sequence[Where], order: Sequence[sql.Expression] = ()) -> tuple[str, tuple[Any, ...]]:
    """Return a statement with conditions and an order, and the values of its parameters."""
    if where:
        text += f" WHERE {' AND '.join([one.text for one in where])}"
    if order:
        text += f" ORDER BY {', '.join([one.text for one in order])}"
    return text, tuple([value for one in (*where, *order) for value in one.values])


def decode_rows(rows: Sequence[str]) -> list[Json]:
    """Return the resources with these JSON texts."""
    # Parsed in one call, because starting to parse takes as long as parsing a row.
    parsed: list[Json] = from_json(f"[{','.join(rows)}]") if rows else []
    return parsed


def _schema_version() -> int:
    """Return a number that changes whenever a table changes."""
    return zlib.crc32("\n".join(sorted(SCHEMA.values())).encode()) & 0x7FFFFFFF


def _reason(error: Exception) -> str:
    return "another process uses it" if "locked" in str(error) else str(error)
