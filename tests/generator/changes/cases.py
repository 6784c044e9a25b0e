"""Small pairs of contracts, with the expected changes and verdicts."""

from __future__ import annotations

from typing import Any

import attrs

from generator.code.compatibility import Shim
from tests.generator.changes.contracts import (
    BASE,
    BODY,
    CREATE,
    EVENTS,
    INTEGER,
    ITEM,
    LIMIT,
    LIST,
    ORDER,
    PART,
    PART_PATH,
    STRING,
    THING,
    Edits,
    called,
    edited,
    member,
    parameter,
    ref,
    response,
)

Json = dict[str, Any]


@attrs.frozen
class Case:
    """A pair of contracts, with the expected changes in both directions: kind, verdict, Python name."""

    there: list[tuple[str, str, str]]
    back: list[tuple[str, str, str]]
    new: Edits
    old: Edits = attrs.field(factory=dict)
    base: Json = attrs.field(default=BASE, repr=False)
    shims: list[Shim] = attrs.field(factory=list)
    """Old names that the new contract keeps."""


B, T, C = "breaking", "types only", "compatible"


def one(name: str, there: tuple[str, str], back: tuple[str, str], new: Edits, old: Edits | None = None) -> Case:
    """Return a case with a single change."""
    return Case([(*there, name)], [(*back, name)], new, old or {})


_MOVED = {"paths|/objects": {"get": BASE["paths"]["/things"]["get"]}, LIST: ...}
_PAGES = [*BASE["paths"]["/things"]["get"]["parameters"], parameter("offset", schema=INTEGER)]
_RENAMED_ID = {
    "paths|/things/{id}/parts/{part_id}": {
        "get": {
            **BASE["paths"]["/things/{thing_id}/parts/{part_id}"]["get"],
            "parameters": [parameter("id", "path", required=True), parameter("part_id", "path", required=True)],
        }
    },
    PART_PATH: ...,
}
_SWAPPED_IDS = {
    "paths|/things/{part_id}/parts/{thing_id}": BASE["paths"]["/things/{thing_id}/parts/{part_id}"],
    PART_PATH: ...,
}
_ID_IN_QUERY = {
    "paths|/things/{thing_id}/parts": {
        "get": {
            **BASE["paths"]["/things/{thing_id}/parts/{part_id}"]["get"],
            "parameters": [parameter("thing_id", "path", required=True), parameter("part_id", required=True)],
        }
    },
    PART_PATH: ...,
}
_NEW_MAKER = {
    "components|schemas|Producer": BASE["components"]["schemas"]["Maker"],
    "components|schemas|Maker": ...,
    f"{THING}|properties|maker": ref("Producer"),
}
_TWO_MAKERS = {"components|schemas|Company": member(name=STRING), f"{BODY}|properties|company": ref("Company")}
_CREATED = {"thing.created": EVENTS["webhooks"]["thing.created"]}
_GONE = {
    "thing.gone": {
        "post": {
            "operationId": "thing.gone",
            "requestBody": {"content": {"application/json": {"schema": ref("ThingCreatedEvent")}}},
        }
    }
}

LIST_CALL = "clerk.things.list()"
CREATE_CALL = "clerk.things.create()"
PART_CALL = "clerk.things.get_part()"


def keyword(name: str, of: str = "create") -> str:
    return f"clerk.things.{of}(... {name}=)"


def schema_case(there: str, grade: str, back: str, back_grade: str, old: Json, new: Json) -> Case:
    """Return a case in which the schema of an argument changes."""
    place = f"{BODY}|properties|size"
    return one(keyword("size"), (there, grade), (back, back_grade), {place: new}, {place: old})


def received_case(there: str, grade: str, back: str, back_grade: str, old: Json, new: Json) -> Case:
    """Return a case in which the schema of a required attribute changes."""
    place = f"{THING}|properties|id"
    return one("Thing.id", (there, grade), (back, back_grade), {place: new}, {place: old})


def shim(kind: str, old: str, new: str, of: str = "") -> Shim:
    return Shim(kind, old, new, "2030-01-01", of)


KEPT: dict[str, Case] = {
    "a function": Case(
        [("function-kept", T, LIST_CALL)],
        [("function-renamed", B, LIST_CALL)],
        {f"{LIST}|x-python|function": "get_things"},
        shims=[shim("function", "list_things", "get_things")],
    ),
    "a method": Case(
        [("method-kept", T, "clerk.things.all()")],
        [("method-renamed", B, LIST_CALL)],
        {f"{LIST}|x-python|method": "all"},
        shims=[shim("method", "list", "all", "things")],
    ),
    "a resource": Case(
        [("method-kept", T, "clerk.objects.list()")],
        [("method-renamed", B, LIST_CALL)],
        {f"{LIST}|x-python|resource": "objects"},
        shims=[shim("resource", "things", "objects")],
    ),
    "a resource and a method": Case(
        [("method-kept", T, "clerk.objects.all()")],
        [("method-renamed", B, LIST_CALL)],
        {f"{LIST}|x-python|resource": "objects", f"{LIST}|x-python|method": "all"},
        shims=[shim("resource", "things", "objects"), shim("method", "list", "all", "objects")],
    ),
    "a method of another resource is not kept": Case(
        [("method-renamed", B, "clerk.things.all()")],
        [("method-renamed", B, LIST_CALL)],
        {f"{LIST}|x-python|method": "all"},
        shims=[shim("method", "list", "all", "objects"), shim("method", "lost", "all", "things")],
    ),
    "an argument": Case(
        [("argument-kept", T, keyword("label"))],
        [("required-argument-removed", B, keyword("label")), ("required-argument-added", B, keyword("name"))],
        {f"{BODY}|properties|name": ..., f"{BODY}|properties|label": STRING, f"{BODY}|required": ["label"]},
        shims=[shim("argument", "name", "label", "create_thing")],
    ),
    "an argument, and another type": Case(
        [("argument-kept", T, keyword("weight")), ("argument-type-changed", B, keyword("weight"))],
        [("argument-removed", B, keyword("weight")), ("argument-added", C, keyword("size"))],
        {f"{BODY}|properties|size": ..., f"{BODY}|properties|weight": STRING},
        shims=[shim("argument", "size", "weight", "create_thing")],
    ),
    "an id in the path": Case(
        [("argument-kept", T, keyword("id", "get_part"))],
        [("argument-renamed", B, keyword("thing_id", "get_part"))],
        _RENAMED_ID,
        shims=[shim("argument", "thing_id", "id", "get_part")],
    ),
    "a class": Case(
        [("model-kept", T, "Producer")],
        [("model-renamed", B, "Maker")],
        _NEW_MAKER,
        shims=[shim("model", "Maker", "Producer")],
    ),
}

CASES: dict[str, Case] = {
    # operations
    "an operation comes": Case(
        [("operation-added", C, "clerk.things.drop()")],
        [("operation-removed", B, "clerk.things.drop()")],
        {
            "paths|/things|delete": {
                "operationId": "DropThings",
                "tags": ["Things"],
                "x-python": called("things", "drop", "drop_things"),
                "responses": {"204": {"description": ""}},
            }
        },
    ),
    "an operation moves": one(LIST_CALL, ("operation-moved", C), ("operation-moved", C), _MOVED),
    "an operation gets another id": one(
        LIST_CALL, ("function-renamed", B), ("function-renamed", B), {f"{LIST}|x-python|function": "get_things"}
    ),
    "a method gets another name": Case(
        [("method-renamed", B, "clerk.things.all()")],
        [("method-renamed", B, LIST_CALL)],
        {f"{LIST}|x-python|method": "all"},
    ),
    "a method goes to another resource": Case(
        [("method-renamed", B, "clerk.objects.list()")],
        [("method-renamed", B, LIST_CALL)],
        {f"{LIST}|x-python|resource": "objects"},
    ),
    "an operation is deprecated": one(
        LIST_CALL, ("operation-deprecated", T), ("operation-restored", C), {f"{LIST}|deprecated": True}
    ),
    "a list gets pages": Case(
        [("argument-added", C, keyword("offset", "list")), ("iterator-added", C, LIST_CALL)],
        [("argument-removed", B, keyword("offset", "list")), ("iterator-removed", B, LIST_CALL)],
        {f"{LIST}|parameters": _PAGES},
    ),
    "a list gets the flag for pages": Case(
        [("argument-added", C, keyword("paginated", "list")), ("model-added", C, "Page")],
        [("argument-removed", B, keyword("paginated", "list")), ("model-removed", B, "Page")],
        {
            f"{LIST}|parameters": [*_PAGES[:2], parameter("paginated", schema={"type": "boolean"})],
            ITEM: {"anyOf": [{"type": "array", "items": ref("Thing")}, ref("Page")]},
        },
        {},
        edited(BASE, {"components|schemas|Page": member(data={"type": "array", "items": ref("Thing")})}),
    ),
    "a body is sent in another format": one(
        CREATE_CALL,
        ("body-format-changed", C),
        ("body-format-changed", C),
        {f"{CREATE}|requestBody|content": {"multipart/form-data": {"schema": member(name=STRING)}}},
        {f"{CREATE}|requestBody|content": {"application/json": {"schema": member(name=STRING)}}},
    ),
    "a failure is named": one(
        CREATE_CALL,
        ("error-status-added", C),
        ("error-status-removed", C),
        {f"{CREATE}|responses|422": {"description": ""}},
    ),
    "a success has another status": one(
        CREATE_CALL,
        ("success-status-changed", C),
        ("success-status-changed", C),
        {f"{CREATE}|responses": {"201": response(ref("Thing"))}},
    ),
    # arguments: added, removed, renamed, moved
    "an optional member of the body": one(
        keyword("legal_accepted_at"),
        ("argument-added", C),
        ("argument-removed", B),
        {f"{BODY}|properties|legal_accepted_at": STRING},
    ),
    "a required member of the body": one(
        keyword("owner"),
        ("required-argument-added", B),
        ("required-argument-removed", B),
        {f"{BODY}|properties|owner": STRING, f"{BODY}|required": ["name", "owner"]},
    ),
    "an optional parameter": one(
        keyword("query", "list"),
        ("argument-added", C),
        ("argument-removed", B),
        {f"{LIST}|parameters": [*_PAGES[:2], parameter("query")]},
    ),
    "a member becomes required": one(
        keyword("size"), ("argument-required", B), ("argument-optional", C), {f"{BODY}|required": ["name", "size"]}
    ),
    "a parameter becomes required": one(
        keyword("limit", "list"), ("argument-required", B), ("argument-optional", C), {f"{LIMIT}|required": True}
    ),
    "an id in the path gets another name": Case(
        [("argument-renamed", B, keyword("id", "get_part"))],
        [("argument-renamed", B, keyword("thing_id", "get_part"))],
        _RENAMED_ID,
    ),
    "ids in the path change places": one(
        PART_CALL, ("arguments-reordered", B), ("arguments-reordered", B), _SWAPPED_IDS
    ),
    "an id leaves the path": Case(
        [("operation-moved", C, PART_CALL), ("argument-keyword-only", B, keyword("part_id", "get_part"))],
        [("operation-moved", C, PART_CALL), ("argument-by-position", C, keyword("part_id", "get_part"))],
        _ID_IN_QUERY,
    ),
    "a keyword is sent elsewhere": one(
        keyword("mode"),
        ("argument-moved", C),
        ("argument-moved", C),
        {f"{CREATE}|parameters": [parameter("mode")]},
        {f"{BODY}|properties|mode": STRING},
    ),
    "an argument is deprecated": one(
        keyword("size"),
        ("argument-deprecated", C),
        ("argument-restored", C),
        {f"{BODY}|properties|size": {**INTEGER, "deprecated": True}},
    ),
    "a parameter is deprecated": one(
        keyword("limit", "list"), ("argument-deprecated", C), ("argument-restored", C), {f"{LIMIT}|deprecated": True}
    ),
    # arguments: their values
    "an argument takes another type too": schema_case(
        "argument-type-widened", C, "argument-type-narrowed", B, INTEGER, {"type": ["integer", "string"]}
    ),
    "an argument takes anything": schema_case("argument-type-widened", C, "argument-type-narrowed", B, INTEGER, {}),
    "a number is more than an integer": schema_case(
        "argument-type-widened", C, "argument-type-narrowed", B, INTEGER, {"type": "number"}
    ),
    "a time is more than an integer": schema_case(
        "argument-type-widened", C, "argument-type-narrowed", B, INTEGER, {"type": "integer", "format": "unix-ms"}
    ),
    "an argument takes another type": schema_case(
        "argument-type-changed", B, "argument-type-changed", B, INTEGER, STRING
    ),
    "a text becomes a file": schema_case(
        "argument-type-changed", B, "argument-type-changed", B, STRING, {"type": "string", "format": "binary"}
    ),
    "a list becomes a list of something else": Case(
        [("argument-type-changed", B, keyword("size") + "[]")],
        [("argument-type-changed", B, keyword("size") + "[]")],
        {f"{BODY}|properties|size": {"type": "array", "items": STRING}},
        {f"{BODY}|properties|size": {"type": "array", "items": INTEGER}},
    ),
    "a mapping gets other values": Case(
        [("argument-type-narrowed", B, keyword("labels") + "{}")],
        [("argument-type-widened", C, keyword("labels") + "{}")],
        {f"{BODY}|properties|labels": {"type": "object", "additionalProperties": INTEGER}},
        {f"{BODY}|properties|labels": {"type": "object", "additionalProperties": True}},
    ),
    "a text must be one of some": schema_case(
        "argument-type-narrowed", B, "argument-type-widened", C, STRING, {"type": "string", "enum": ["a"]}
    ),
    "an argument takes another class": Case(
        [
            ("argument-class-changed", T, keyword("options")),
            ("argument-removed", B, keyword("options") + ".strict"),
            ("required-argument-removed", B, keyword("options") + ".deep"),
            ("argument-added", C, keyword("options") + ".name"),
        ],
        [
            ("argument-class-changed", T, keyword("options")),
            ("argument-added", C, keyword("options") + ".strict"),
            ("required-argument-added", B, keyword("options") + ".deep"),
            ("argument-removed", B, keyword("options") + ".name"),
        ],
        {f"{BODY}|properties|options": ref("Company")},
        {},
        edited(BASE, {**_TWO_MAKERS, f"{BODY}|properties|same": ref("Options")}),
    ),
    "None becomes a value": schema_case(
        "argument-null-allowed", C, "argument-null-refused", B, INTEGER, {"type": ["integer", "null"]}
    ),
    "None means nothing in a query": Case([], [], {f"{LIMIT}|schema|type": ["integer", "null"]}),
    "an argument takes more values": one(
        keyword("order", "list"),
        ("argument-values-added", C),
        ("argument-values-removed", B),
        {f"{ORDER}|schema|enum": ["down", "random", "up"]},
    ),
    "an argument takes other values": Case(
        [
            ("argument-values-added", C, keyword("order", "list")),
            ("argument-values-removed", B, keyword("order", "list")),
        ],
        [
            ("argument-values-added", C, keyword("order", "list")),
            ("argument-values-removed", B, keyword("order", "list")),
        ],
        {f"{ORDER}|schema|enum": ["down", "random"]},
    ),
    "a page holds more": one(
        keyword("limit", "list"),
        ("argument-limit-loosened", C),
        ("argument-limit-tightened", B),
        {f"{LIMIT}|schema|maximum": 1000},
    ),
    "a limit goes": one(
        keyword("limit", "list"),
        ("argument-limit-loosened", C),
        ("argument-limit-tightened", B),
        {f"{LIMIT}|schema|maximum": ...},
    ),
    "less is enough": schema_case(
        "argument-limit-loosened",
        C,
        "argument-limit-tightened",
        B,
        {"type": "integer", "minimum": 2},
        {"type": "integer", "minimum": 1},
    ),
    "items may repeat": schema_case(
        "argument-limit-loosened",
        C,
        "argument-limit-tightened",
        B,
        {"type": "array", "items": STRING, "uniqueItems": True},
        {"type": "array", "items": STRING, "uniqueItems": False},
    ),
    "a text matches something else": schema_case(
        "argument-limit-changed",
        B,
        "argument-limit-changed",
        B,
        {"type": "string", "pattern": "a+"},
        {"type": "string", "pattern": "b+"},
    ),
    "a default is another": schema_case(
        "argument-default-changed", C, "argument-default-changed", C, INTEGER, {"type": "integer", "default": 10}
    ),
    "a format is another": schema_case(
        "argument-format-changed", C, "argument-format-changed", C, STRING, {"type": "string", "format": "uri"}
    ),
    "a member of an object that is sent": one(
        "Options.deep",
        ("argument-optional", C),
        ("argument-required", B),
        {"components|schemas|Options|required": ...},
    ),
    # responses
    "an attribute comes": one(
        "Thing.locale", ("attribute-added", C), ("attribute-removed", B), {f"{THING}|properties|locale": STRING}
    ),
    "an attribute may be left out": one(
        "Thing.id", ("response-maybe-none", T), ("response-never-none", C), {f"{THING}|required": ["state", "note"]}
    ),
    "an attribute may be null": received_case(
        "response-maybe-none", T, "response-never-none", C, STRING, {"type": ["string", "null"]}
    ),
    "an attribute that may be null may be left out": one(
        "Thing.note",
        ("attribute-presence-changed", C),
        ("attribute-presence-changed", C),
        {f"{THING}|required": ["id", "state"]},
    ),
    "what may be left out may be null": Case([], [], {f"{THING}|properties|title": {"type": ["string", "null"]}}),
    "an attribute is deprecated": one(
        "Thing.title",
        ("attribute-deprecated", C),
        ("attribute-restored", C),
        {f"{THING}|properties|title": {**STRING, "deprecated": True}},
    ),
    "an attribute may be of another type too": received_case(
        "response-type-widened", T, "response-type-narrowed", C, STRING, {"type": ["string", "integer"]}
    ),
    "an attribute may be one of two classes": one(
        "Thing.maker",
        ("response-type-widened", T),
        ("response-type-narrowed", C),
        {f"{THING}|properties|maker": {"anyOf": [ref("Maker"), ref("Part")]}},
    ),
    "an attribute is of another type": received_case(
        "response-type-changed", B, "response-type-changed", B, STRING, INTEGER
    ),
    "an attribute may be any text": received_case(
        "response-type-widened", T, "response-type-narrowed", C, {"type": "string", "enum": ["a"]}, STRING
    ),
    "an attribute has a new value": one(
        "Thing.state",
        ("response-values-added", C),
        ("response-values-removed", T),
        {f"{THING}|properties|state|enum": ["broken", "off", "on"]},
    ),
    "an attribute is limited": received_case(
        "response-detail-changed", C, "response-detail-changed", C, STRING, {"type": "string", "maxLength": 9}
    ),
    "an attribute has a format": received_case(
        "response-detail-changed", C, "response-detail-changed", C, STRING, {"type": "string", "format": "uri"}
    ),
    "an attribute is of another class": Case(
        [
            ("response-class-changed", T, "Thing.maker"),
            ("attribute-removed", B, "Thing.maker.name"),
            ("attribute-added", C, "Thing.maker.id"),
            ("attribute-added", C, "Thing.maker.x"),
        ],
        [
            ("response-class-changed", T, "Thing.maker"),
            ("attribute-added", C, "Thing.maker.name"),
            ("attribute-removed", B, "Thing.maker.id"),
            ("attribute-removed", B, "Thing.maker.x"),
        ],
        {f"{THING}|properties|maker": ref("Part")},
        {},
        edited(BASE, {f"{THING}|properties|seller": ref("Maker")}),
    ),
    "an operation returns something else": Case(
        [("response-type-changed", B, "clerk.things.create() ->")],
        [("response-type-changed", B, "clerk.things.create() ->")],
        {f"{CREATE}|responses|200": response(STRING)},
    ),
    "an operation returns nothing": Case(
        [("response-removed", B, "clerk.things.get_part() ->")],
        [("response-added", C, "clerk.things.get_part() ->")],
        {f"{PART}|responses": {"200": {"description": ""}}},
    ),
    # classes, events, version and server
    "a class comes with its operation": Case(
        [("argument-added", C, keyword("company")), ("model-added", C, "Company")],
        [("argument-removed", B, keyword("company")), ("model-removed", B, "Company")],
        _TWO_MAKERS,
    ),
    "a class gets another name": Case([("model-renamed", B, "Producer")], [("model-renamed", B, "Maker")], _NEW_MAKER),
    "a class gets another name and another attribute": Case(
        [("model-renamed", B, "Producer"), ("attribute-added", C, "Producer.town")],
        [("model-renamed", B, "Maker"), ("attribute-removed", B, "Producer.town")],
        {**_NEW_MAKER, "components|schemas|Producer": member(name=STRING, town=STRING)},
    ),
    "a class that nothing reaches is none": Case([], [], {"components|schemas|Lonely": member(x=STRING)}),
    "an event comes": Case(
        [("event-added", C, "clerk_bapi.events.EVENTS['thing.gone']")],
        [("event-removed", B, "clerk_bapi.events.EVENTS['thing.gone']")],
        {"webhooks": {**_CREATED, **_GONE}},
        {},
        EVENTS,
    ),
    "an event holds something else": Case(
        [("response-type-changed", B, "MakerEventData.name")],
        [("response-type-changed", B, "MakerEventData.name")],
        {"components|schemas|Maker": member(name=INTEGER)},
        {},
        EVENTS,
    ),
    "another API version": one(
        "API_VERSION", ("api-version-changed", C), ("api-version-changed", C), {"info|version": "2031-01-01"}
    ),
    "another server": one(
        "base_url", ("server-changed", C), ("server-changed", C), {"servers": [{"url": "https://other.example.com"}]}
    ),
}
