"""Flows: what takes several requests, written once for sync and async as a generator of requests."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from clerk_core import AsyncClient, Client, Request

T = TypeVar("T")

Flow = Generator[Request[Any], Any, T]
"""Yields requests, is sent what they bring, returns the result."""


def run(client: Client, flow: Flow[T]) -> T:
    """Send what the flow yields, one after the other."""
    try:
        request = next(flow)
        while True:
            request = flow.send(client.send(request))
    except StopIteration as stop:
        result: T = stop.value
        return result


async def run_async(client: AsyncClient, flow: Flow[T]) -> T:
    """Send what the flow yields, one after the other."""
    try:
        request = next(flow)
        while True:
            request = flow.send(await client.send(request))
    except StopIteration as stop:
        result: T = stop.value
        return result
