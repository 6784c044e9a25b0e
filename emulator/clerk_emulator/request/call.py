"""What a handler is given, and what it gives back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clerk_emulator.contract.specification import Json, Operation, operations

if TYPE_CHECKING:
    from clerk_emulator.storage.clock import Clock
    from clerk_emulator.storage.ids import Ids
    from clerk_emulator.storage.keys import Keys
    from clerk_emulator.storage.store import Kind, Store


@dataclass(frozen=True)
class Caller:
    """Who calls: the instance (`id` its id) or a machine (`id` is `mch_...`)."""

    id: str
    is_machine: bool = False


@dataclass(frozen=True)
class Upload:
    """A file that was sent."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Call:
    """A request that has been found good, and all that a handler needs to answer it."""

    operation: Operation
    path: dict[str, str]
    """The parameters of the path, by name."""
    query: Json
    """Every parameter that the operation knows, with its default, or None, where it was not sent."""
    body: Json
    """The body, where it is an object: what was sent, no more. The fields of a form, without its files."""
    items: list[Any]
    """The body, where it is a list."""
    files: dict[str, Upload]
    caller: Caller
    store: Store
    clock: Clock
    ids: Ids
    keys: Keys
    origin: str
    """Where the emulator was called, such as http://127.0.0.1:4010."""
    version: str
    """The version of the API, such as 2026-05-12."""

    def named(self, kind: Kind, parameter: str) -> Json:
        """The resource whose id a parameter of the path holds. Raises Clerk's 404."""
        return self.store.need(kind, self.path[parameter])


@dataclass(frozen=True)
class Answer:
    """An answer that is more than JSON with the contract's first status. `status` 0 stands for that status."""

    body: Json | list[Json] | None = None
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes | None = None
    """Sent as it is, with a Content-Type among the headers, instead of `body`."""


Handler = Callable[[Call], Answer | Json | list[Json] | None]


@dataclass(frozen=True)
class Registered:
    """A handler, and who may call it."""

    handle: Handler
    for_machines: bool
    """Whether a machine's secret key opens it too."""


HANDLERS: dict[str, Registered] = {}


def operation(operation_id: str, *, for_machines: bool = False) -> Callable[[Handler], Handler]:
    """Registers the handler of an operation. Raises ValueError for one that has a handler already.

    An operation that the contract has no longer is served no longer; `make check` says where its handler is.
    """
    if operation_id in HANDLERS:
        raise ValueError(f"operation: {operation_id} has a handler already")

    def register(handle: Handler) -> Handler:
        if operation_id in operations():
            HANDLERS[operation_id] = Registered(handle, for_machines)
        return handle

    return register


def shown(row: Json) -> Json:
    """A resource without what is never shown: the keys that begin with an underscore."""
    return {key: value for key, value in row.items() if key[0] != "_"}


def deleted(row: Json, *names: str) -> Json:
    """What is answered for a resource that was deleted; `names` are further keys, told where they have a value."""
    kept = {name: row[name] for name in names if row.get(name) is not None}
    return {"object": row["object"], "id": row["id"], "deleted": True, **kept}


def grouped(rows: Sequence[Json], key: str) -> dict[Any, list[Json]]:
    """Resources by the value of a key, each group in the order of the rows."""
    ordered = sorted(rows, key=lambda row: str(row[key]))
    return {value: list(group) for value, group in itertools.groupby(ordered, key=lambda row: row[key])}
