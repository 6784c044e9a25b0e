"""Flows: what takes several requests, written once for sync and async as a generator of requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from clerk_core import ClerkError, Request

if TYPE_CHECKING:
    from clerk_core import AsyncClient, Client

S = TypeVar("S")
T = TypeVar("T")

Flow = Generator[Request[Any], Any, T]
"""Yields requests, is sent what they bring or thrown what they raise, returns the result."""


def run(client: Client, flow: Flow[T]) -> T:
    """Send what the flow yields, one after the other."""
    return drive(client.send, flow)


async def run_async(client: AsyncClient, flow: Flow[T]) -> T:
    """Send what the flow yields, one after the other."""
    return await drive_async(client.send, flow)


def run_each(client: Client, flows: Iterable[Flow[list[T]]]) -> Iterator[T]:
    """Run flows one after the other, each when the results of those before it were taken; give their results."""
    for flow in flows:
        yield from run(client, flow)


async def run_each_async(client: AsyncClient, flows: Iterable[Flow[list[T]]]) -> AsyncIterator[T]:
    """Run flows one after the other, each when the results of those before it were taken; give their results."""
    for flow in flows:
        for result in await run_async(client, flow):
            yield result


def drive(do: Callable[[S], Any], flow: Generator[S, Any, T]) -> T:
    """Do what the flow yields, one step after the other; an error of ours is thrown into it."""
    try:
        step = next(flow)
        while True:
            try:
                brought = do(step)
            except ClerkError as error:
                step = flow.throw(error)
            else:
                step = flow.send(brought)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def drive_async(do: Callable[[S], Awaitable[Any]], flow: Generator[S, Any, T]) -> T:
    """Do what the flow yields, one step after the other; an error of ours is thrown into it."""
    try:
        step = next(flow)
        while True:
            try:
                brought = await do(step)
            except ClerkError as error:
                step = flow.throw(error)
            else:
                step = flow.send(brought)
    except StopIteration as stop:
        result: T = stop.value
        return result
