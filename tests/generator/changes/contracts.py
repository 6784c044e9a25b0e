"""Small contracts of the Backend API and of events, and how to edit them."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]

STRING: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}
SCHEMAS = "#/components/schemas/"


def ref(name: str) -> Json:
    return {"$ref": SCHEMAS + name}


def parameter(name: str, place: str = "query", *, required: bool = False, schema: Json = STRING) -> Json:
    return {"in": place, "name": name, "required": required, "schema": schema}


def response(schema: Json) -> Json:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def called(resource: str, method: str, function: str) -> Json:
    """Return the Python names of an operation."""
    return {"resource": resource, "method": method, "function": function}


def member(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


BASE: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "2030-01-01"},
    "servers": [{"url": "https://api.example.com/v1"}],
    "security": [],
    "paths": {
        "/things": {
            "get": {
                "operationId": "ListThings",
                "tags": ["Things"],
                "x-python": called("things", "list", "list_things"),
                "parameters": [
                    parameter("limit", schema={"type": "integer", "maximum": 500}),
                    parameter("order", schema={"type": "string", "enum": ["down", "up"]}),
                ],
                "responses": {"200": response({"type": "array", "items": ref("Thing")}), "400": {"description": ""}},
            },
            "post": {
                "operationId": "CreateThing",
                "tags": ["Things"],
                "x-python": called("things", "create", "create_thing"),
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                **member(
                                    name=STRING,
                                    size=INTEGER,
                                    note={"type": ["string", "null"]},
                                    options=ref("Options"),
                                    labels={"type": "object", "additionalProperties": STRING},
                                    tags={"type": "array", "items": STRING},
                                ),
                                "required": ["name"],
                            }
                        }
                    },
                },
                "responses": {"200": response(ref("Thing"))},
            },
        },
        "/things/{thing_id}/parts/{part_id}": {
            "get": {
                "operationId": "GetPart",
                "tags": ["Things"],
                "x-python": called("things", "get_part", "get_part"),
                "parameters": [
                    parameter("part_id", "path", required=True),
                    parameter("thing_id", "path", required=True),
                ],
                "responses": {"200": response(ref("Part"))},
            }
        },
    },
    "components": {
        "parameters": {},
        "responses": {},
        "schemas": {
            "Thing": {
                **member(
                    id=STRING,
                    state={"type": "string", "enum": ["off", "on"]},
                    note={"type": ["string", "null"]},
                    title=STRING,
                    parts={"type": "array", "items": ref("Part")},
                    maker=ref("Maker"),
                ),
                "required": ["id", "state", "note"],
            },
            "Part": {**member(id=STRING, x=INTEGER), "required": ["id"]},
            "Maker": member(name=STRING),
            "Options": {**member(deep=STRING, strict={"type": "boolean"}), "required": ["deep"]},
        },
    },
}

EVENTS: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Events", "version": "v1"},
    "webhooks": {
        "thing.created": {
            "post": {
                "operationId": "thing.created",
                "requestBody": {"content": {"application/json": {"schema": ref("ThingCreatedEvent")}}},
            }
        }
    },
    "components": {"schemas": {"ThingCreatedEvent": member(data=ref("Maker")), "Maker": member(name=STRING)}},
}

LIST = "paths|/things|get"
CREATE = "paths|/things|post"
BODY = f"{CREATE}|requestBody|content|application/json|schema"
PART_PATH = "paths|/things/{thing_id}/parts/{part_id}"
PART = f"{PART_PATH}|get"
LIMIT = f"{LIST}|parameters|0"
ORDER = f"{LIST}|parameters|1"
THING = "components|schemas|Thing"
ITEM = f"{LIST}|responses|200|content|application/json|schema"

Edits = dict[str, Any]


def edited(base: Json, edits: Edits) -> Json:
    """Return the contract with some places changed: set to a value, or removed if the value is `...`."""
    new = copy.deepcopy(base)
    for path, value in edits.items():
        *steps, last = path.split("|")
        node: Any = new
        for step in steps:
            node = node[int(step)] if isinstance(node, list) else node[step]
        if value is ...:
            del node[last]
        else:
            node[int(last) if isinstance(node, list) else last] = value
    return new
