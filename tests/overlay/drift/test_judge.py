"""Drifts of all operations compared with the errors of jsonschema."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, get_args

import pytest
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from clerkkit.drift import DriftKind
from tests.generated.json_samples import CONTRACT, ResponseCase, bodies, documented_responses, requests
from tests.generated.json_samples import with_unknown_keys as with_more_keys
from tests.generated.random_json import changed, constants, for_all, random_bodies
from tests.overlay.drift.bodies import find_drifts

SHOWN = [shown for shown in documented_responses() if shown.media == "application/json"]
OPERATIONS = {f"{method.upper()} {path}" for path, item in CONTRACT.root["paths"].items() for method in item}
LIMITS = ("format", "maxLength", "minLength", "minimum", "pattern", "uniqueItems")


@cache
def components(*, closed: bool) -> Any:
    """Return the components without limits; `closed` forbids unknown keys in objects with properties."""
    return without_limits(CONTRACT.root["components"], closed)


def without_limits(node: Any, closed: bool) -> Any:
    if isinstance(node, list):
        return [without_limits(item, closed) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: without_limits(value, closed) for key, value in node.items() if key not in LIMITS}
    for name, schema in node.get("properties", {}).items():  # a property may be named like a limit
        kept["properties"][name] = without_limits(schema, closed)
    if isinstance(kept.get("properties"), dict) and kept.get("additionalProperties") in (None, False):
        kept.pop("additionalProperties", None)
        if closed:
            kept["additionalProperties"] = False
    return kept


def validator(shown: ResponseCase, *, closed: bool) -> Draft202012Validator:
    return Draft202012Validator({**without_limits(shown.schema, closed), "components": components(closed=closed)})


def check_with_jsonschema(shown: ResponseCase) -> Callable[[Any], set[str]]:
    """Return a function that compares the drifts of a body with jsonschema, and returns their kinds.

    A body has no drifts if and only if it is valid with closed objects. It has no drifts except unknown keys if and
    only if it is valid with open objects. Limits are removed from the schemas, because violating them is not a drift.
    """
    closed, opened, written = (
        validator(shown, closed=True),
        validator(shown, closed=False),
        CONTRACT.validator_of(shown.schema),
    )

    def check(body: Any) -> set[str]:
        found = find_drifts(shown.operation, shown.status, json.dumps(body).encode())
        kinds: set[str] = {drift.kind for drift in found}
        assert (not kinds) is closed.is_valid(body), (found, body)
        assert (not kinds - {"unknown key"}) is opened.is_valid(body), (found, body)
        if kinds - {"unknown key"}:
            assert not written.is_valid(body), (found, body)
        return kinds

    return check


def test_all_operations_are_covered() -> None:
    assert {shown.operation for shown in documented_responses()} == OPERATIONS
    assert OPERATIONS
    assert set(requests()) == OPERATIONS


@pytest.mark.parametrize("operation", sorted({shown.operation for shown in SHOWN}))
def test_drifts_agree_with_jsonschema(operation: str) -> None:
    for shown in SHOWN:
        if shown.operation != operation:
            continue
        made = bodies(CONTRACT, shown.schema)
        check = check_with_jsonschema(shown)
        for body in [*made, with_more_keys(made[-1])]:
            check(body)
        changes = changed(made, sorted(constants(CONTRACT)))
        random = random_bodies(CONTRACT, shown.schema)
        for_all(st.one_of(changes, changes, random), check, name=shown, cases=8 if shown.succeeds else 2)


def test_random_bodies_have_drifts_of_every_kind() -> None:
    """So the comparison above covers all kinds."""
    shown = next(a for a in SHOWN if a.operation == "GET /email_addresses/{email_address_id}" and a.succeeds)
    seen: set[str] = set()
    check = check_with_jsonschema(shown)
    changes = changed(bodies(CONTRACT, shown.schema), sorted(constants(CONTRACT)))
    for_all(changes, lambda body: seen.update(check(body) or {"none"}), name="kinds", cases=200)
    assert seen == {"none", *get_args(DriftKind)} - {"undocumented status"}
