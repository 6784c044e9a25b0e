"""Run flows: on an engine of SQLAlchemy, sync or async, and with a client for Clerk's API."""

from __future__ import annotations

import inspect
import random
import time
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import DBAPIError

from clerkkit.flow import run_flow, run_flow_async
from clerkkit.sync.flows.steps import Call, Flow, Query, Result, Send, Transaction, Wait

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, CursorResult, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from clerkkit.clerk import AsyncClerk, Clerk

T = TypeVar("T")

_ATTEMPTS = 5
"""How often a transaction is run that the database aborts."""
_FIRST_PAUSE = 0.05
_SERIALIZATION_FAILURES = ("40001", "40P01")


class Runner:
    """Runs flows on an `Engine`, with a `Clerk` or without one."""

    def __init__(self, engine: Engine, clerk: Clerk | None) -> None:
        self._engine = engine
        self._clerk = clerk

    def begin(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that is committed at the end of the block."""
        return self._engine.begin()

    def execute(self, connection: Connection, step: Query | Call) -> Any:
        """Take a step of a transaction."""
        return _execute(connection, step)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow, and return its result."""
        return run_flow(self._do, flow, Exception)

    def _do(self, step: Any) -> Any:
        if isinstance(step, Transaction):
            return self._transact(step)
        if isinstance(step, Wait):
            return time.sleep(step.seconds)
        assert isinstance(step, Send)
        assert self._clerk is not None
        return self._clerk.send(step.request)

    def _transact(self, step: Transaction) -> Any:
        for attempt in range(_ATTEMPTS):
            try:
                with self.begin() as connection:
                    return run_flow(partial(self.execute, connection), step.start(), Exception)
            except DBAPIError as error:
                if attempt == _ATTEMPTS - 1 or not _is_conflict(error):
                    raise
                time.sleep(_pause(attempt))
        raise AssertionError


class AsyncRunner:
    """Runs flows on an `AsyncEngine`, with an `AsyncClerk` or without one."""

    def __init__(self, engine: AsyncEngine, clerk: AsyncClerk | None) -> None:
        self._engine = engine
        self._clerk = clerk

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Begin a transaction that is committed at the end of the block."""
        return self._engine.begin()

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow, and return its result."""
        return await run_flow_async(self._do, flow, Exception)

    async def _do(self, step: Any) -> Any:
        import anyio

        if isinstance(step, Transaction):
            return await self._transact(step)
        if isinstance(step, Wait):
            return await anyio.sleep(step.seconds)
        assert isinstance(step, Send)
        assert self._clerk is not None
        return await self._clerk.send(step.request)

    async def _transact(self, step: Transaction) -> Any:
        import anyio

        for attempt in range(_ATTEMPTS):
            try:
                async with self.begin() as connection:
                    return await run_flow_async(partial(_execute_async, connection), step.start(), Exception)
            except DBAPIError as error:
                if attempt == _ATTEMPTS - 1 or not _is_conflict(error):
                    raise
                await anyio.sleep(_pause(attempt))
        raise AssertionError


def _execute(connection: Connection, step: Query | Call) -> Any:
    if isinstance(step, Call):
        result = step.function(connection, *step.arguments)
        if inspect.isawaitable(result):
            raise TypeError(f"{step.function!r} is async: use AsyncSync, or a plain function")
        return result
    return _read(connection.execute(step.statement, step.parameters))


async def _execute_async(connection: AsyncConnection, step: Query | Call) -> Any:
    if isinstance(step, Call):
        result = step.function(connection, *step.arguments)
        return await result if inspect.isawaitable(result) else result
    return _read(await connection.execute(step.statement, step.parameters))


def _read(result: CursorResult[Any]) -> Result:
    if result.returns_rows:
        names = tuple(result.keys())
        # `result.mappings()` would look each value up by its name, which takes longer than to send the statement.
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        return Result(rows, len(rows))
    return Result([], result.rowcount)


def _is_conflict(error: DBAPIError) -> bool:
    """Return whether the database aborted a transaction in favor of another one, so that it can be run again."""
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    return state in _SERIALIZATION_FAILURES or "database is locked" in str(error.orig)


def _pause(attempt: int) -> float:
    return float(_FIRST_PAUSE * 2**attempt) * (0.5 + random.random())  # noqa: S311  # jitter
