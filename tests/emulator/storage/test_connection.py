"""Blocks: their savepoints are set by the first write, and undo what was written in any order of nesting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_emulator.storage.connection import Block, Connection


class Failed(Exception):
    pass


@pytest.fixture
def raw() -> Iterator[sqlite3.Connection]:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    raw.execute("CREATE TABLE number (value INTEGER)")
    yield raw
    raw.close()


def numbers(raw: sqlite3.Connection) -> list[int]:
    return [value for (value,) in raw.execute("SELECT value FROM number ORDER BY rowid")]


def test_block_that_only_reads_sets_no_savepoint(raw: sqlite3.Connection) -> None:
    statements: list[str] = []
    raw.set_trace_callback(statements.append)
    connection = Connection(raw, lambda: None)
    with Block(connection), Block(connection):
        connection.read("SELECT value FROM number")
    assert statements == ["SELECT value FROM number"]
    assert not raw.in_transaction


def test_what_cannot_be_kept_is_undone(raw: sqlite3.Connection) -> None:
    undone: list[bool] = []
    raw.executescript(
        "PRAGMA foreign_keys = ON; CREATE TABLE owner (id INTEGER PRIMARY KEY);"
        "CREATE TABLE owned (id INTEGER REFERENCES owner (id) DEFERRABLE INITIALLY DEFERRED);"
    )
    connection = Connection(raw, lambda: undone.append(True))
    with pytest.raises(sqlite3.IntegrityError), Block(connection):
        connection.write("INSERT INTO owned VALUES (1)")
    assert undone == [True]
    assert raw.execute("SELECT count(*) FROM owned").fetchone() == (0,)
    assert not raw.in_transaction


# A tree of blocks: a number is written, a list is a block, and a tuple is a block that fails at its end.
_STEPS = st.recursive(
    st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


def fail_if(wanted: bool) -> None:
    if wanted:
        raise Failed


def run(connection: Connection, step: object) -> list[int]:
    """Do a step, and return the numbers that should be kept of it."""
    if isinstance(step, int):
        connection.write("INSERT INTO number VALUES (?)", (step,))
        return [step]
    assert isinstance(step, list | tuple)
    kept: list[int] = []
    try:
        with Block(connection):
            for one in step:
                kept += run(connection, one)
            fail_if(isinstance(step, tuple))
    except Failed:
        return []
    return kept


@given(st.lists(_STEPS, max_size=5), st.booleans())
def test_nested_blocks_keep_and_undo_what_they_should(steps: list[object], within_transaction: bool) -> None:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    raw.execute("CREATE TABLE number (value INTEGER)")
    if within_transaction:  # as after a snapshot
        raw.execute("BEGIN")
    connection = Connection(raw, lambda: None)
    expected = [kept for step in steps for kept in run(connection, [step])]
    assert numbers(raw) == expected
    assert raw.in_transaction is within_transaction
    raw.close()
