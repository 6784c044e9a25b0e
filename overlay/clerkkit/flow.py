"""Flows: sequences of requests, written once as a generator and run by a sync and an async runner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from clerk_core import ClerkError, Request

if TYPE_CHECKING:
    from clerk_core import AsyncClient, Client

S = TypeVar("S")
T = TypeVar("T")

Flow = Generator[Request[Any], Any, T]
"""A generator that yields requests, receives their results or errors, and returns a result of its own."""


def send_flow(client: Client, flow: Flow[T]) -> T:
    """Send the requests of a flow one after the other, and return its result."""
    return run_flow(client.send, flow)


async def send_flow_async(client: AsyncClient, flow: Flow[T]) -> T:
    """Send the requests of a flow one after the other, and return its result."""
    return await run_flow_async(client.send, flow)


def send_flows(client: Client, flows: Iterable[Flow[list[T]]]) -> Iterator[T]:
    """Yield the results of several flows. Each flow starts when the results of those before it were consumed."""
    for flow in flows:
        yield from send_flow(client, flow)


async def send_flows_async(client: AsyncClient, flows: Iterable[Flow[list[T]]]) -> AsyncIterator[T]:
    """Yield the results of several flows. Each flow starts when the results of those before it were consumed."""
    for flow in flows:
        for result in await send_flow_async(client, flow):
            yield result


def run_flow(do: Callable[[S], Any], flow: Generator[S, Any, T], errors: type[Exception] = ClerkError) -> T:
    """Call `do` with each step of a flow and send it the result, or throw an error that `do` raises into it.

    Exceptions that are not `errors` end the run.
    """
    try:
        step = next(flow)
        while True:
            try:
                result = do(step)
            except errors as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        returned: T = stop.value
        return returned


async def run_flow_async(
    do: Callable[[S], Awaitable[Any]], flow: Generator[S, Any, T], errors: type[Exception] = ClerkError
) -> T:
    """Do what `run_flow` does, with an async `do`."""
    try:
        step = next(flow)
        while True:
            try:
                result = await do(step)
            except errors as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        returned: T = stop.value
        return returned
