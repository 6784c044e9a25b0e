"""What a change did, and the functions of the user that are called for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from clerk_core import InvalidArgument
from clerkkit.sync.flows.steps import Row
from clerkkit.sync.schema.kinds import WHOLE_KINDS

Action = Literal["created", "updated", "deleted"]
Handler = Callable[[Any, "Change"], Any]
"""A function that is called with the connection of the transaction and the change."""


class Change(NamedTuple):
    """A change of a row."""

    kind: str
    """The name of the table without its prefix, such as `users`."""
    id: str
    action: Action
    before: Mapping[str, Any] | None
    """The row before the change, by names of columns; None if there was none."""
    after: Mapping[str, Any]
    """The row after the change. A deleted one has `deleted_at`."""
    event: Mapping[str, Any] | None
    """The event that caused the change; None if a list or an object that was read did."""


class Handlers:
    """The functions to call for changes, by kind."""

    def __init__(self) -> None:
        self._by_kind: dict[str, list[Handler]] = {}

    def add(self, kinds: Iterable[str], handler: Handler) -> None:
        """Call a function for the changes of some kinds.

        Raises:
            InvalidArgument: there is no such kind, or it has no changes of its own.
        """
        for kind in check_kinds("kind", kinds):
            self._by_kind.setdefault(kind, []).append(handler)

    def find(self, kind: str) -> list[Handler]:
        """Return the functions to call for the changes of a kind."""
        return self._by_kind.get(kind, [])


def check_kinds(argument: str, kinds: Iterable[str]) -> list[str]:
    """Return kinds in the order in which they are copied.

    Raises:
        InvalidArgument: one of them does not exist, or is part of another.
    """
    given = [kinds] if isinstance(kinds, str) else [*kinds]
    for kind in given:
        if kind not in WHOLE_KINDS:
            raise InvalidArgument(argument, f"expected one of {', '.join(WHOLE_KINDS)}, got {kind!r}")
    return [kind for kind in WHOLE_KINDS if kind in given]


def action_of(before: Row | None, after: Row) -> Action:
    """Return the name of a change."""
    if after["deleted_at"] is not None:
        return "deleted"
    return "created" if before is None or not before["raw"] else "updated"
