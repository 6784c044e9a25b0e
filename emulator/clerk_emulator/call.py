"""What a handler receives and returns.

What is created for each request is not frozen: that would take three times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from clerk_emulator import errors
from clerk_emulator.contract.specification import Operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage.cause import Cause
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.ids import Ids
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import ResourceTable, Store


@dataclass(frozen=True)
class Caller:
    """Who sent a request: the instance (`id` is `ins_...`) or a machine (`id` is `mch_...`)."""

    id: str
    is_machine: bool = False


@dataclass(frozen=True)
class Upload:
    """An uploaded file."""

    content: bytes
    media_type: str


class Body(dict[str, Any]):
    """The body of a request. A parameter that is not in it is reported as Clerk does, if a handler needs it.

    This happens with contracts that require less than the handlers do.
    """

    def __missing__(self, name: str) -> NoReturn:
        """Raise Clerk's error for a required parameter that was not sent."""
        raise errors.missing(name)


@dataclass
class BaseCall:
    """A validated request to either API, and what a handler needs to process it."""

    operation: Operation
    path: dict[str, str]
    """The path parameters by name."""
    query: Json
    """All query parameters of the operation. Those that were not sent have their default or None."""
    body: Json
    """The body if it is an object, as sent; the fields of a form, without its files."""
    files: dict[str, Upload]
    store: Store
    clock: Clock
    ids: Ids
    keys: Keys
    cause: Cause
    """The request's origin, and where it came from."""
    version: str
    """The API version, such as 2026-05-12. Browsers can send any text."""


@dataclass
class Call(BaseCall):
    """A request to the Backend API."""

    items: list[Any]
    """The body if it is a list."""
    caller: Caller

    def path_resource(self, table: ResourceTable, parameter: str) -> Json:
        """Return the resource whose id is the path parameter. Raises Clerk's 404 if there is none."""
        return self.store.require(table, self.path[parameter])


@dataclass
class Response:
    """A response that sets its status, headers or content. A handler may return only the JSON body instead."""

    body: Json | list[Json] | None = None
    status: int = 0
    """If 0, the success status of the operation in the contract."""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes | None = None
    """Bytes to send instead of `body`; `headers` then has their Content-Type."""
    cookies: tuple[str, ...] = ()
    """Values of `Set-Cookie` headers."""
    compute_body: Callable[[], Json] | None = None
    """Returns the body instead, if that takes a processor's time and not the store, such as a signature. Called in a
    thread after the transaction, so that other requests are answered meanwhile. Only for the Backend API."""


Handler = Callable[[Call], Response | Json | list[Json] | None]
