"""Any request to the control API gets a documented response, as schemathesis checks it."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clerk_emulator import Emulator
from clerk_emulator.control import endpoints, openapi
from clerk_emulator.control.routes import ROUTES
from tests.emulator.exploring import examples

endpoints.load()

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
LEFT_OUT = {"add_webhook", "flush_webhooks", "wait_for_webhook"}
"""Routes that send events to the generated URLs, or that wait for deliveries."""


@functools.cache
def _operations() -> dict[str, Any]:
    found = (one.ok() for one in schemathesis.openapi.from_dict(openapi.document("http://x")).get_all_operations())
    return {one.definition.raw["operationId"]: one for one in found}


@pytest.mark.unobserved
@pytest.mark.parametrize("name", sorted({one.name for one in ROUTES} - LEFT_OUT))
def test_fuzzed_route_responds_as_documented(name: str, clerk_emulator: Emulator) -> None:
    modes = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE])

    @examples(4)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        case = data.draw(_operations()[name].as_strategy(generation_mode=data.draw(modes)))
        response = case.call(base_url=clerk_emulator.origin, timeout=20)
        case.validate_response(response, checks=CHECKS)
        assert clerk_emulator.problems == []

    holds()
