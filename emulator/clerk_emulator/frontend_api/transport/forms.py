"""Read the bodies of browsers: forms whose values are texts, typed by the schema of the document."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from clerk_emulator import errors
from clerk_emulator.call import Upload
from clerk_emulator.contract.specification import Operation, resolve
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_list, is_object
from clerk_emulator.request import validation
from clerk_emulator.request.incoming import JSON_LIMIT, UPLOAD_LIMIT, IncomingRequest

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_MAX_FIELDS = 1000
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


async def read_body(request: IncomingRequest, operation: Operation) -> tuple[Json, dict[str, Upload]]:
    """Return the values and files in a body. Raises Clerk's errors for values that the document does not allow.

    Parameters that the document does not have are kept as texts, because newer versions of `clerk-js` send some.
    """
    media_type = request.headers.get("content-type", _FORM).partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        return await request.form(operation)
    if media_type == "application/octet-stream":
        return {}, {"file": Upload(await request.read(UPLOAD_LIMIT), media_type)}
    raw = await request.read(JSON_LIMIT)
    if not raw:
        return _validated(operation, {}), {}
    if media_type == "application/json":
        return _validated(operation, validation.parse_json(raw)), {}
    if media_type != _FORM:
        raise errors.unsupported_content_type(_FORM)
    return _validated(operation, parse_form(operation, raw)), {}


async def read_plain(request: IncomingRequest) -> Json:
    """Return the values in a body as they were sent: those of a form are texts, the last one of each name.

    A body that cannot be read has no values, so that the handler reports in its own way what it lacks.
    """
    raw = await request.read(JSON_LIMIT)
    media_type = request.headers.get("content-type", _FORM).partition(";")[0].strip().lower()
    if media_type not in (_FORM, _JSON):
        raise errors.unsupported_content_type(_FORM)
    try:
        body = validation.parse_json(raw) if media_type == _JSON else dict(_pairs(raw))
    except ClerkAPIError:
        return {}
    return body if is_object(body) else {}


def parse_form(operation: Operation, raw: bytes) -> Json:
    """Return the values of a form with the types of the operation's schema.

    Repeated names are lists. An empty text is null unless the parameter is a text.
    """
    sent: dict[str, list[str]] = {}
    for name, value in _pairs(raw):
        sent.setdefault(name.removesuffix("[]"), []).append(value)
    properties: Json = (operation.body or {}).get("properties", {})
    return {name: _typed(name, resolve(properties.get(name, {})), values) for name, values in sent.items()}


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise errors.unreadable_body("it is not a form") from None


def _typed(name: str, schema: Json, values: list[str]) -> Any:
    declared = schema.get("type", "string")
    types: tuple[str, ...] = tuple(declared) if is_list(declared) else (declared,)
    if "array" in types:
        items = resolve(schema.get("items", {}))
        return [_typed(name, items, [value]) for value in values]
    text = values[-1]
    if "string" in types:
        return text
    if not text:
        return None
    if "boolean" in types and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    # Not of any of the types: reported as such. The document has no others in forms; it describes JSON as a text.
    return text


def _validated(operation: Operation, body: Any) -> Json:
    if operation.body is not None and (found := validation.violation_errors(operation, body)):
        raise errors.combine(found)
    values: Json = body
    return values
