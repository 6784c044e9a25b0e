"""The arguments for each method: a function that prepares the state, and returns the keyword arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from argument_makers import (
    billing,
    contacts,
    enterprise,
    instance,
    machine_access,
    organizations,
    roles,
    sessions,
    templates,
    users,
)

ARGUMENT_MAKERS: dict[str, Callable[[], Any]] = {}
for module in (
    billing,
    contacts,
    enterprise,
    instance,
    machine_access,
    organizations,
    roles,
    sessions,
    templates,
    users,
):
    ARGUMENT_MAKERS |= module.MAKERS
