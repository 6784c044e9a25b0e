"""A connection to SQLite with blocks whose writes can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any


class Connection:
    """A connection in autocommit mode, which one thread uses at a time.

    Blocks can be nested. The savepoint of a block is set before the first write in it, because most blocks only read.
    `on_undo` is called after the writes of a block were undone.
    """

    def __init__(self, raw: sqlite3.Connection, on_undo: Callable[[], None]) -> None:
        self._raw = raw
        self._on_undo = on_undo
        self.read = raw.execute
        """Execute a statement that changes nothing."""
        self._without_savepoint = 0
        """How many of the open blocks have no savepoint yet. They are the innermost ones."""

    def write(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Execute a statement that changes something."""
        while self._without_savepoint:
            self._raw.execute("SAVEPOINT block")
            self._without_savepoint -= 1
        return self._raw.execute(statement, values)

    def open_block(self) -> None:
        """Begin a block."""
        self._without_savepoint += 1

    def close_block(self, *, undo: bool) -> None:
        """End the innermost block, and keep or undo what it has written. What cannot be kept is undone.

        The outermost block commits, unless a transaction was begun before it.
        """
        if self._without_savepoint:
            self._without_savepoint -= 1
        elif undo:
            self._undo()
        else:
            try:
                self._raw.execute("RELEASE block")
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        if self._raw.in_transaction:  # some failures of SQLite have rolled back already
            self._raw.execute("ROLLBACK TO block")
            self._raw.execute("RELEASE block")
        self._on_undo()


class Block:
    """A block of a connection: an exception undoes what it has written.

    A generator would take longer than many of the blocks.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.open_block()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._connection.close_block(undo=kind is not None)
