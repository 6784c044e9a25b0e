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
    plain: bool
    """Whether it gets all parameters as they were sent, and checks them itself."""
    public: bool
    """Whether pages of every origin may send it, and read its response, without cookies."""


HANDLERS: dict[str, RegisteredHandler] = {}


def frontend_operation(
    operation_id: str, *, anonymous: bool = False, plain: bool = False, public: bool = False
) -> Callable[[BrowserHandler], BrowserHandler]:
    """Register the decorated function as the handler of an operation.

    `anonymous` allows requests without a development browser, such as page loads by a browser that is not known yet.
    `plain` gives the handler all parameters as they were sent, because it answers invalid ones in its own way, such as
    that of OAuth. `public` allows requests by pages of every origin, without cookies.

    Raises ValueError if the operation already has a handler.
    """
    if operation_id in HANDLERS:
        raise ValueError(f"frontend_operation: {operation_id} already has a handler")

    def register(handle: BrowserHandler) -> BrowserHandler:
        HANDLERS[operation_id] = RegisteredHandler(handle, anonymous, plain, public)
        return handle

    return register
