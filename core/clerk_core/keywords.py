"""Reject keyword arguments that belong elsewhere, with what to use instead."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

from clerk_core.errors import InvalidArgument

P = ParamSpec("P")
T = TypeVar("T")

PAGE_SIZE = 100
"""The number of rows that an iteration requests at a time, by default."""
PAGE_ARGUMENTS = ("limit", "offset", "starting_after", "paginated")


def check_page_arguments(arguments: Mapping[str, Any]) -> None:
    """Check the arguments of an iteration.

    Raises:
        InvalidArgument: one of them selects a page.
    """
    for name in PAGE_ARGUMENTS:
        if name in arguments:
            raise InvalidArgument(
                name,
                "is set by the iteration; `page_size` is the number of rows to request at a time, and "
                "`itertools.islice` limits the number of results",
            )


def reject_page_arguments(method: Callable[P, T]) -> Callable[P, T]:
    """Decorate a method that iterates over all pages: reject arguments that select a page, with what to use instead."""

    @functools.wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        check_page_arguments(kwargs)
        return method(*args, **kwargs)

    return checked


def suggest(**operations: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate an operation. `operations` maps keywords that it does not take to the operations that take them."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def checked_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                _reject(function.__name__, operations, kwargs)
                return await function(*args, **kwargs)

            return cast(Callable[P, T], checked_async)

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            _reject(function.__name__, operations, kwargs)
            return function(*args, **kwargs)

        return checked

    return decorate


def _reject(function: str, operations: Mapping[str, str], given: Mapping[str, Any]) -> None:
    for name in given:
        if name in operations:
            raise InvalidArgument(name, f"is not an argument of {function}; use {operations[name]}")
