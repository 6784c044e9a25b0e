"""Build SQL for SQLite: expressions with columns, and the values of their parameters.

Expressions are text, so that building a query takes less time than running it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


class Expression:
    """A piece of SQL, and the values of its parameters in order.

    Comparisons return conditions. A comparison with None is `IS NULL`, as in Python.
    """

    __slots__ = ("text", "values")
    __hash__ = object.__hash__

    def __init__(self, text: str, values: tuple[Any, ...] = ()) -> None:
        self.text = text
        self.values = values

    def __repr__(self) -> str:
        return f"<{self.text}>"

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} is a condition for SQLite, which has no value in Python: compare with `is None`")

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.is_(None) if other is None else self._compare("=", other)

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.is_not(None) if other is None else self._compare("!=", other)

    def __lt__(self, other: object) -> Expression:
        return self._compare("<", other)

    def __le__(self, other: object) -> Expression:
        return self._compare("<=", other)

    def __gt__(self, other: object) -> Expression:
        return self._compare(">", other)

    def __ge__(self, other: object) -> Expression:
        return self._compare(">=", other)

    def __invert__(self) -> Expression:
        return not_(self)

    def __and__(self, other: Expression) -> Expression:
        return and_(self, other)

    def __or__(self, other: Expression) -> Expression:
        return or_(self, other)

    def is_(self, value: bool | None) -> Expression:
        """Return the condition that it is null, true or false."""
        return self._compare("IS", value)

    def is_not(self, value: bool | None) -> Expression:
        """Return the condition that it is not null, true or false."""
        return self._compare("IS NOT", value)

    def in_(self, values: Select | Collection[Any]) -> Expression:
        """Return the condition that it is one of the values, or one of those that a `Select` returns."""
        if isinstance(values, Expression):
            return Expression(f"{self.text} IN {values.text}", (*self.values, *values.values))
        given = tuple(values)
        return Expression(f"{self.text} IN ({_parameters(given)})", (*self.values, *given))

    def not_in(self, values: Select | Collection[Any]) -> Expression:
        """Return the condition that it is none of the values, and none of those that a `Select` returns."""
        return not_(self.in_(values))

    def contains(self, text: str) -> Expression:
        """Return the condition that it contains the text, ignoring the case of ASCII letters."""
        return self._like(f"%{_escape(text)}%")

    def endswith(self, text: str) -> Expression:
        """Return the condition that it ends with the text, ignoring the case of ASCII letters."""
        return self._like(f"%{_escape(text)}")

    def desc(self) -> Expression:
        """Return the descending order by it."""
        return Expression(f"{self.text} DESC", self.values)

    def _like(self, pattern: str) -> Expression:
        return Expression(f"{self.text} LIKE ? ESCAPE '/'", (*self.values, pattern))

    def _compare(self, operator: str, other: object) -> Expression:
        text, values = _operand(other)
        return Expression(f"{self.text} {operator} {text}", (*self.values, *values))


class Column(Expression):
    """A column of a table."""

    __slots__ = ("name", "table")

    def __init__(self, table: str, name: str) -> None:
        super().__init__(f'"{table}"."{name}"')
        self.table = table
        self.name = name


class Columns:
    """The columns of a table, as attributes and by name."""

    def __init__(self, table: str, names: Sequence[str]) -> None:
        self._table = table
        self._columns = {name: Column(table, name) for name in names}

    def __getattr__(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise AttributeError(f"the table {self._table} has no column {name}") from None

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)


class Select(Expression):
    """A query for one value or one column, to use as a part of an expression."""

    __slots__ = ()

    def where(self, *conditions: Expression) -> Select:
        """Return the query for those that match all conditions."""
        where = and_(*conditions)
        return Select(f"{self.text[:-1]} WHERE {where.text})", (*self.values, *where.values))


def select(column: Column) -> Select:
    """Return a query for a column."""
    return Select(f'(SELECT {column.text} FROM "{column.table}")')


def select_count(table: str) -> Select:
    """Return a query for the number of rows."""
    return Select(f'(SELECT count(*) FROM "{table}")')


@dataclass(frozen=True)
class Parameter:
    """Stands for a value that is given when the query runs."""

    name: str


@dataclass(frozen=True)
class PreparedQuery:
    """A query that is built once, and the names of its parameters in order."""

    text: str
    names: tuple[str, ...]


def parameter(name: str) -> Expression:
    """Return a parameter whose value is given when the query runs."""
    # By position: binding named parameters takes as long as a query for one row.
    return Expression("?", (Parameter(name),))


def parameter_list(name: str) -> Select:
    """Return a parameter whose value is a list as JSON, given when the query runs."""
    return Select("(SELECT value FROM json_each(?))", (Parameter(name),))


def and_(*conditions: Expression) -> Expression:
    """Return the condition that all conditions hold."""
    return _join(" AND ", conditions) if conditions else Expression("TRUE")


def or_(*conditions: Expression) -> Expression:
    """Return the condition that one of the conditions holds."""
    return _join(" OR ", conditions) if conditions else Expression("FALSE")


def not_(condition: Expression) -> Expression:
    """Return the condition that a condition does not hold."""
    return Expression(f"NOT ({condition.text})", condition.values)


def row(*parts: Expression) -> Expression:
    """Return several values as one, to compare with a tuple."""
    return _join(", ", parts)


def coalesce(expression: Expression, default: object) -> Expression:
    """Return the expression, or the default if it is null."""
    text, values = _operand(default)
    return Expression(f"coalesce({expression.text}, {text})", (*expression.values, *values))


def concat(*parts: Expression | str) -> Expression:
    """Return texts joined to one."""
    operands = [_operand(part) for part in parts]
    values = tuple(value for _, values in operands for value in values)
    return Expression(f"({' || '.join(text for text, _ in operands)})", values)


@functools.lru_cache(maxsize=1024)  # the same columns change again and again
def update(table: str, names: tuple[str, ...]) -> str:
    """Return an UPDATE with a parameter for each column, and one for the id."""
    assignments = ", ".join(f'"{name}" = ?' for name in names)
    return f'UPDATE "{table}" SET {assignments} WHERE id = ?'


def insert(table: str, names: Sequence[str]) -> str:
    """Return an INSERT with a parameter for each column."""
    columns = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({columns}) VALUES ({_parameters(names)})'


def _escape(text: str) -> str:
    """Return a text in which no character is a wildcard of LIKE."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _join(separator: str, parts: Sequence[Expression]) -> Expression:
    text = separator.join([part.text for part in parts])
    return Expression(f"({text})", tuple([value for part in parts for value in part.values]))


def _operand(value: object) -> tuple[str, tuple[Any, ...]]:
    if isinstance(value, Expression):
        return value.text, value.values
    if isinstance(value, tuple):
        return f"({_parameters(value)})", value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return "?", (value,)


def _parameters(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
