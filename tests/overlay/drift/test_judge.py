"""Reports beside jsonschema, an independent judge, over all operations."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, get_args

import pytest
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from clerkkit.drift import DriftKind
from tests.generated.json_samples import CONTRACT, Answer, answers, bodies, requests
from tests.generated.json_samples import with_unknown_keys as with_more_keys
from tests.generated.random_json import changed, constants, for_all, random_bodies
from tests.overlay.drift.bodies import find_drifts

SHOWN = [shown for shown in answers() if shown.media == "application/json"]
OPERATIONS = {f"{method.upper()} {path}" for path, item in CONTRACT.root["paths"].items() for method in item}
LIMITS = ("format", "maxLength", "minLength", "minimum", "pattern", "uniqueItems")


@cache
def components(*, closed: bool) -> Any:
    """The contract's components without limits; with every object closed that names its keys, or with none."""
    return without_limits(CONTRACT.root["components"], closed)


def without_limits(node: Any, closed: bool) -> Any:
    if isinstance(node, list):
        return [without_limits(item, closed) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: without_limits(value, closed) for key, value in node.items() if key not in LIMITS}
    for name, schema in node.get("properties", {}).items():  # a property may be called like a limit
        kept["properties"][name] = without_limits(schema, closed)
    if isinstance(kept.get("properties"), dict) and kept.get("additionalProperties") in (None, False):
        kept.pop("additionalProperties", None)
        if closed:
            kept["additionalProperties"] = False
    return kept


def judge(shown: Answer, *, closed: bool) -> Draft202012Validator:
    return Draft202012Validator({**without_limits(shown.schema, closed), "components": components(closed=closed)})


def disagreements(shown: Answer) -> Callable[[Any], set[str]]:
    """Compares the report on a body with what jsonschema finds; gives the kinds that were reported.

    With all objects closed, nothing is reported <=> the body is valid. With all of them open, nothing but unknown
    keys is reported <=> it is valid. Limits are no drift, so the judge does not know them either; and what is valid
    under the contract as it is written, limits and all, is so under the open one too.
    """
    closed, opened, written = judge(shown, closed=True), judge(shown, closed=False), CONTRACT.judge(shown.schema)

    def check(body: Any) -> set[str]:
        found = find_drifts(shown.operation, shown.status, json.dumps(body).encode())
        kinds: set[str] = {drift.kind for drift in found}
        assert (not kinds) is closed.is_valid(body), (found, body)
        assert (not kinds - {"unknown key"}) is opened.is_valid(body), (found, body)
        if kinds - {"unknown key"}:
            assert not written.is_valid(body), (found, body)
        return kinds

    return check


def test_all_operations_are_here() -> None:
    assert {shown.operation for shown in answers()} == OPERATIONS
    assert OPERATIONS
    assert set(requests()) == OPERATIONS


@pytest.mark.parametrize("operation", sorted({shown.operation for shown in SHOWN}))
def test_what_is_reported_is_what_jsonschema_refuses(operation: str) -> None:
    for shown in SHOWN:
        if shown.operation != operation:
            continue
        made = bodies(CONTRACT, shown.schema)
        check = disagreements(shown)
        for body in [*made, with_more_keys(made[-1])]:
            check(body)
        changes = changed(made, sorted(constants(CONTRACT)))
        random = random_bodies(CONTRACT, shown.schema)
        for_all(st.one_of(changes, changes, random), check, name=shown, cases=8 if shown.succeeds else 2)


def test_what_the_judge_is_asked_is_of_every_kind() -> None:
    """So that the comparison above is none of nothing with nothing."""
    shown = next(a for a in SHOWN if a.operation == "GET /email_addresses/{email_address_id}" and a.succeeds)
    seen: set[str] = set()
    check = disagreements(shown)
    changes = changed(bodies(CONTRACT, shown.schema), sorted(constants(CONTRACT)))
    for_all(changes, lambda body: seen.update(check(body) or {"none"}), name="kinds", cases=200)
    assert seen == {"none", *get_args(DriftKind)} - {"undocumented status"}
