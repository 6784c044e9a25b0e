"""What Clerk's servers are known to have answered is read without loss, each variant as the class that it tells."""

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
    answers,
    class_of,
    difference,
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
    """The operation that a row belongs to, by its id, or else by its path; None for one that the contract lacks."""
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


def wrong_with_response(row: dict[str, Any]) -> list[str]:
    operation, body = operation_of(row), row["body"]
    if operation is None:
        model = Model.from_dict(body)
        return [*filter(None, [difference(model.to_dict(), body)]), *unusable(model)]
    decoded = requests()[operation].decode(Response(row["status"], {}, json.dumps(body).encode()))
    shown = next(answer for answer in answers() if answer.operation == operation and answer.succeeds)
    return list(problems(CONTRACT, shown.schema, decoded, body, fragment=True))


def wrong_with_fragment(fragment_of: str, body: dict[str, Any]) -> list[str]:
    name, *path = fragment_of.split(".")
    whole: Any = body
    for step in reversed(path):
        whole = {step.removesuffix("[]"): [whole] if step.endswith("[]") else whole}
    decoded = class_of(CONTRACT, name).from_dict(whole)
    return list(problems(CONTRACT, {"$ref": f"#/components/schemas/{name}"}, decoded, whole, fragment=True))


def wrong_with_event(event: str, body: dict[str, Any]) -> list[str]:
    assert type(read_event(body)) is Model
    whole = {**body, "type": event}
    return list(problems(EVENTS, events()[event], read_event(whole), whole, fragment=True))


def is_event(fragment: dict[str, Any]) -> bool:
    return str(fragment["endpoint"]).startswith("webhook ")


def test_recorded_responses_are_read_in_full() -> None:
    rows = json.loads(shared("vectors", "responses.json").read_text())
    assert rows
    assert [(row["source"], row["path"], wrong) for row in rows for wrong in wrong_with_response(row)] == []


def test_some_recorded_responses_are_of_operations_that_the_contract_lacks() -> None:
    """So that an operation is looked up by its path as well, and what is found nowhere is read all the same."""
    rows = json.loads(shared("vectors", "responses.json").read_text())
    assert any(operation_of(row) is None for row in rows)
    for row in rows:
        if row["operation_id"] is not None:
            assert operation_of({**row, "operation_id": None}) == operation_of(row)


def test_recorded_fragments_are_read_in_full() -> None:
    fragments = [fragment for fragment in recorded_fragments() if fragment["fragment_of"] and not is_event(fragment)]
    wrong = {f["source"]: wrong_with_fragment(f["fragment_of"], f["body"]) for f in fragments}
    assert wrong == {fragment["source"]: [] for fragment in fragments}


def test_recorded_events_are_read_in_full() -> None:
    fragments = [fragment for fragment in recorded_fragments() if is_event(fragment)]
    assert fragments
    wrong = {f["source"]: wrong_with_event(f["endpoint"].split()[1], f["body"]) for f in fragments}
    assert wrong == {fragment["source"]: [] for fragment in fragments}


def test_recorded_errors_are_raised_with_what_they_say() -> None:
    fragments = [fragment for fragment in recorded_fragments() if not fragment["fragment_of"]]
    assert fragments
    for fragment in fragments:
        request = requests()[fragment["endpoint"]]
        with pytest.raises(ApiError) as caught:
            request.decode(Response(fragment["status"] or 422, {}, json.dumps(fragment["body"]).encode()))
        said = fragment["body"]["errors"]
        told = ("code", "message", "long_message", "meta")
        assert caught.value.errors == [ErrorDetail(**{name: item[name] for name in told}) for item in said]
