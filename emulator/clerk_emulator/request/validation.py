"""Parse queries and bodies, and turn violations of the contract into Clerk's errors.

All violations of a request are reported in one response.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from clerk_emulator import errors, json_types
from clerk_emulator.contract.schemas import text_violations, violations
from clerk_emulator.contract.specification import Operation, Parameter, resolve
from clerk_emulator.contract.violation import Violation
from clerk_emulator.domain import metadata
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_list, is_object

DEPTH_LIMIT = 64
"""How deep JSON may nest. Our choice."""

_MAX_FILTERS = 100
_NULLABLE = {
    "ReplaceUserMetadata": ("public_metadata", "private_metadata", "unsafe_metadata"),
    "ReplaceOrganizationMetadata": ("public_metadata", "private_metadata"),
}
"""Parameters that Clerk accepts as null and its document does not. The handlers validate them."""
_INTEGER = re.compile(r"([+-]?[0-9]{1,18})")
_NUMBER = re.compile(r"([+-]?[0-9]{1,18})(\.0+)?")
_DECIMAL_INTEGERS = {"getApiKeys", "getM2MTokens"}
"""Operations whose `limit` and `offset` are documented as numbers. Clerk's Python SDK sends them as `10.0`."""
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_FORMER_NAMES = {"verifyM2MToken": ("secret", "token"), "verifyOAuthAccessToken": ("secret", "access_token")}
"""Former names of parameters, which Clerk still accepts and its Python SDK 7.0 sends."""


def parse_query(operation: Operation, pairs: list[tuple[str, str]]) -> Json:
    """Return the query parameters with their types. Those that were not sent have their default or None.

    So have those that only another contract than the current one has.
    """
    values: Json = defaultdict(_none, operation.query_defaults)
    found: list[ClerkAPIError] = []
    sent: dict[str, list[str]] = {}
    for name, value in pairs:
        sent.setdefault(name.removesuffix("[]"), []).append(value)
    integer = _NUMBER if operation.id in _DECIMAL_INTEGERS else _INTEGER
    for parameter in operation.query:
        name = parameter.name
        if name in sent:
            try:
                values[name] = _parse_query_value(parameter, sent[name], integer)
            except ClerkAPIError as error:
                found.append(error)
        elif parameter.required:
            found.append(_missing_query_parameter(name))
    if found:
        raise errors.combine(found)
    return values


def _none() -> None:
    return None


def _missing_query_parameter(name: str) -> ClerkAPIError:
    message = f"The query must have {name}."
    return ClerkAPIError(400, "missing_query_parameter", "is missing", message, param_name=name)


def _parse_query_value(parameter: Parameter, sent: list[str], integer: re.Pattern[str]) -> Any:
    schema = parameter.schema
    types = _types(schema)
    if "array" in types:
        values = sent if parameter.explode else [part for text in sent for part in text.split(",")]
        if len(values) > schema.get("maxItems", _MAX_FILTERS):
            raise _too_many(parameter.name, schema.get("maxItems", _MAX_FILTERS))
        value: Any = [_parse_scalar(parameter.name, _types(schema["items"]), text, integer) for text in values]
    else:
        # The first of repeated parameters counts.
        value = _parse_scalar(parameter.name, types, sent[0], integer)
    for violation in text_violations(parameter.schema_text, value):
        raise _error(violation, prefix=parameter.name)
    return value


def _types(schema: Json) -> tuple[str, ...]:
    schema_type: str | list[str] = schema.get("type", "string")
    return (schema_type,) if isinstance(schema_type, str) else tuple(schema_type)


def _parse_scalar(name: str, types: tuple[str, ...], text: str, integer: re.Pattern[str]) -> Any:
    # The only numbers in queries are the `limit` and `offset` of API keys.
    if "integer" in types or "number" in types:
        match = (_NUMBER if "number" in types else integer).fullmatch(text)
        if not match:
            raise _unparsable(name, "must be a whole number")
        return int(match[1])
    if "boolean" in types:
        if text.lower() not in _BOOLEANS:
            raise _unparsable(name, "must be true or false")
        return _BOOLEANS[text.lower()]
    return text


def _unparsable(name: str, reason: str) -> ClerkAPIError:
    # Clerk's error for a value that cannot be parsed has no param_name.
    return ClerkAPIError(422, "form_param_value_invalid", "is invalid", f"{name} {reason}.")


def parse_body(operation: Operation, content_type: str, raw: bytes, removed: Sequence[str] = ()) -> Any:
    """Return the JSON body: an object or a list; an empty object if the body is optional and was not sent.

    `removed` are parameters of removed API versions, which the contract does not have. The handler validates them.
    """
    if operation.body is None:
        return {}
    if not raw and not operation.body_required:
        value: Any = {}
    else:
        if content_type.partition(";")[0].strip().lower() != operation.body_type:
            raise errors.unsupported_content_type(operation.body_type)
        value = parse_json(raw)
        former, name = _FORMER_NAMES.get(operation.id, ("", ""))
        if is_object(value) and former in value and name not in value:
            value = {**{key: value[key] for key in value if key != former}, name: value[former]}
    handled_later = (*removed, *_NULLABLE.get(operation.id, ()))
    checked: Any = value
    if handled_later and is_object(value):
        checked = {key: value[key] for key in value if key not in handled_later}
    found = violation_errors(operation, checked) + _unknown_properties(operation.body, checked)
    if found:
        raise errors.combine(found)
    return value


def violation_errors(operation: Operation, body: Any) -> list[ClerkAPIError]:
    """Return Clerk's errors for the violations of an operation's schema in a body."""
    return [_error(violation) for violation in violations(operation.body_pointer, body)]


def _unknown_properties(schema: Json, value: Any) -> list[ClerkAPIError]:
    """Return errors for unknown properties in a body or its items, if the schema does not forbid them itself."""
    if is_list(value):
        items = resolve(schema.get("items", {}))
        return [error for item in value for error in _unknown_properties(items, item)]
    if not is_object(value) or "additionalProperties" in schema or "properties" not in schema:
        return []
    return [errors.unknown(name) for name in value if name not in schema["properties"]]


def parse_json(raw: bytes) -> Any:
    """Return the value of a JSON body. Raises Clerk's 400 if it is invalid or nests too deep."""
    try:
        value = json_types.decode_json(raw)
    except (ValueError, RecursionError):
        raise errors.unreadable_body("it is not JSON") from None
    # Most bodies have too few brackets for it.
    if raw.count(b"[") + raw.count(b"{") > DEPTH_LIMIT and _deeper_than(value, DEPTH_LIMIT):
        raise errors.unreadable_body(f"it nests deeper than {DEPTH_LIMIT} levels")
    if b"\\u" in raw:
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise errors.unreadable_body("it contains an unpaired surrogate") from None
    return value


def _deeper_than(value: Any, levels: int) -> bool:
    layer: list[Any] = [value]
    for _ in range(levels):
        layer = [child for one in layer for child in _children(one)]
        if not layer:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    if is_object(value):
        return value.values()
    return value if is_list(value) else ()


def _too_many(name: str, limit: int) -> ClerkAPIError:
    if name in ("body", "user_ids"):  # a body that is a list, and those who are banned at once
        message = f"There must not be more than {limit} items."
        return ClerkAPIError(400, "bulk_size_exceeded", "too many at once", message)
    message = f"{name} must not have more than {limit} values."
    return ClerkAPIError(422, "form_param_array_size_exceeded", "has too many values", message, param_name=name)


def _size_error(code: str, message: str, comparison: str) -> Callable[[str, Any], ClerkAPIError]:
    return lambda name, limit: ClerkAPIError(
        422, code, message, f"{name} must {comparison.format(limit)}.", param_name=name
    )


_ERRORS: dict[str, Callable[[str, Any], ClerkAPIError]] = {
    "enum": lambda name, allowed: errors.invalid(name, f"must be one of {', '.join(map(str, allowed))}"),
    "minimum": lambda name, limit: errors.invalid(name, f"must be at least {limit}"),
    "exclusiveMinimum": lambda name, limit: errors.invalid(name, f"must be more than {limit}"),
    "maximum": lambda name, limit: errors.invalid(name, f"must be at most {limit}"),
    "maxLength": _size_error("form_param_max_length_exceeded", "is too long", "not have more than {} characters"),
    "minLength": _size_error("form_param_min_length_exceeded", "is too short", "have at least {} characters"),
    "maxItems": _too_many,
    "minItems": lambda name, limit: errors.invalid(name, f"must have at least {limit} values"),
    "uniqueItems": lambda name, _: errors.duplicate(name),
    "format": lambda name, limits: errors.invalid(name, f"must be from {limits[0]} to {limits[1]}"),
    "pattern": lambda name, pattern: errors.malformed(name, f"in the format {pattern}"),
}


def _error(violation: Violation, prefix: str = "") -> ClerkAPIError:
    """Return Clerk's error for a violation of a schema."""
    name = ".".join((*((prefix,) if prefix else ()), *(one for one in violation.path if isinstance(one, str))))
    path_prefix = f"{name}." if name else ""
    if violation.keyword == "additionalProperties":
        unknown_names = [one for one in violation.value if one not in violation.properties]
        return errors.combine([errors.unknown(path_prefix + one) for one in unknown_names])
    if violation.keyword == "required":
        return errors.missing(path_prefix + violation.expected)
    if violation.value is None and name:
        return errors.null(name)
    expected = violation.expected
    if violation.keyword == "type" and name.endswith("_metadata"):
        return metadata.not_object(name)
    if name == "is_satellite" and violation.value is False:
        message = "The instance already has a primary domain; other domains must be satellites."
        return ClerkAPIError(422, "primary_domain_already_exists", "already exists", message, param_name=name)
    if name == "action" and violation.keyword == "enum":
        message = "action must be increase or decrease."
        return ClerkAPIError(422, "invalid_credit_action", "is invalid", message, param_name=name)
    if violation.keyword == "type":
        type_names = expected if isinstance(expected, str) else " or ".join(expected)
        return (
            errors.wrong_type(name, f"of type {type_names}")
            if name
            else errors.unreadable_body(f"it must be of type {type_names}")
        )
    make = _ERRORS.get(violation.keyword)
    name = name or "body"
    return make(name, expected) if make else errors.invalid(name, "has the wrong format")
