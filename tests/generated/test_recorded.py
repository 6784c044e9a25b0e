"""Recorded responses of Clerk's servers are decoded without loss, and variants to the right class."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from clerk_bapi.events import read_event
from clerk_core import ApiError, ErrorDetail, Model, Response
from tests.generated.json_samples import (
    CONTRACT,
    EVENTS,
    class_of,
    difference,
    documented_responses,
    events,
    problems,
    requests,
    unusable,
)
from tests.shared import shared


def recorded_fragments() -> list[dict[str, Any]]:
    found = [json.loads(path.read_text()) for path in sorted(shared("payloads").glob("*.json"))]
    assert found
    return found


def operation_of(row: dict[str, Any]) -> str | None:
    """Return the operation of a row, found by its id or its path; None if the contract lacks it."""
    by_id = {
        operation["operationId"]: f"{method.upper()} {template}"
        for template, methods in CONTRACT.root["paths"].items()
        for method, operation in methods.items()
    }
    if row["operation_id"] in by_id:
        return by_id[row["operation_id"]]
    asked = f"{row['method']} {row['path']}"
    patterns = {operation: re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation)) for operation in by_id.values()}
    return next((operation for operation, pattern in patterns.items() if re.fullmatch(pattern, asked)), None)


def faults_of_response(row: dict[str, Any]) -> list[str]:
    operation, body = operation_of(row), row["body"]
    if operation is None:
        model = Model.from_dict(body)
        return [*filter(None, [difference(model.to_dict(), body)]), *unusable(model)]
    decoded = requests()[operation].decode(Response(row["status"], {}, json.dumps(body).encode()))
    shown = next(
        response for response in documented_responses() if response.operation == operation and response.succeeds
    )
    return list(problems(CONTRACT, shown.schema, decoded, body, fragment=True))


def faults_of_fragment(fragment_of: str, body: dict[str, Any]) -> list[str]:
    name, *path = fragment_of.split(".")
    whole: Any = body
    for step in reversed(path):
        whole = {step.removesuffix("[]"): [whole] if step.endswith("[]") else whole}
    decoded = class_of(CONTRACT, name).from_dict(whole)
    return list(problems(CONTRACT, {"$ref": f"#/components/schemas/{name}"}, decoded, whole, fragment=True))


def faults_of_event(event: str, body: dict[str, Any]) -> list[str]:
    assert type(read_event(body)) is Model
    whole = {**body, "type": event}
    return list(problems(EVENTS, events()[event], read_event(whole), whole, fragment=True))


def is_event(fragment: dict[str, Any]) -> bool:
    return str(fragment["endpoint"]).startswith("webhook ")


def test_recorded_responses_are_decoded() -> None:
    rows = json.loads(shared("vectors", "responses.json").read_text())
    assert rows
    assert [(row["source"], row["path"], wrong) for row in rows for wrong in faults_of_response(row)] == []


def test_some_recorded_operations_are_not_in_the_contract() -> None:
    """So the tests cover the lookup by path, and responses of unknown operations."""
    rows = json.loads(shared("vectors", "responses.json").read_text())
    assert any(operation_of(row) is None for row in rows)
    for row in rows:
        if row["operation_id"] is not None:
            assert operation_of({**row, "operation_id": None}) == operation_of(row)


def test_recorded_fragments_are_decoded() -> None:
    fragments = [fragment for fragment in recorded_fragments() if fragment["fragment_of"] and not is_event(fragment)]
    wrong = {f["source"]: faults_of_fragment(f["fragment_of"], f["body"]) for f in fragments}
    assert wrong == {fragment["source"]: [] for fragment in fragments}


def test_recorded_events_are_decoded() -> None:
    fragments = [fragment for fragment in recorded_fragments() if is_event(fragment)]
    assert fragments
    wrong = {f["source"]: faults_of_event(f["endpoint"].split()[1], f["body"]) for f in fragments}
    assert wrong == {fragment["source"]: [] for fragment in fragments}


def test_recorded_errors_are_raised_with_their_entries() -> None:
    fragments = [fragment for fragment in recorded_fragments() if not fragment["fragment_of"]]
    assert fragments
    for fragment in fragments:
        request = requests()[fragment["endpoint"]]
        with pytest.raises(ApiError) as caught:
            request.decode(Response(fragment["status"] or 422, {}, json.dumps(fragment["body"]).encode()))
        said = fragment["body"]["errors"]
        keys = ("code", "message", "long_message", "meta")
        assert caught.value.errors == [ErrorDetail(**{name: item[name] for name in keys}) for item in said]
