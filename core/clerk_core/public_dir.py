"""Limit `dir()`, and so completion, to the public names of clients and resources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class PublicDir:
    """A mixin whose `dir()` contains public names only."""

    __slots__ = ()

    def __dir__(self) -> list[str]:
        return _public_names(type(self), super().__dir__())


def _public_names(kind: type, names: Iterable[str]) -> list[str]:
    """Return the names of a class without private and deprecated ones; special methods such as `__enter__` stay."""
    return [
        name for name in names if (not name.startswith("_") or _is_special(name)) and not _is_deprecated(kind, name)
    ]


def _is_special(name: str) -> bool:
    # `copy.copy` adds `__slotnames__` to a class.
    return name.startswith("__") and name.endswith("__") and name != "__slotnames__"


def _is_deprecated(kind: type, name: str) -> bool:
    attribute = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    return hasattr(getattr(attribute, "fget", attribute), "__old_name__")


def aliases(**names: str) -> Callable[[Any, str], Any]:
    """Return a `__getattr__` for a class: with `aliases(old="new")`, the attribute `old` is `new`, but not in `dir()`.

    The class declares its aliases under `TYPE_CHECKING` for type checkers.
    """

    def find(self: Any, name: str) -> Any:
        if name not in names:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self, names[name])

    return find
