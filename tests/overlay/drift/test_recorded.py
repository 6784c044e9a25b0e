"""Recorded responses of Clerk's servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.generated.test_recorded import operation_of
from tests.overlay.drift.bodies import GET_USER, find_drifts
from tests.overlay.drift.test_judge import OPERATIONS, SHOWN, check_with_jsonschema
from tests.shared import shared


def recorded() -> Iterator[tuple[str, int, Any]]:
    for row in json.loads(shared("vectors", "responses.json").read_text()):
        operation = operation_of(row)
        if operation is not None:
            yield operation, row["status"], row["body"]
    for path in sorted(shared("payloads").glob("*.json")):
        row = json.loads(path.read_text())
        whole = row["body"]
        if row["fragment_of"] and row["fragment_of"].startswith("User."):
            for step in reversed(row["fragment_of"].split(".")[1:]):
                whole = {step.removesuffix("[]"): [whole] if step.endswith("[]") else whole}
            yield GET_USER, 200, whole
        elif row["endpoint"] in OPERATIONS:
            yield row["endpoint"], row["status"] or 422, whole


def texts(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    for inner in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from texts(inner)


def test_drifts_of_recorded_responses_show_no_values() -> None:
    compared = 0
    for operation, status, body in recorded():
        shown = next((a for a in SHOWN if (a.operation, a.status) == (operation, status)), None)
        if shown is None:
            continue
        check_with_jsonschema(shown)(body)
        text_of_drifts = repr(find_drifts(operation, status, json.dumps(body).encode()))
        personal = [text for text in texts(body) if {*text} & {*"@.:/ "} or sum(c.isdigit() for c in text) > 2]
        assert [text for text in personal if text in text_of_drifts] == [], (operation, text_of_drifts)
        compared += 1
    assert compared > 40


def recorded_drifts(source: str) -> set[tuple[str, str, str]]:
    row = json.loads(shared("payloads", source).read_text())
    first, *steps = row["fragment_of"].split(".")
    assert first == "User"
    whole = row["body"]
    for step in reversed(steps):
        whole = {step.removesuffix("[]"): [whole] if step.endswith("[]") else whole}
    found = find_drifts(GET_USER, 200, json.dumps(whole).encode())
    return {(drift.kind, drift.pointer, drift.seen) for drift in found if "/verification/" in drift.pointer}


@pytest.mark.parametrize("number", ["csharp-13", "csharp-57", "java-47-saml"])
def test_complete_recorded_verifications_have_no_drift(number: str) -> None:
    assert recorded_drifts(f"clerk-sdk-{number}.json") == set()


def test_missing_keys_of_an_excerpt_are_reported() -> None:
    at = "/email_addresses/0/verification"
    assert recorded_drifts("clerk-sdk-python-175.json") == {
        ("missing key", f"{at}/{key}", "nothing") for key in ("attempts", "expire_at", "status", "strategy")
    }


def test_camel_case_keys_are_reported_by_name() -> None:
    (row,) = (
        row
        for row in json.loads(shared("vectors", "responses.json").read_text())
        if row["operation_id"] == "verifyM2MToken"
    )
    found = find_drifts("POST /m2m_tokens/verify", row["status"], json.dumps(row["body"]).encode())
    unknown = {drift.pointer: drift.seen for drift in found if drift.kind == "unknown key"}
    assert unknown["/createdAt"] == "integer"
    assert unknown["/revocationReason"] == "null"
