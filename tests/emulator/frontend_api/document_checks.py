"""Compare responses with Clerk's own document of the Frontend API, with a validator that is not the emulator's.

The emulator validates its responses against `spec/frontend_api.json`, which the generator has made from the document.
Here the document itself is used, with jsonschema.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests import shared
from tests.emulator.api import Json

_METHODS = ("get", "put", "post", "patch", "delete")
_DOCUMENT = "urn:frontend-api"

CORRECTED = {"Additional properties are not allowed ('force_organization_selection' was unexpected)"}
"""What `spec/corrections.yaml` adds to the schemas of responses, with its evidence."""


UNWRAPPED = {"GetUserPaymentAttempts", "GetUserPaymentAttempt"}
"""Operations whose response has no envelope, as `spec/corrections.yaml` says with its evidence."""


@dataclass(frozen=True)
class _Template:
    operation_id: str
    method: str
    pattern: re.Pattern[str]
    literals: int
    responses: Json


def operation_of(response: httpx.Response) -> str | None:
    """Return the id of the operation that a response belongs to, or None if the document does not have it."""
    template = _template(response)
    return template.operation_id if template else None


def violations(response: httpx.Response) -> list[str]:
    """Return where a response differs from the document. Only the statuses and JSON bodies are described there."""
    template = _template(response)
    if template is None:
        return []
    place = f"{template.operation_id} {response.status_code}"
    described: Json | None = template.responses.get(str(response.status_code))
    if described is None:
        if response.status_code < 400:
            return [f"{place}: the document does not have this status"]
        described = {"$ref": "#/components/responses/ClerkErrors"}
    schema = _resolve(described).get("content", {}).get("application/json", {}).get("schema")
    if schema is None or not response.headers.get("content-type", "").startswith("application/json"):
        return []
    if template.operation_id in UNWRAPPED and response.status_code < 400:
        schema = _resolve(schema)["properties"]["response"]
    errors = _validator(_key(schema)).iter_errors(response.json())
    return [
        f"{place}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        for error in errors
        if error.message not in CORRECTED
    ]


_SCHEMAS: dict[str, Json] = {}


def _key(schema: Json) -> str:
    """Return a key for a schema, which can be hashed."""
    key = repr(schema)
    _SCHEMAS[key] = schema
    return key


@functools.cache
def _validator(key: str) -> Any:
    return cast(Any, Draft202012Validator)(_json_schema(_SCHEMAS[key]), registry=_registry())


@functools.cache
def _registry() -> Any:
    components = _json_schema({"components": {"schemas": document()["components"]["schemas"]}})
    resource: Any = Resource.from_contents(components, default_specification=DRAFT202012)
    return cast(Any, Registry()).with_resource(_DOCUMENT, resource)


def _json_schema(schema: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as JSON Schema, whose references name the document.

    `nullable` means "or null", also beside `allOf` and `oneOf`: so Clerk uses it, though OpenAPI 3.0.3 does not.
    """
    if isinstance(schema, list):
        return [_json_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: _json_schema(value) for name, value in schema.items() if name not in ("nullable", "example")}
    if isinstance(parts.get("$ref"), str):
        parts["$ref"] = _DOCUMENT + parts["$ref"]
    return {"anyOf": [parts, {"type": "null"}]} if schema.get("nullable") is True else parts


@functools.cache
def document() -> Json:
    """Return Clerk's document. The test is skipped without it, see `shared`."""
    text = shared.followed("frontend_api").read_text(encoding="utf-8")
    parsed: Json = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return parsed


@functools.cache
def _templates() -> list[_Template]:
    return sorted(_parse_templates(), key=lambda one: -one.literals)


def _parse_templates() -> Iterator[_Template]:
    for path, item in document()["paths"].items():
        parts = re.split(r"\{[^}]*\}", path)
        pattern = re.compile("[^/]+".join(map(re.escape, parts)))
        for method in _METHODS:
            if method in item:
                facts = item[method]
                yield _Template(facts["operationId"], method, pattern, len("".join(parts)), facts["responses"])


def _template(response: httpx.Response) -> _Template | None:
    url = urlsplit(str(response.request.url))
    method = parse_qs(url.query).get("_method", [response.request.method])[0].lower()
    path = re.sub("/{2,}", "/", unquote(url.path)).removeprefix("/__clerk").rstrip("/")
    matching = (one for one in _templates() if one.method == method and one.pattern.fullmatch(path))
    return next(matching, None)


def _resolve(part: Json) -> Json:
    while "$ref" in part:
        target: Any = document()
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        part = target
    return part
