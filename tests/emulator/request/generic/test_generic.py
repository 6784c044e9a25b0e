"""Operations of a newer contract that have no handler: resources are stored and returned as sent."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.command import _operations_without_handlers
from clerk_emulator.contract import conformance, filling, schemas, specification, validators
from clerk_emulator.contract.plain_values import plain_value
from clerk_emulator.request.generic import resources
from clerk_emulator.request.generic.handlers import HEADER
from tests.emulator.api import Api, Json

TEXT: Json = {"type": "string"}
TIME: Json = {"type": "integer", "format": "int64"}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def answer(schema: Json) -> Json:
    return {"200": {"description": "Done.", "content": {"application/json": {"schema": schema}}}}


def body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def query(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "schema": schema}


def in_path(*names: str) -> list[Json]:
    return [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]


GADGET: Json = {
    "type": "object",
    "properties": {
        "object": {"type": "string", "enum": ["gadget"]},
        "id": TEXT,
        "name": TEXT,
        "colour": {"type": "string", "enum": ["red", "green"]},
        "weight": {"type": "integer", "minimum": 1},
        "url": {"type": "string", "minLength": 8, "pattern": "^https://"},
        "part": ref("GadgetPart"),
        "owner_id": {"type": ["string", "null"]},
        "note": TEXT,
        "created_at": TIME,
        "updated_at": TIME,
    },
    "required": ["object", "id", "name", "colour", "weight", "url", "part", "owner_id", "created_at", "updated_at"],
}
NEW_GADGET: Json = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "colour": TEXT, "note": TEXT, "secret": TEXT},
    "required": ["name"],
}
SCHEMAS: Json = {
    "Gadget": GADGET,
    "GadgetPart": {"type": "object", "properties": {"size": {"type": "number"}}, "required": ["size"]},
    "GadgetPage": {
        "type": "object",
        "properties": {"data": {"type": "array", "items": ref("Gadget")}, "total_count": {"type": "integer"}},
        "required": ["data", "total_count"],
    },
    "Dated": {
        "type": "object",
        "properties": {
            "id": TEXT,
            "organization_id": TEXT,
            "label": TEXT,
            "created_at": TEXT | {"format": "date-time"},
        },
        "required": ["id", "organization_id", "created_at"],
    },
    "Code": {
        "type": "object",
        "properties": {"id": TEXT, "code": {"type": "string", "pattern": "^[a-z]{3}-[0-9]{4}$"}},
        "required": ["id", "code"],
    },
}
DELETED: Json = ref("DeletedObject")
PATHS: Json = {
    "/gadgets": {
        "post": {"operationId": "CreateGadget", "requestBody": body(NEW_GADGET), "responses": answer(ref("Gadget"))},
        "get": {
            "operationId": "ListGadgets",
            "parameters": [
                query("limit", {"type": "integer", "default": 10, "minimum": 1}),
                query("offset", {"type": "integer", "default": 0}),
                query("order_by", TEXT | {"default": "-created_at"}),
                query("colour", TEXT),
            ],
            "responses": answer(ref("GadgetPage")),
        },
    },
    "/gadgets/{gadget_id}": {
        "get": {"operationId": "GetGadget", "parameters": in_path("gadget_id"), "responses": answer(ref("Gadget"))},
        "patch": {
            "operationId": "UpdateGadget",
            "parameters": in_path("gadget_id"),
            "requestBody": body({**NEW_GADGET, "required": []}),
            "responses": answer(ref("Gadget")),
        },
        "delete": {"operationId": "DeleteGadget", "parameters": in_path("gadget_id"), "responses": answer(DELETED)},
    },
    "/gadgets/{gadget_id}/polish": {
        "post": {"operationId": "PolishGadget", "parameters": in_path("gadget_id"), "responses": answer(ref("Gadget"))}
    },
    "/organizations/{organization_id}/dates": {
        "post": {
            "operationId": "CreateDate",
            "parameters": in_path("organization_id"),
            "requestBody": body({"type": "object", "properties": {"label": TEXT}}),
            "responses": answer(ref("Dated")),
        },
        "get": {
            "operationId": "ListDates",
            "parameters": in_path("organization_id"),
            "responses": answer({"type": "array", "items": ref("Dated")}),
        },
    },
    "/organizations/{organization_id}/dates/{date_id}": {
        "delete": {
            "operationId": "DeleteDate",
            "parameters": in_path("organization_id", "date_id"),
            "responses": {"204": {"description": "Done."}},
        }
    },
    "/codes": {
        "post": {"operationId": "CreateCode", "responses": answer(ref("Code"))},
        "get": {"operationId": "ListCodes", "responses": answer({"type": "array", "items": ref("Code")})},
    },
    "/redirect_urls/{id}": {
        "patch": {
            "operationId": "UpdateRedirectURL",
            "parameters": in_path("id"),
            "requestBody": body({"type": "object", "properties": {"url": TEXT}}),
            "responses": answer(ref("RedirectURL")),
        }
    },
}
CACHES: tuple[Any, ...] = (
    specification.operations,
    specification._tree,
    conformance.check_at,
    schemas._check,
    validators._contract_validator,
    validators._validator_at,
    filling._object_names_at,
    filling._object_schema,
    filling._only_schema,
    resources.generic_operations,
)


@pytest.fixture(autouse=True)
def newer_contract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A contract with further operations."""
    newer = copy.deepcopy(specification.document())
    for path, item in PATHS.items():
        newer["paths"].setdefault(path, {}).update(item)
    newer["components"]["schemas"].update(SCHEMAS)
    for module in (specification, filling, validators):
        monkeypatch.setattr(module, "document", lambda: newer)
    for cache in CACHES:
        cache.cache_clear()
    yield
    monkeypatch.undo()
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    """An emulator of its own, because these operations are not in the table of events."""
    with Emulator(validate_responses=True) as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator, newer_contract: None) -> Iterator[Emulator]:
    server.reset()
    yield server
    assert server.problems == []


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    headers = {"Authorization": f"Bearer {emulator.secret_key}"}
    with httpx.Client(base_url=emulator.url, headers=headers, trust_env=False) as client:
        yield Api(client)


def test_created_resource_is_read_back(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    created = api.post("/gadgets", {"name": "Lamp", "colour": "green", "secret": "x"})
    assert created.pop("id").startswith("gadget_")
    assert created == {
        "object": "gadget",
        "name": "Lamp",
        "colour": "green",
        "weight": 1,
        "url": "https://example.com/",
        "part": {"size": 0},
        "owner_id": None,
        "created_at": now,
        "updated_at": now,
    }
    assert [one["name"] for one in api.get("/gadgets")["data"]] == ["Lamp"]


def test_resource_is_updated_and_deleted(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    gadget = api.post("/gadgets", {"name": "Lamp"})
    assert gadget["colour"] == "red"
    later = emulator.clock.advance(5)
    changed = api.patch(f"/gadgets/{gadget['id']}", {"colour": "green", "note": "new"})
    assert changed == {**gadget, "colour": "green", "note": "new", "updated_at": later}
    assert api.get(f"/gadgets/{gadget['id']}") == changed
    assert api.delete(f"/gadgets/{gadget['id']}") == {"object": "gadget", "id": gadget["id"], "deleted": True}
    for method in ("GET", "PATCH", "DELETE"):
        problem = api.refused(method, f"/gadgets/{gadget['id']}", {} if method == "PATCH" else None)
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    assert api.get("/gadgets") == {"data": [], "total_count": 0}


def test_list_is_paginated_filtered_and_sorted(api: Api) -> None:
    for number in range(12):
        api.post("/gadgets", {"name": f"Lamp {number:02}", "colour": "green" if number % 2 else "red"})

    def names(**parameters: Any) -> list[str]:
        return [one["name"][-2:] for one in api.get("/gadgets", **parameters)["data"]]

    assert names(limit=3, offset=1) == ["10", "09", "08"]
    assert names(order_by="+name", limit=2) == ["00", "01"]
    assert names(colour="green", limit=2) == ["11", "09"]
    assert api.get("/gadgets", colour="green", limit=2)["total_count"] == 6
    problem = api.refused("GET", "/gadgets", params={"order_by": "price"})
    assert (problem.status, problem.params) == (422, ["order_by"])


def test_invalid_bodies_are_rejected(api: Api) -> None:
    assert api.refused("POST", "/gadgets", {}).codes == ["form_param_missing"]
    assert api.refused("POST", "/gadgets", {"name": "x", "price": 1}).params == ["price"]


def test_value_that_the_response_cannot_have_is_not_stored(api: Api) -> None:
    assert api.post("/gadgets", {"name": "Lamp", "colour": "blue"})["colour"] == "red"


def test_nested_resources_belong_to_their_parent(api: Api, emulator: Emulator) -> None:
    first, second = (
        api.post("/organizations", {"name": name, "created_by": api.user(username=f"{name}_1")["id"]})["id"]
        for name in ("acme", "engines")
    )
    emulator.clock.freeze(1_778_544_000_000)
    date = api.post(f"/organizations/{first}/dates", {"label": "Start"})
    assert date["organization_id"] == first
    assert date["created_at"] == "2026-05-12T00:00:00.000+00:00"
    assert api.get(f"/organizations/{first}/dates") == [date]
    assert api.get(f"/organizations/{second}/dates") == []
    assert api.refused("DELETE", f"/organizations/{second}/dates/{date['id']}").status == 404
    assert api.refused("GET", "/organizations/org_none/dates").status == 404
    assert api.refused("POST", "/organizations/org_none/dates", {}).status == 404
    answer = api.http.delete(f"/organizations/{first}/dates/{date['id']}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_generic_responses_say_so(api: Api, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator._state, "generic", set[str]())
    assert api.http.post("/gadgets", json={"name": "Lamp"}).headers[HEADER] == "generic"
    assert api.http.get("/gadgets/none").headers[HEADER] == "generic"
    for invalid in (
        api.http.post("/gadgets", json={}),
        api.http.post("/gadgets", content=b"{", headers={"Content-Type": "application/json"}),
        api.http.post("/gadgets", content=b"{}", headers={"Content-Type": "text/plain"}),
        api.http.get("/gadgets", params={"limit": "x"}),
    ):
        assert invalid.status_code >= 400
        assert invalid.headers[HEADER] == "generic"
    assert HEADER not in api.http.get("/users").headers
    assert HEADER not in api.http.post("/users", json={"nope": 1}).headers
    assert emulator.generic == {"CreateGadget", "GetGadget"}
    told = httpx.get(emulator.origin + "/_emulator/problems", trust_env=False).json()
    assert told["generic"] == ["CreateGadget", "GetGadget"]
    answered, refused = list(_operations_without_handlers())
    assert "CreateGadget" in answered
    assert "PolishGadget" in refused
    assert "PolishGadget" not in answered


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("POST", "/gadgets/x/polish", "an action, which may change anything"),
        ("PATCH", "/redirect_urls/x", "an operation on resources that have rules"),
    ],
)
def test_operations_of_other_shapes_are_not_emulated(api: Api, method: str, path: str, reason: str) -> None:
    problem = api.refused(method, path, {})
    assert (problem.status, problem.codes) == (405, ["not_emulated"])


def test_resource_without_valid_response_is_not_emulated(api: Api) -> None:
    assert api.refused("POST", "/codes").codes == ["not_emulated"]
    assert api.get("/codes") == []


def test_state_is_reset_dumped_and_loaded(api: Api, emulator: Emulator) -> None:
    gadget = api.post("/gadgets", {"name": "Lamp"})
    seed = emulator.dump()
    emulator.reset()
    assert api.get("/gadgets")["total_count"] == 0
    with Emulator(seed=seed) as second:
        assert second.dump() == seed
        headers = {"Authorization": f"Bearer {second.secret_key}"}
        assert httpx.get(f"{second.url}/gadgets/{gadget['id']}", headers=headers, trust_env=False).json() == gadget


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"values": {"id": "x"}}, "collection must be included"),
        ({"collection": "/users", "values": {"id": "x"}}, "collection must be one without rules"),
        ({"collection": "/gadgets", "values": {}}, "values must be an object with an id"),
        ({"collection": "/gadgets", "values": {"id": "x"}, "more": 1}, "more is not a parameter"),
    ],
)
def test_rejects_invalid_resources_in_seeds(entry: Json, reason: str) -> None:
    with pytest.raises(ValueError, match=rf"resources\[0\].*{reason}"):
        Emulator(seed={"resources": [entry]})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, ""),
        ({"type": "string", "minLength": 3}, "000"),
        ({"type": "string", "format": "date-time"}, "1970-01-01T00:00:00Z"),
        ({"type": "string", "pattern": "^[A-Z]"}, "A"),
        ({"type": ["string", "null"]}, None),
        ({"const": "x"}, "x"),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2}, [False, False]),
        ({"type": "integer", "exclusiveMinimum": 4}, 5),
        ({"type": "number", "maximum": -1}, -1),
        ({"oneOf": [{"type": "boolean"}, {"type": "string"}]}, False),
        ({"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"]}, {"a": 1}),
    ],
)
def test_plain_values_are_valid(schema: Json, value: Any) -> None:
    assert plain_value(schema) == value
    assert schemas.schema_violations(schema, value) == []
