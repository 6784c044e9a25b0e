"""Reject keyword arguments that belong to another operation, with the name of that operation."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

from clerk_core.errors import InvalidArgument

P = ParamSpec("P")
T = TypeVar("T")


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
