"""Deprecated operations: defined last in their class; each call warns its caller and names the replacement."""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import clerk_bapi.api
import clerk_bapi.resources
from clerkkit import AsyncClerk, Clerk
from generator.contract.naming_rules import iterator_of
from tests.generated.iteration import LISTS
from tests.generated.wire_samples import OPERATIONS, Operation, samples
from tests.loopback import KEY, respond, serve

GENERATED = Path(clerk_bapi.__file__).parent
DEPRECATED = [operation for operation in OPERATIONS if operation.deprecated]
WALKS = [listing for listing in LISTS if listing.operation.deprecated]
each = pytest.mark.parametrize("operation", DEPRECATED, ids=repr)

REPLACEMENTS = {
    "UpdateProductionInstanceDomain": "use `clerk.instance_settings.change_domain`",
    "GetClientList": "list sessions with `clerk.sessions.list`",
    "ListPendingOrganizationInvitations": "use `clerk.organization_invitations.list` with status='pending'",
    **{f"{verb}SAMLConnection": f"use `clerk.enterprise_connections.{verb.lower()}`" for verb in ("Create", "Get")},
    **{f"{verb}SAMLConnection": f"use `clerk.enterprise_connections.{verb.lower()}`" for verb in ("Update", "Delete")},
    "ListSAMLConnections": "use `clerk.enterprise_connections.list`",
    **dict.fromkeys(
        ("GetTemplateList", "GetTemplate", "UpsertTemplate", "RevertTemplate", "PreviewTemplate"),
        "edit templates in the Clerk Dashboard",
    ),
    "ToggleTemplateDelivery": "edit templates in the Clerk Dashboard",
}


@contextmanager
def one_warning(message: str) -> Iterator[None]:
    """Expect exactly one warning, whose location is a line of this file with `call(`."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    (found,) = caught
    assert (found.category, str(found.message)) == (DeprecationWarning, message)
    assert found.filename == __file__
    assert "call(" in linecache.getline(found.filename, found.lineno)


def message(operation: Operation) -> str:
    return f"Clerk has deprecated {operation.method} {operation.path}; {REPLACEMENTS[operation.id]}"


def arguments(operation: Operation) -> dict[str, Any]:
    return samples(operation)["required only"]


def method(client: Any, operation: Operation) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(getattr(client, operation.group), operation.member)
    return found


def test_there_are_deprecated_operations() -> None:
    assert {operation.id for operation in DEPRECATED} == REPLACEMENTS.keys()
    assert {listing.operation.id for listing in WALKS} >= {"GetClientList", "ListSAMLConnections", "GetTemplateList"}


@each
def test_deprecated_endpoint_function_warns(operation: Operation) -> None:
    call = operation.function
    with one_warning(message(operation)):
        call(**arguments(operation))


@each
def test_deprecated_method_warns_once(operation: Operation) -> None:
    with serve(respond(200, {})) as server, Clerk(KEY, base_url=server.url) as clerk:
        call = method(clerk, operation)
        with one_warning(message(operation)):
            call(**arguments(operation))
        assert server.request.method == operation.method


@each
def test_deprecated_async_method_warns_at_its_call(operation: Operation) -> None:
    """Also if a task runs the coroutine."""

    async def main() -> None:
        with serve(respond(200, {})) as server:
            async with AsyncClerk(KEY, base_url=server.url) as clerk:
                call = method(clerk, operation)
                with one_warning(message(operation)):
                    await call(**arguments(operation))
                with one_warning(message(operation)):
                    task = asyncio.create_task(call(**arguments(operation)))
                await task
                assert [received.method for received in server.requests] == [operation.method] * 2

    asyncio.run(main())


@pytest.mark.parametrize("listing", WALKS, ids=repr)
def test_deprecated_iterator_names_the_iterator_to_use(listing: Any) -> None:
    operation = listing.operation
    with serve(respond(200, [])) as server, Clerk(KEY, base_url=server.url) as clerk:
        call = getattr(getattr(clerk, operation.group), iterator_of(operation.member))
        with one_warning(message(operation).replace(".list`", ".iterate`")):
            walk = call(*arguments(operation).values())
        assert list(walk) == []
        assert len(server.requests) == 1


@each
def test_replacement_exists_and_is_not_deprecated(operation: Operation) -> None:
    for resource, name in re.findall(r"`clerk\.(\w+)\.(\w+)`", REPLACEMENTS[operation.id]):
        for client in (Clerk(KEY), AsyncClerk(KEY)):
            for known in (name, name.replace("list", "iterate")):
                assert not hasattr(getattr(getattr(client, resource), known), "__deprecated__")


@pytest.mark.parametrize("module", sorted(found.name for found in iter_modules(clerk_bapi.resources.__path__)))
def test_deprecated_methods_are_last_in_their_class(module: str) -> None:
    loaded = import_module(f"clerk_bapi.resources.{module}")
    classes = [cls for _, cls in inspect.getmembers(loaded, inspect.isclass) if cls.__module__ == loaded.__name__]
    assert len(classes) == 2
    for resource in classes:
        flags = [hasattr(value, "__deprecated__") for name, value in vars(resource).items() if not name.startswith("_")]
        assert flags == sorted(flags)


@pytest.mark.parametrize("path", sorted(GENERATED.glob("api/*.py")), ids=lambda path: path.stem)
def test_deprecated_functions_are_last_in_their_module(path: Path) -> None:
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    names = list(dict.fromkeys(node.name for node in functions if not node.name.startswith("_")))
    flags = [hasattr(getattr(clerk_bapi.api, name), "__deprecated__") for name in names if path.stem != "__init__"]
    assert flags == sorted(flags)
