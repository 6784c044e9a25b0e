"""Properties that the contract requires and a handler does not return."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from clerk_emulator import Emulator
from clerk_emulator.contract import conformance, filling, schemas, specification, validators
from clerk_emulator.json_types import KeptJson
from tests.emulator.api import Api

Json = dict[str, Any]

POINTER = "#/components/schemas/Outer"
TEXT: Json = {"type": "string"}


def objects(required: str, **members: Json) -> Json:
    return {"type": "object", "properties": members, "required": required.split()}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: Json = {
    "Outer": objects(
        "text number maybe kind flag rows inner nullable default either untyped unheard",
        text=TEXT,
        number={"type": "integer", "minimum": 3},
        maybe={"type": ["string", "null"], "enum": ["a", None]},
        kind={"type": "string", "enum": ["a", "b"]},
        flag={"type": "boolean"},
        rows={"type": "array", "items": ref("Inner")},
        inner=ref("Inner"),
        nullable={"anyOf": [ref("Inner"), {"type": "null"}]},
        default={"type": "integer", "default": 7},
        either={"anyOf": [ref("Cat"), ref("Dog")]},
        untyped={},
        optional=TEXT,
    ),
    "Inner": objects("id", id=TEXT, more=TEXT),
    "Cat": objects("object lives", object={"type": "string", "enum": ["cat"]}, lives={"type": "integer"}),
    "Dog": objects("object bone", object={"type": "string", "enum": ["dog"]}, bone=TEXT),
    "Named": {"anyOf": [ref("Inner"), ref("Outer")]},
}
PLAIN: Json = {
    "text": "",
    "number": 3,
    "maybe": None,
    "kind": "a",
    "flag": False,
    "rows": [],
    "inner": {"id": ""},
    "nullable": None,
    "default": 7,
    "either": {"object": "cat", "lives": 0},
    "untyped": None,
    "unheard": None,
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A contract with only these schemas, and empty caches."""
    caches = (
        *(filling._object_names_at, filling._object_schema, filling._only_schema, conformance.check_at),
        *(validators._contract_validator, validators._validator_at),
    )
    for cache in caches:
        cache.cache_clear()
    document = {"components": {"schemas": SCHEMAS}}
    for module in (filling, specification, validators):
        monkeypatch.setattr(module, "document", lambda: document)
    yield
    for cache in caches:
        cache.cache_clear()


def completed(body: Any, pointer: str = POINTER) -> tuple[Any, set[str]]:
    differences = filling.Differences()
    before = copy.deepcopy(body)
    found = filling.fill_in(pointer, body, differences)
    assert body == before
    return found, differences.filled_in


def forget_schemas() -> None:
    """Let the schemas be read again after a test has changed them."""
    for cache in (filling._object_schema, filling._only_schema, filling._object_names_at):
        cache.cache_clear()


@pytest.mark.usefixtures("small")
def test_fills_in_values_that_schemas_allow() -> None:
    found, told = completed({})
    assert found == PLAIN
    assert told == {f"Outer.{key}" for key in PLAIN}
    assert schemas.violations(POINTER, found) == []


@pytest.mark.usefixtures("small")
def test_existing_properties_do_not_change() -> None:
    full = {**PLAIN, "text": "x", "nullable": {"id": "i"}, "rows": [{"id": "1"}], "unknown": 1}
    found, told = completed(full)
    assert found is full
    assert told == set()


@pytest.mark.usefixtures("small")
def test_fills_in_nested_objects_and_lists() -> None:
    body = {**PLAIN, "inner": {"more": "m"}, "rows": [{"id": "1"}, {}], "nullable": {}, "either": {"object": "dog"}}
    found, told = completed(body)
    assert found == {
        **PLAIN,
        "inner": {"more": "m", "id": ""},
        "rows": [{"id": "1"}, {"id": ""}],
        "nullable": {"id": ""},
        "either": {"object": "dog", "bone": ""},
    }
    assert found["rows"][0] is body["rows"][0]
    assert told == {"Inner.id", "Dog.bone"}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("body", [None, "text", [], {}, {"object": "of tomorrow"}])
def test_ambiguous_objects_do_not_change(body: object) -> None:
    assert completed(body, "#/components/schemas/Named") == (body, set())


@pytest.mark.usefixtures("small")
def test_properties_that_a_closed_schema_does_not_allow_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEMAS["Inner"], "additionalProperties", False)
    forget_schemas()
    differences = filling.Differences()
    body = {**PLAIN, "inner": {"id": "1", "of_tomorrow": 1}, "of_tomorrow": 1}
    found = filling.fill_in(POINTER, body, differences)
    assert found == {**PLAIN, "inner": {"id": "1"}, "of_tomorrow": 1}
    assert (differences.left_out, differences.filled_in) == ({"Inner.of_tomorrow"}, set())


@pytest.mark.usefixtures("small")
def test_kept_object_is_checked_again_for_another_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptJson(PLAIN)
    assert completed(kept)[0] is kept
    assert completed(kept)[0] is kept
    assert kept.complete_for is filling._object_names_at(POINTER)

    monkeypatch.setitem(SCHEMAS["Outer"], "required", [*SCHEMAS["Outer"]["required"], "of_tomorrow"])
    forget_schemas()
    assert completed(kept) == ({**PLAIN, "of_tomorrow": None}, {"Outer.of_tomorrow"})


def test_new_required_property_is_filled_in(emulator: Emulator, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only in the response: the property is not stored, and others do not change."""
    monkeypatch.setitem(specification.document()["components"]["schemas"]["User"]["properties"], "shoe_size", TEXT)
    known = specification.document()["components"]["schemas"]["User"]["required"]
    monkeypatch.setitem(specification.document()["components"]["schemas"]["User"], "required", [*known, "shoe_size"])
    forget_schemas()
    monkeypatch.setattr(emulator._state, "differences", differences := filling.Differences())
    try:
        made = api.user(username="ada_1", first_name="Ada")
        assert (made["shoe_size"], made["first_name"]) == ("", "Ada")
        assert [user["shoe_size"] for user in api.get("/users")] == [""]
        assert differences.filled_in == {"User.shoe_size"}
    finally:
        forget_schemas()
    assert "shoe_size" not in str(emulator.dump())
