"""Schemas of the Backend API and of events with the same name become one class if they fit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from generator.contract.events import merge_events

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "integer"}


def objects(required: list[str], **members: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "properties": members, "required": required}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def hook(name: str) -> Json:
    return {"post": {"requestBody": {"content": {"application/json": {"schema": ref(name)}}}}}


LINK = objects(["id", "type"], id=TEXT, type={"type": "string", "enum": ["mail", "phone"]})
PERSON = objects(["id", "name"], id=TEXT, name=TEXT, link=ref("Link"))
PLACE = objects(["id"], id=TEXT)
SCHEMAS: Json = {"Link": LINK, "Person": PERSON, "Place": PLACE}


def merged(edit: Callable[[Json], object] = lambda _: None) -> Json:
    """Return the merged schemas after `edit` has changed those of the events."""
    contract: Json = {"paths": {}, "components": {"schemas": copy.deepcopy(SCHEMAS)}}
    events: Json = {
        "webhooks": {f"{name}.created": hook(name) for name in ("Person", "Own")},
        "components": {"schemas": {**copy.deepcopy(SCHEMAS), "Own": objects([], x=TEXT), "Unused": PLACE}},
    }
    edit(events["components"]["schemas"])
    before = copy.deepcopy((contract, events))
    full, called = merge_events(contract, events)
    assert (contract, events) == before
    found: Json = full["components"]["schemas"]
    assert called["Person"] == ("EventPerson" if "EventPerson" in found else "Person")
    assert "Unused" not in called
    assert set(called.values()) <= found.keys()
    assert full["webhooks"]["Person.created"] == hook("EventPerson" if "EventPerson" in found else "Person")
    return found


def test_equal_schemas_are_merged_and_others_are_added() -> None:
    assert merged() == {**SCHEMAS, "Own": objects([], x=TEXT)}


def test_properties_of_events_only_become_optional() -> None:
    def edit(theirs: Json) -> None:
        theirs["Person"]["properties"]["age"] = NUMBER
        theirs["Person"]["required"].append("age")
        theirs["Person"]["properties"]["more"] = ref("Own")
        theirs["Link"]["properties"]["type"]["enum"].append("letter")

    schemas = merged(edit)
    assert schemas["Person"] == objects(
        ["id", "name"], id=TEXT, name=TEXT, link=ref("Link"), age=NUMBER, more=ref("Own")
    )
    assert schemas["Link"]["properties"]["type"]["enum"] == ["mail", "phone", "letter"]
    assert "EventPerson" not in schemas


def test_properties_that_events_lack_become_optional() -> None:
    def edit(theirs: Json) -> None:
        del theirs["Person"]["properties"]["name"]
        theirs["Person"]["required"] = ["id"]
        theirs["Link"]["required"] = ["type"]
        theirs["Link"]["properties"]["type"]["enum"] = ["mail"]

    schemas = merged(edit)
    assert schemas["Person"] == {**PERSON, "required": ["id"]}
    assert schemas["Link"] == {**LINK, "required": ["type"]}


@pytest.mark.parametrize(
    "edit",
    [
        lambda link: link["properties"].update(id=NUMBER),
        lambda link: link["properties"].update(id={"type": ["string", "null"]}),
        lambda link: link["properties"].update(id={"type": "string", "enum": ["a"]}),
        lambda link: link["properties"].update(type=TEXT),
        lambda link: link["properties"].update(type={"type": "string", "enum": ["none", "of", "these"]}),
        lambda link: link.update(additionalProperties=True),
        lambda link: link.pop("properties"),
    ],
)
def test_conflicting_schema_and_those_that_refer_to_it_become_separate_classes(edit: Callable[[Json], object]) -> None:
    schemas = merged(lambda theirs: edit(theirs["Link"]))
    assert schemas.keys() == {*SCHEMAS, "Own", "EventLink", "EventPerson"}
    assert {name: schemas[name] for name in SCHEMAS} == SCHEMAS
    assert schemas["EventPerson"]["properties"]["link"] == ref("EventLink")


def test_names_that_differ_only_in_spelling_are_the_same() -> None:
    def edit(theirs: Json) -> None:
        theirs["PLACE"] = PLACE
        theirs["Own"]["properties"]["at"] = ref("PLACE")

    schemas = merged(edit)
    assert schemas.keys() == {*SCHEMAS, "Own", "EventPLACE"}
    assert schemas["Own"]["properties"]["at"] == ref("EventPLACE")
