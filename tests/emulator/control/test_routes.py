"""Each control of `Emulator` has a route, and the routes are documented as OpenAPI."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from openapi_spec_validator import validate

from clerk_emulator import Emulator
from clerk_emulator.control import endpoints
from clerk_emulator.control.billing import Billing
from clerk_emulator.control.routes import PREFIX, ROUTES, Route, route
from clerk_emulator.request.faults import Faults
from clerk_emulator.request.request_ledger import RequestLedger
from clerk_emulator.storage.clock import Clock
from clerk_emulator.webhooks.controls import Webhooks
from clerk_emulator.webhooks.faults import DeliveryFaults
from tests.emulator.control.conftest import Control

endpoints.load()

PARTS = {
    "billing": Billing,
    "clock": Clock,
    "faults": Faults,
    "requests": RequestLedger,
    "webhooks": Webhooks,
    "webhooks.faults": DeliveryFaults,
}
"""The objects that an emulator's controls consist of."""
NOT_CONTROLS = {
    *("start", "stop", "clock.at", "clock.on_change", "faults.next_for", "requests.record", "requests.reset"),
    *("webhooks.reset", "webhooks.faults.next_for", "https_origin", "https_authority", "environment"),
}
"""Members that are no controls: the server's own, and those that other parts of the emulator call."""


def members(of: type) -> Iterator[str]:
    return (name for name, _ in inspect.getmembers(of) if not name.startswith("_"))


def test_every_control_has_a_route() -> None:
    controls = set(members(Emulator)) - PARTS.keys()
    controls |= {f"{part}.{name}" for part, of in PARTS.items() for name in members(of)}
    controls -= NOT_CONTROLS
    assert {name for one in ROUTES for name in one.python} == controls


@pytest.mark.parametrize("one", ROUTES, ids=lambda one: one.name)
def test_routes_take_the_arguments_of_the_methods(one: Route) -> None:
    accepted = {*one.path_parameters, *one.query, *(one.body or {}).get("properties", ())}
    for name in one.python:
        part, _, member = name.rpartition(".")
        method = getattr(PARTS[part] if part else Emulator, member)
        if isinstance(method, property):
            continue
        parameters = inspect.signature(method).parameters.values()
        taken = {one.name for one in parameters if one.name != "self" and one.kind is not one.VAR_KEYWORD}
        assert taken <= accepted or one.name == "load_seed"  # the seed is the body


def test_openapi_document_is_valid(control: Control) -> None:
    document = control.get("/openapi.json")
    validate(document)
    described = {
        (method.upper(), path.removeprefix(PREFIX)) for path, item in document["paths"].items() for method in item
    }
    assert described == {(one.method, one.path) for one in ROUTES}
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["description"].endswith(".") for operation in operations)


def test_rejects_second_handler_for_a_route() -> None:
    with pytest.raises(ValueError, match="POST /reset already has a handler"):
        route("POST", "/reset")
