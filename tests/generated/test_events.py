"""Every webhook event is decoded without loss or error, documented or not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import clerk_bapi.events
import clerk_bapi.models
from clerk_bapi.events import read_event
from clerk_core import Model
from tests.generated.json_samples import (
    CONTRACT,
    EVENTS,
    bodies,
    class_of,
    difference,
    documented_responses,
    events,
    models,
    plain,
    problems,
    with_unknown_keys,
)
from tests.generated.random_json import changed, constants, for_all, random_bodies

each_event = pytest.mark.parametrize("event", list(events()))


def read(event: str, body: Any) -> Model:
    """Decode a body, and check the result if the body names its event."""
    sent = json.loads(json.dumps(body))
    decoded = read_event(body)
    assert difference(body, sent) is None, "the body that was given was changed"
    if body.get("type") == event:
        assert list(problems(EVENTS, events()[event], decoded, sent)) == []
    else:
        assert type(decoded) is Model
        assert difference(decoded.to_dict(), sent) is None
    return decoded


def test_every_event_has_a_class() -> None:
    expected = {event: class_of(EVENTS, str(schema["$ref"]).rpartition("/")[2]) for event, schema in events().items()}
    assert expected == clerk_bapi.events.EVENTS
    assert len(set(expected.values())) == len(expected)


@each_event
def test_samples_fit_the_contract(event: str) -> None:
    judge = EVENTS.validator_of(events()[event])
    for body in bodies(EVENTS, events()[event]):
        judge.validate(body)
        assert body["type"] == event
    for_all(random_bodies(EVENTS, events()[event]), judge.validate, name=event, cases=3)


@each_event
def test_documented_events_are_decoded(event: str) -> None:
    for body in bodies(EVENTS, events()[event]):
        assert read(event, body)["type"] == event
        read(event, with_unknown_keys(body))


@each_event
def test_random_valid_events_are_decoded(event: str) -> None:
    for_all(random_bodies(EVENTS, events()[event]), lambda body: read(event, body), name=event, cases=10)


@each_event
def test_events_that_violate_the_contract_are_decoded(event: str) -> None:
    unpromised = changed(bodies(EVENTS, events()[event]), constants(EVENTS)).filter(lambda body: isinstance(body, dict))
    for_all(unpromised, lambda body: read(event, body), name=event, cases=40)


@each_event
@pytest.mark.parametrize("kind", ["user.of_tomorrow", "", None, 1, True, ["user.created"], {"user.created": 1}])
def test_unknown_event_type_gives_a_plain_model(event: str, kind: object) -> None:
    for body in bodies(EVENTS, events()[event]):
        decoded = read(event, {**body, "type": kind})
        assert all(difference(plain(decoded[key]), body[key]) is None for key in body if key != "type")


@each_event
def test_missing_event_type_gives_a_plain_model(event: str) -> None:
    body = copy.deepcopy(bodies(EVENTS, events()[event])[0])
    del body["type"]
    assert "type" not in read(event, body)


def test_schemas_shared_by_events_and_responses_have_one_class() -> None:
    """The samples contain an object of each class."""
    seen = {
        type(m) for schema in events().values() for body in bodies(EVENTS, schema) for m in models(read_event(body))
    }
    named = {name for schema in events().values() for inner in EVENTS.within(schema) for name in EVENTS.objects(inner)}
    assert seen == {class_of(EVENTS, name) for name in named}
    of_responses = [
        inner for response in documented_responses() if response.succeeds for inner in CONTRACT.within(response.schema)
    ]
    both = named & {name for inner in of_responses for name in CONTRACT.objects(inner)}
    same = {name for name in both if CONTRACT.expanded(CONTRACT.schemas[name]) == EVENTS.expanded(EVENTS.schemas[name])}
    assert named
    assert {class_of(CONTRACT, name) for name in same} <= seen
