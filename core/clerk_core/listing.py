"""What `dir()` lists of clients and resources, and so what completes at a prompt."""

from __future__ import annotations

from collections.abc import Iterable


class Listed:
    """The base of what lists its public names."""

    __slots__ = ()

    def __dir__(self) -> list[str]:
        return _public(type(self), super().__dir__())


def _public(kind: type, names: Iterable[str]) -> list[str]:
    """Return the names of a class that begin with no underscore, and Python's own (`__enter__`), without old names."""
    return [name for name in names if (not name.startswith("_") or _is_pythons(name)) and not _is_old(kind, name)]


def _is_pythons(name: str) -> bool:
    # `copy.copy` adds `__slotnames__` to a class.
    return name.startswith("__") and name.endswith("__") and name != "__slotnames__"


def _is_old(kind: type, name: str) -> bool:
    attribute = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    return hasattr(getattr(attribute, "fget", attribute), "__old_name__")
