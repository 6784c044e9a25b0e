"""The registry of handlers for the Frontend API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clerk_emulator.frontend_api.call import BrowserHandler


@dataclass(frozen=True)
class RegisteredHandler:
    """A handler, and who may call it."""

    handle: BrowserHandler
    anonymous: bool
    """Whether a development browser is not needed."""


HANDLERS: dict[str, RegisteredHandler] = {}


def frontend_operation(operation_id: str, *, anonymous: bool = False) -> Callable[[BrowserHandler], BrowserHandler]:
    """Register the decorated function as the handler of an operation.

    `anonymous` allows requests without a development browser, such as page loads by a browser that is not known yet.
    Raises ValueError if the operation already has a handler.
    """
    if operation_id in HANDLERS:
        raise ValueError(f"frontend_operation: {operation_id} already has a handler")

    def register(handle: BrowserHandler) -> BrowserHandler:
        HANDLERS[operation_id] = RegisteredHandler(handle, anonymous)
        return handle

    return register
