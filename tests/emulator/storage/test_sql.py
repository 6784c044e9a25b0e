"""SQL expressions: each selects the rows that Python's operators select."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clerk_emulator.storage import sql

ROWS = [
    (1, "Ada", "Lovelace"),
    (2, "ada_x", None),
    (3, "50% off", "a/b"),
    (4, "Grace", "O'Hara"),
    (5, None, "Ädå"),
]
C = sql.Columns("order", ("id", "first", "last"))
"""A table whose name is a keyword of SQL."""


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute('CREATE TABLE "order" (id INTEGER, first TEXT, last TEXT)')
    connection.executemany(sql.insert("order", ("id", "first", "last")), ROWS)
    yield connection
    connection.close()


CASES: dict[str, tuple[sql.Expression, Callable[[int, Any, Any], bool]]] = {
    "equal": (C.first == "Ada", lambda _, first, __: first == "Ada"),
    "equal to None": (C.last == None, lambda _, __, last: last is None),  # noqa: E711
    "not equal to None": (C.last != None, lambda _, __, last: last is not None),  # noqa: E711
    "not equal": (C.id != 2, lambda number, *_: number != 2),
    "less": (C.id < 3, lambda number, *_: number < 3),
    "at most": (C.id <= 3, lambda number, *_: number <= 3),
    "greater": (C.id > 3, lambda number, *_: number > 3),
    "at least": (C.id >= 3, lambda number, *_: number >= 3),
    "between columns": (C.first < C.last, lambda _, first, last: None not in (first, last) and first < last),
    "quote": (C.last == "O'Hara", lambda _, __, last: last == "O'Hara"),
    "one of": (C.id.in_([1, 4]), lambda number, *_: number in (1, 4)),
    "one of a set": (C.id.in_({5}), lambda number, *_: number == 5),
    "one of none": (C.id.in_([]), lambda *_: False),
    "none of": (sql.not_(C.id.in_([1, 4])), lambda number, *_: number not in (1, 4)),
    "one of a query": (
        C.id.in_(sql.select(C.id).where(C.first == "Ada", C.last == "Lovelace")),
        lambda number, *_: number == 1,
    ),
    "a query": (sql.select_count("order").where(C.id < 4) == 3, lambda *_: True),
    "contains, in any case": (C.first.contains("ADA"), lambda _, first, __: "ada" in (first or "").lower()),
    "contains a wildcard": (C.first.contains("0%"), lambda number, *_: number == 3),
    "contains an underscore": (C.first.contains("a_"), lambda number, *_: number == 2),
    "contains the escape character": (C.last.contains("/"), lambda number, *_: number == 3),
    "ends with": (C.last.endswith("HARA"), lambda number, *_: number == 4),
    "ends with a wildcard": (C.last.endswith("%"), lambda *_: False),
    "not in": (C.id.not_in([1, 4]), lambda number, *_: number not in (1, 4)),
    "both": ((C.id > 1) & (C.id < 3), lambda number, *_: number == 2),
    "either": ((C.id == 1) | (C.id == 3), lambda number, *_: number in (1, 3)),
    "all": (sql.and_(C.id > 1, C.id < 4), lambda number, *_: 1 < number < 4),
    "all of none": (sql.and_(), lambda *_: True),
    "any of none": (sql.or_(), lambda *_: False),
    "any within all": (sql.and_(sql.or_(C.id == 1, C.id == 2), C.id != 1), lambda number, *_: number == 2),
    "not any": (~sql.or_(C.id == 1, C.id == 2), lambda number, *_: number > 2),
    "values after a row": (sql.row(C.id, C.first) > (3, ""), lambda number, *_: number >= 3),
    "a joined text": (
        sql.concat(sql.coalesce(C.first, ""), " ", sql.coalesce(C.last, "-")) == "ada_x -",
        lambda number, *_: number == 2,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_condition_selects_matching_rows(database: sqlite3.Connection, case: str) -> None:
    condition, matches = CASES[case]
    found = database.execute(f'SELECT * FROM "order" WHERE {condition.text}', condition.values).fetchall()
    assert found == [row for row in ROWS if matches(*row)]


def test_values_of_parameters_are_given_when_the_query_runs(database: sqlite3.Connection) -> None:
    condition = sql.and_(C.id == sql.parameter("number"), C.first.in_(sql.parameter_list("names")))
    assert condition.values == (sql.Parameter("number"), sql.Parameter("names"))
    values = (4, '["Ada", "Grace"]')
    assert database.execute(f'SELECT * FROM "order" WHERE {condition.text}', values).fetchall() == [ROWS[3]]


def test_orders_by_columns_and_queries(database: sqlite3.Connection) -> None:
    for order, expected in [(C.id.desc(), [5, 4, 3, 2, 1]), (C.first, [5, 3, 1, 4, 2])]:
        found = database.execute(f'SELECT id FROM "order" ORDER BY {order.text}', order.values).fetchall()
        assert [number for (number,) in found] == expected


def test_condition_has_no_value_in_python() -> None:
    with pytest.raises(TypeError, match="compare with `is None`"):
        bool(C.id == 1)


def test_unknown_column_is_named() -> None:
    with pytest.raises(AttributeError, match="the table order has no column age"):
        _ = C.age
