"""Deprecations: `@deprecated` for editors, type checkers (PEP 702) and callers, and warnings for old names."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from clerk_core._unset import UNSET, Unset

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_PACKAGES = {"clerk_bapi", "clerk_core", "clerkkit"}

if TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated

    old_name = deprecated
else:

    def deprecated(message: str) -> Callable[[T], T]:
        """Warn callers of a function, coroutine function, method or property, like `warnings.deprecated`."""

        def mark(function: Callable[..., Any]) -> Callable[..., Any]:
            # Not a coroutine function, so that it warns where it is called rather than where a task runs it.
            @functools.wraps(function)
            def warned(*args: Any, **kwargs: Any) -> Any:
                superseded(message)
                return function(*args, **kwargs)

            warned.__deprecated__ = message
            return _mark_coroutine(warned, function)

        return mark

    def old_name(message: str) -> Callable[[T], T]:
        """Do what `@deprecated` does for a name that was replaced, and hide it from `dir()`."""

        def mark(function: Callable[..., Any]) -> Callable[..., Any]:
            marked = deprecated(message)(function)
            marked.__old_name__ = True
            return marked

        return mark


def without_warning(function: F) -> F:
    """Return the function that `@deprecated` decorates, for callers that have warned already."""
    original: F = vars(function)["__wrapped__"]
    return original


def superseded(message: str) -> None:
    """Warn about an old name, at the innermost call from outside these packages."""
    level, frame = 1, inspect.currentframe()
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] in _PACKAGES:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, DeprecationWarning, stacklevel=level)


def merge_renamed(message: str, old: str, given: T | Unset, new: str, value: T | Unset) -> T | Unset:
    """Return the value of a renamed argument; warn if it is given under its old name.

    Raises:
        TypeError: it is given under both names.
    """
    if given is UNSET:
        return value
    if value is not UNSET:
        raise TypeError(f"{new} is given twice: {old} is its old name")
    superseded(message)
    return given


def renamed_argument(old: str, new: str) -> Callable[[F], F]:
    """Accept a keyword argument under its old name, with a warning. Type checkers see the new name only."""

    def mark(function: F) -> F:
        @functools.wraps(function)
        def accept(*args: Any, **kwargs: Any) -> Any:
            if old in kwargs:
                given, value = kwargs.pop(old), kwargs.get(new, UNSET)
                kwargs[new] = merge_renamed(f"`{old}=` is deprecated: use `{new}=`", old, given, new, value)
            return function(*args, **kwargs)

        return _mark_coroutine(accept, function)

    return mark


def _mark_coroutine(wrapper: Callable[..., Any], function: F) -> F:
    """Return a function's wrapper, marked as a coroutine function if the function is one. Needs Python 3.12."""
    mark: Callable[[Any], Any] | None = getattr(inspect, "markcoroutinefunction", None)
    if mark is not None and inspect.iscoroutinefunction(function):
        wrapper = mark(wrapper)
    return cast("F", wrapper)


def require_given(name: str, value: T | Unset) -> T:
    """Return the value of a renamed argument that is required.

    Raises:
        TypeError: it is given under none of its names.
    """
    if isinstance(value, Unset):
        raise TypeError(f"the argument {name} is missing")
    return value
