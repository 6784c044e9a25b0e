"""What `dir()` lists of clients and resources, and so what completes at a prompt."""

from __future__ import annotations

from collections.abc import Iterable


def public(names: Iterable[str]) -> list[str]:
    """Return the names but for those that begin with an underscore; Python's own, such as `__enter__`, stay."""
    return [name for name in names if not name.startswith("_") or _is_pythons(name)]


def _is_pythons(name: str) -> bool:
    # `copy.copy` adds `__slotnames__` to a class.
    return name.startswith("__") and name.endswith("__") and name != "__slotnames__"
