"""The steps that flows yield, and the runners' results. Flows do no I/O, so that each is written once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.sql.base import Executable

T = TypeVar("T")

Row = dict[str, Any]
Flow = Generator[Any, Any, T]
"""A generator that yields steps, receives their results or errors, and returns a result of its own."""


class Query(NamedTuple):
    """Execute a statement in the current transaction. The result is a `Result`."""

    statement: Executable
    parameters: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None


class Result(NamedTuple):
    """The result of a `Query`."""

    rows: list[Row]
    affected: int
    """The number of rows that were inserted, updated or deleted."""


class Call(NamedTuple):
    """Call a function of the user in the current transaction, and await its result if it has to be awaited.

    The first argument of the function is the connection.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


class Transaction(NamedTuple):
    """Run a flow in a transaction of its own. It is run again if the database aborts it to resolve a conflict."""

    start: Callable[[], Flow[Any]]


class Wait(NamedTuple):
    """Sleep."""

    seconds: float


class Send(NamedTuple):
    """Send a request to Clerk. The result is that of the request."""

    request: Any
