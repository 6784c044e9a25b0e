"""A small OpenAPI document with every feature that the normaliser handles, and functions to change and build it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from generator.contract.build import Contract, build_contract
from generator.fetch import document

Json = dict[str, Any]

EMPTY_OVERLAY = "overlay: 1.0.0\ninfo: {title: none, version: 1.0.0}\nactions: []\n"
NO_NAMES = "models: {}\noperations: {}\nwords: {}\n"

DOCUMENT: Json = {
    "openapi": "3.0.3",
    "info": {"title": "A title", "description": "Prose.", "version": "2030-01-01"},
    "servers": [{"url": "https://api.example.com/v1", "description": "Prose."}],
    "security": [{"bearerAuth": []}],
    "paths": {
        "/things": {
            "get": {
                "operationId": "ListThings",
                "summary": "Prose.",
                "description": "Prose.",
                "tags": ["Things"],
                "x-speakeasy-group": "things",
                "x-speakeasy-name-override": "list",
                "parameters": [
                    {"$ref": "#/components/parameters/Limit"},
                    {
                        "in": "query",
                        "name": "kinds",
                        "description": "Prose.",
                        "style": "form",
                        "explode": False,
                        "schema": {"type": "array", "items": {"type": "string", "enum": ["b", "a"]}},
                    },
                ],
                "responses": {"200": {"$ref": "#/components/responses/Thing.List"}, "400": {"description": "Prose."}},
            },
            "post": {
                "operationId": "createThing",
                "tags": ["Things"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string", "example": "Prose", "title": "Prose"},
                                    "title": {"type": "string", "nullable": True},
                                    "options": {
                                        "type": "object",
                                        "nullable": True,
                                        "properties": {
                                            "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": True}
                                        },
                                    },
                                },
                                "anyOf": [{"required": ["title"]}, {"required": ["options"]}],
                            }
                        }
                    },
                },
                "responses": {
                    "201": {
                        "description": "Prose.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    }
                },
            },
        },
        "/things/{thing_id}": {
            "parameters": [{"in": "path", "name": "thing_id", "required": True, "schema": {"type": "string"}}],
            "delete": {
                "operationId": "DeleteThing",
                "tags": ["Things"],
                "deprecated": True,
                "responses": {"204": {"description": "Prose."}},
            },
        },
    },
    "components": {
        "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer", "description": "Prose."}},
        "parameters": {"Limit": {"in": "query", "name": "limit", "schema": {"type": "integer", "default": 10}}},
        "responses": {
            "Thing.List": {
                "description": "Prose.",
                "content": {
                    "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}
                },
            }
        },
        "schemas": {
            "Thing": {
                "type": "object",
                "description": "Prose.",
                "required": ["id", "owner"],
                "properties": {
                    "id": {"type": "string"},
                    "description": {"type": "string", "description": "A property that is called so."},
                    "owner": {"allOf": [{"$ref": "#/components/schemas/Owner"}], "nullable": True},
                    "state": {"type": "string", "enum": ["on", "off"], "nullable": True},
                    "parts": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}}},
                },
            },
            "Owner": {
                "allOf": [
                    {"$ref": "#/components/schemas/Named"},
                    {"type": "object", "required": ["since"], "properties": {"since": {"type": "integer"}}},
                ]
            },
            "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        },
    },
}

EVENTS: Json = {
    "openapi": "3.0.3",
    "info": {"title": "Events", "version": "v1"},
    "x-webhooks": {
        "thing.created": {
            "post": {
                "operationId": "thing.created",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["type", "data"],
                                "properties": {
                                    "type": {"type": "string"},
                                    "data": {"$ref": "#/components/schemas/Named"},
                                },
                            }
                        }
                    }
                },
            }
        }
    },
    "components": {"schemas": {"Named": DOCUMENT["components"]["schemas"]["Named"]}},
}


def changed(path: str, value: Any) -> Json:
    """Return the small document with one place changed, or removed by `...`. `path` has keys joined by `|`."""
    new = copy.deepcopy(DOCUMENT)
    *steps, last = path.split("|")
    node: Any = new
    for step in steps:
        node = node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return new


def build(tmp_path: Path, raw: Json, overlay: str = EMPTY_OVERLAY, names: str = NO_NAMES) -> Contract:
    """Return the contract of a document."""
    source = tmp_path / "document.json"
    source.write_text(json.dumps(raw), encoding="utf-8")
    (tmp_path / "corrections.yaml").write_text(overlay, encoding="utf-8")
    (tmp_path / "names.yaml").write_text(names, encoding="utf-8")
    return build_contract(document.read(str(source)), tmp_path)


_CLIENT_THING = {
    "type": "object",
    "nullable": True,
    "description": "A thing.",
    "properties": {"name": {"type": "string", "example": "a"}},
}
FRONTEND: Json = {
    "openapi": "3.0.3",
    "info": {"version": "v1", "title": "A title"},
    "paths": {
        "/v1/client": {
            "get": {
                "operationId": "getClient",
                "summary": "Get it.",
                "responses": {
                    "200": {
                        "description": "The thing.",
                        "content": {
                            "application/json": {"schema": {"type": "object", "properties": {"thing": _CLIENT_THING}}}
                        },
                    }
                },
            }
        }
    },
    "components": {"schemas": {"Client.Thing": _CLIENT_THING}},
}
