"""The registry of handlers and of startup hooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clerk_emulator.call import Call, Handler, Response
from clerk_emulator.contract.specification import operations
from clerk_emulator.domain.organizations.organization_profiles import require_organizations_enabled
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

StartupHook = Callable[[Store], None]


@dataclass(frozen=True)
class RegisteredHandler:
    """A handler, and which keys may call it."""

    handle: Handler
    allows_machines: bool
    """Whether the secret key of a machine is accepted too."""


HANDLERS: dict[str, RegisteredHandler] = {}
_STARTUP_HOOKS: list[StartupHook] = []


def operation(operation_id: str, *, allows_machines: bool = False) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of an operation.

    A handler of an operation that the contract no longer has is ignored; `make check` reports it. Raises ValueError if
    the operation already has a handler.
    """
    if operation_id in HANDLERS:
        raise ValueError(f"operation: {operation_id} already has a handler")

    def register(handle: Handler) -> Handler:
        if operation_id in operations():
            HANDLERS[operation_id] = RegisteredHandler(handle, allows_machines)
        return handle

    return register


def organization_operation(operation_id: str) -> Callable[[Handler], Handler]:
    """Register a handler that returns Clerk's 403 while organizations are disabled."""
    register = operation(operation_id)

    def decorate(handle: Handler) -> Handler:
        def handle_if_enabled(call: Call) -> Response | Json | list[Json] | None:
            require_organizations_enabled(call.store)
            return handle(call)

        register(handle_if_enabled)
        return handle

    return decorate


def on_startup(hook: StartupHook) -> StartupHook:
    """Register a function that runs in a transaction whenever a store is opened, such as to create default roles.

    It also runs for a store that was used before, and must then change nothing.
    """
    _STARTUP_HOOKS.append(hook)
    return hook


def run_startup_hooks(store: Store) -> None:
    """Run the registered startup hooks."""
    for hook in _STARTUP_HOOKS:
        hook(store)
