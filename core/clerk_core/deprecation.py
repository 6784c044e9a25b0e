"""What is deprecated: `@deprecated` for editors and type checkers (PEP 702), and warnings for names that were."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from clerk_core._unset import UNSET, Unset

T = TypeVar("T")

if TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated
else:

    def deprecated(message: str) -> Callable[[T], T]:
        """Keep the message where `warnings.deprecated` keeps it, at no cost and without noise at run time."""

        def mark(thing: T) -> T:
            thing.__deprecated__ = message
            return thing

        return mark


def superseded(message: str) -> None:
    """Warn the caller of the function, method or property that calls this: it is an old name."""
    import warnings  # late, for those who use no old name

    warnings.warn(message, DeprecationWarning, stacklevel=3)


def either(message: str, old: str, given: T | Unset, new: str, value: T | Unset) -> T | Unset:
    """The value of an argument that was called `old` and is called `new`, under a warning where the old one is used.

    Raises:
        TypeError: both are given.
    """
    if given is UNSET:
        return value
    if value is not UNSET:
        raise TypeError(f"{new} is given twice: {old} is its old name")
    import warnings

    warnings.warn(message, DeprecationWarning, stacklevel=3)
    return given


def needed(name: str, value: T | Unset) -> T:
    """The value of an argument that must be given under one of its names.

    Raises:
        TypeError: it is given under none.
    """
    if isinstance(value, Unset):
        raise TypeError(f"the argument {name} is missing")
    return value
