"""Import names of a package when they are first used, so that programs load only what they use."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from typing import Any


def lazy(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package with lazily imported names.

    Args:
        package: The package's `__name__`.
        names: Name -> the module that defines it.
    """

    def load(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(names[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return load


class LazyModule:
    """A module that is imported when one of its names is first used."""

    def __init__(self, name: str) -> None:
        self._load = cache(partial(import_module, name))  # each call of an operation passes here

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)
