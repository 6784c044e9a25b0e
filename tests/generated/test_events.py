"""Every webhook event, as the contract of the events shows it and as it does not, is read without loss or error."""

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
    answers,
    bodies,
    class_of,
    difference,
    events,
    models,
    plain,
    problems,
    with_unknown_keys,
)
from tests.generated.random_json import changed, constants, for_all, random_bodies

each_event = pytest.mark.parametrize("event", list(events()))


def read(event: str, body: Any) -> Model:
    """Read a body, and see that the result is what it must be, if the body says which event it is."""
    sent = json.loads(json.dumps(body))
    decoded = read_event(body)
    assert difference(body, sent) is None, "the body that was given was changed"
    if body.get("type") == event:
        assert list(problems(EVENTS, events()[event], decoded, sent)) == []
    else:
        assert type(decoded) is Model
        assert difference(decoded.to_dict(), sent) is None
    return decoded


def test_every_event_has_its_class() -> None:
    expected = {event: class_of(EVENTS, str(schema["$ref"]).rpartition("/")[2]) for event, schema in events().items()}
    assert expected == clerk_bapi.events.EVENTS
    assert len(set(expected.values())) == len(expected)


@each_event
def test_the_samples_are_what_the_contract_shows(event: str) -> None:
    judge = EVENTS.judge(events()[event])
    for body in bodies(EVENTS, events()[event]):
        judge.validate(body)
        assert body["type"] == event
    for_all(random_bodies(EVENTS, events()[event]), judge.validate, name=event, cases=3)


@each_event
def test_an_event_is_read_in_full(event: str) -> None:
    for body in bodies(EVENTS, events()[event]):
        assert read(event, body)["type"] == event
        read(event, with_unknown_keys(body))


@each_event
def test_a_random_event_is_read_in_full(event: str) -> None:
    for_all(random_bodies(EVENTS, events()[event]), lambda body: read(event, body), name=event, cases=10)


@each_event
def test_an_event_that_nobody_promised_is_read_in_full(event: str) -> None:
    unpromised = changed(bodies(EVENTS, events()[event]), constants(EVENTS)).filter(lambda body: isinstance(body, dict))
    for_all(unpromised, lambda body: read(event, body), name=event, cases=40)


@each_event
@pytest.mark.parametrize("kind", ["user.of_tomorrow", "", None, 1, True, ["user.created"], {"user.created": 1}])
def test_an_event_of_an_unknown_type_is_a_plain_model(event: str, kind: object) -> None:
    for body in bodies(EVENTS, events()[event]):
        decoded = read(event, {**body, "type": kind})
        assert all(difference(plain(decoded[key]), body[key]) is None for key in body if key != "type")


@each_event
def test_an_event_without_a_type_is_a_plain_model(event: str) -> None:
    body = copy.deepcopy(bodies(EVENTS, events()[event])[0])
    del body["type"]
    assert "type" not in read(event, body)


def test_what_events_and_answers_share_is_one_class() -> None:
    """What is the same in both is a class of the answers; and the samples hold an object of each."""
    seen = {
        type(m) for schema in events().values() for body in bodies(EVENTS, schema) for m in models(read_event(body))
    }
    named = {name for schema in events().values() for inner in EVENTS.within(schema) for name in EVENTS.objects(inner)}
    assert seen == {class_of(EVENTS, name) for name in named}
    answered = [inner for answer in answers() if answer.succeeds for inner in CONTRACT.within(answer.schema)]
    both = named & {name for inner in answered for name in CONTRACT.objects(inner)}
    same = {name for name in both if CONTRACT.expanded(CONTRACT.schemas[name]) == EVENTS.expanded(EVENTS.schemas[name])}
    assert named
    assert {class_of(CONTRACT, name) for name in same} <= seen
