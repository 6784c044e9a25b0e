"""Conversion of a document to a contract: what is kept, dropped and rewritten."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generator.contract.nodes import walk
from tests.generator.documents import DOCUMENT, EVENTS, Json, build, changed

THING = "#/components/schemas/Thing"


@pytest.fixture
def facts(tmp_path: Path) -> Json:
    return build(tmp_path, DOCUMENT).facts


def schema(facts: Json, name: str) -> Json:
    found: Json = facts["components"]["schemas"][name]
    return found


def accepts(facts: Json, name: str, value: Any) -> bool:
    """Return whether jsonschema accepts a value for a named schema."""
    return bool(
        Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": facts["components"]}).is_valid(
            value
        )
    )


def test_prose_is_removed_but_not_properties_of_that_name(facts: Json) -> None:
    assert "Prose" not in str(facts)
    assert "called so" not in str(facts)
    assert facts["info"] == {"title": "Clerk Backend API", "version": "2030-01-01"}
    assert schema(facts, "Thing")["properties"]["description"] == {"type": "string"}


def test_nullable_schemas_have_null_as_a_type(facts: Json) -> None:
    whole = {"id": "1", "owner": {"name": "n", "since": 1}, "state": "on"}
    assert accepts(facts, "Thing", whole)
    assert accepts(facts, "Thing", {**whole, "owner": None, "state": None})
    assert not accepts(facts, "Thing", {**whole, "id": None})
    assert not accepts(facts, "Thing", {**whole, "state": "other"})
    assert schema(facts, "Thing")["properties"]["state"]["enum"] == ["off", "on", None]


def test_nullable_named_schema_is_marked_where_it_is_used(tmp_path: Path) -> None:
    named = {**DOCUMENT["components"]["schemas"]["Named"], "nullable": True}
    raw = changed("components|schemas|Named", named)
    raw["components"]["schemas"]["Thing"]["properties"]["named"] = {"$ref": "#/components/schemas/Named"}
    facts = build(tmp_path, raw).facts
    assert schema(facts, "Named")["type"] == "object"
    assert accepts(facts, "Thing", {"id": "1", "owner": None, "named": None})


def test_all_of_is_merged_into_one_object(facts: Json) -> None:
    assert schema(facts, "Owner") == {
        "type": "object",
        "properties": {"name": {"type": "string"}, "since": {"type": "integer"}},
        "required": ["name", "since"],
    }


def test_any_of_with_only_constraints_is_removed(facts: Json) -> None:
    assert "anyOf" not in schema(facts, "CreateThingRequest")


def test_exclusive_bounds_are_converted_to_numbers(facts: Json) -> None:
    assert schema(facts, "CreateThingOptions")["properties"]["size"] == {"exclusiveMinimum": 0, "type": "integer"}


def test_inline_objects_are_named(facts: Json) -> None:
    names = set(facts["components"]["schemas"])
    assert names == {"Thing", "Owner", "Named", "ThingPart", "CreateThingRequest", "CreateThingOptions"}
    body = facts["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/CreateThingRequest"}
    nested = [node for node in walk(facts["components"]["schemas"]) if "properties" in node]
    assert len(nested) == len(names)


def test_equal_inline_objects_are_one_schema_with_the_common_name(tmp_path: Path) -> None:
    part = DOCUMENT["components"]["schemas"]["Thing"]["properties"]["parts"]
    raw = changed("components|schemas|Named|properties|parts", part)
    facts = build(tmp_path, raw).facts
    assert schema(facts, "Part") == {"type": "object", "properties": {"x": {"type": "integer"}}}
    assert not {"ThingPart", "NamedPart"} & set(facts["components"]["schemas"])


def test_facts_of_operations_are_kept(facts: Json) -> None:
    listing = facts["paths"]["/things"]["get"]
    assert listing["x-python"] == {"resource": "things", "method": "list", "function": "list_things"}
    kinds = next(p for p in listing["parameters"] if p.get("name") == "kinds")
    assert kinds["explode"] is False
    assert kinds["schema"]["items"]["enum"] == ["a", "b"]
    deletion = facts["paths"]["/things/{thing_id}"]["delete"]
    assert deletion["deprecated"] is True
    assert [p["name"] for p in deletion["parameters"]] == ["thing_id"]


def test_undeclared_path_parameter_is_added(tmp_path: Path) -> None:
    facts = build(tmp_path, changed("paths|/things/{thing_id}|parameters", ...)).facts
    assert facts["paths"]["/things/{thing_id}"]["delete"]["parameters"][0]["name"] == "thing_id"


def test_list_with_paginated_flag_may_return_a_page(tmp_path: Path) -> None:
    raw = changed("paths|/things|get|parameters", [{"in": "query", "name": "paginated", "schema": {"type": "boolean"}}])
    facts = build(tmp_path, raw).facts
    response = facts["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert response["anyOf"][1] == {"$ref": "#/components/schemas/PaginatedThings"}
    assert accepts(facts, "PaginatedThings", {"data": [], "total_count": 0})


@pytest.mark.parametrize("backwards", [False, True])
def test_operations_with_the_same_method_name_are_named_after_their_functions(tmp_path: Path, backwards: bool) -> None:
    """The operation whose path is that of the group keeps the name."""
    raw = copy.deepcopy(DOCUMENT)
    listing = raw["paths"]["/things"]["get"]
    raw["paths"]["/all"] = {"get": {**copy.deepcopy(listing), "operationId": "ListEverything"}}
    raw["paths"]["/things/other"] = {"get": {**copy.deepcopy(listing), "operationId": "listOtherThings"}}
    if backwards:
        raw["paths"] = dict(reversed(raw["paths"].items()))
    made = build(tmp_path, raw)
    named = {path: item["get"]["x-python"]["method"] for path, item in made.facts["paths"].items() if "get" in item}
    assert named == {"/things": "list", "/all": "list_everything", "/things/other": "list_other_things"}
    assert made.notes == [
        "3 operations claim things.list: GET /things/other is things.list_other_things",
        "3 operations claim things.list: GET /all is things.list_everything",
    ]
    assert build(tmp_path, DOCUMENT).notes == []


def test_text_does_not_depend_on_the_order_of_the_document(tmp_path: Path) -> None:
    backwards = {key: DOCUMENT[key] for key in reversed(DOCUMENT)}
    backwards["paths"] = dict(reversed(DOCUMENT["paths"].items()))
    assert build(tmp_path, DOCUMENT).text() == build(tmp_path, backwards).text()


def test_events_have_their_type_as_a_constant(tmp_path: Path) -> None:
    made = build(tmp_path, EVENTS)
    assert made.kind == "events"
    assert schema(made.facts, "ThingCreatedEvent")["properties"]["type"]["enum"] == ["thing.created"]
