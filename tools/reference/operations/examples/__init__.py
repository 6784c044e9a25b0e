"""Examples: for each operation a function with the name of its endpoint function, such as `get_user`.

Its body is the code on the page. The code is run for `Clerk` and, with `await` added, for `AsyncClerk`, on the data of
`example_data.py`. Parameters besides the client are variables of `World.variables`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any


def load() -> dict[str, Callable[..., Any]]:
    """Return the examples by the name of their function. Raises ValueError if two have the same."""
    found: dict[str, Callable[..., Any]] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        loaded = importlib.import_module(f"{__name__}.{module}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__:
                if name in found:
                    raise ValueError(f"{loaded.__name__}: {name} has two examples")
                found[name] = function
    return found
