"""The groups of operations: a module for each, found by itself."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable

from clerk_emulator.storage.store import Store

Prepare = Callable[[Store], None]

_PREPARATIONS: list[Prepare] = []


def at_start(prepare: Prepare) -> Prepare:
    """Registers what a group does with every store at the start, within a transaction: such as to make default roles.

    It is done with a store that was used before, too, and must then do nothing.
    """
    _PREPARATIONS.append(prepare)
    return prepare


@functools.cache
def load() -> None:
    """Import all groups, which registers their operations and kinds."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)


def prepare(store: Store) -> None:
    """Do what the groups do at the start."""
    for one in _PREPARATIONS:
        one(store)
