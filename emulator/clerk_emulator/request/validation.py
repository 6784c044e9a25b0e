"""What is sent, read and held against the contract; whatever is wrong becomes Clerk's error for it.

Problems are collected: a request with three of them is told all three.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from clerk_emulator import errors
from clerk_emulator.contract.schemas import Departure, departures, departures_from
from clerk_emulator.contract.specification import Json, Operation, Parameter, resolved
from clerk_emulator.domain import value_rules
from clerk_emulator.errors import Refusal

JSON_LIMIT = 2 * 1024 * 1024
UPLOAD_LIMIT = 12 * 1024 * 1024
DEPTH_LIMIT = 64
"""Largest body, in bytes, without and with a file, and how deep JSON may nest. The choice of this emulator."""

_MAX_FILTERS = 100
_NULLABLE = {
    "ReplaceUserMetadata": ("public_metadata", "private_metadata", "unsafe_metadata"),
    "ReplaceOrganizationMetadata": ("public_metadata", "private_metadata"),
}
"""Parameters that Clerk takes as null, although its document does not say so. The handlers check them."""
_INTEGER = re.compile(r"([+-]?[0-9]{1,18})")
_NUMBER = re.compile(r"([+-]?[0-9]{1,18})(\.0+)?")
_TAKE_NUMBERS = {"getApiKeys", "getM2MTokens"}
"""Clerk documents `limit` and `offset` of these as numbers, and its Python SDK sends `10.0`; others refuse that."""
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_FORMER_NAMES = {"verifyM2MToken": ("secret", "token"), "verifyOAuthAccessToken": ("secret", "access_token")}
"""Names that Clerk still takes, and its Python SDK 7.0 sends, instead of those of the document."""


def query_values(operation: Operation, pairs: list[tuple[str, str]]) -> Json:
    """The parameters of the query, typed; those that were not sent have their default, or None."""
    values: Json = {}
    refusals: list[Refusal] = []
    sent: dict[str, list[str]] = {}
    for name, value in pairs:
        sent.setdefault(name.removesuffix("[]"), []).append(value)
    integer = _NUMBER if operation.id in _TAKE_NUMBERS else _INTEGER
    for parameter in operation.query:
        try:
            values[parameter.name] = _query_value(parameter, sent.get(parameter.name, []), integer)
        except Refusal as refusal:
            refusals.append(refusal)
    if refusals:
        raise errors.together(refusals)
    return values


def _query_value(parameter: Parameter, sent: list[str], integer: re.Pattern[str]) -> Any:
    schema = parameter.schema
    if not sent:
        if parameter.required:
            raise Refusal(
                400,
                "missing_query_parameter",
                "is missing",
                f"The query must have {parameter.name}.",
                param_name=parameter.name,
            )
        return schema.get("default")
    types = _types(schema)
    if "array" in types:
        values = sent if parameter.explode else [part for text in sent for part in text.split(",")]
        if len(values) > schema.get("maxItems", _MAX_FILTERS):
            raise _too_many(parameter.name, schema.get("maxItems", _MAX_FILTERS))
        value: Any = [_scalar(parameter.name, _types(schema["items"]), text, integer) for text in values]
    else:
        # Of several that say the same thing the first counts.
        value = _scalar(parameter.name, types, sent[0], integer)
    for departure in departures_from(schema, value):
        raise _refusal(departure, prefix=parameter.name)
    return value


def _types(schema: Json) -> tuple[str, ...]:
    held: str | list[str] = schema.get("type", "string")
    return (held,) if isinstance(held, str) else tuple(held)


def _scalar(name: str, types: tuple[str, ...], text: str, integer: re.Pattern[str]) -> Any:
    if "integer" in types:
        whole = integer.fullmatch(text)
        if not whole:
            raise _undecodable(name, "must be a whole number")
        return int(whole[1])
    if "boolean" in types:
        if text.lower() not in _BOOLEANS:
            raise _undecodable(name, "must be true or false")
        return _BOOLEANS[text.lower()]
    return text


def _undecodable(name: str, why: str) -> Refusal:
    # What cannot even be read has no param_name in Clerk's answers.
    return Refusal(422, "form_param_value_invalid", "is invalid", f"{name} {why}.")


def body_value(operation: Operation, content_type: str, raw: bytes, older: Sequence[str] = ()) -> Any:
    """The JSON body: an object, or a list where the contract has one; an empty object where none need be sent.

    `older` names parameters of older API versions, which the contract lacks and the handler checks.
    """
    if operation.body is None:
        return {}
    if not raw and not operation.body_required:
        value: Any = {}
    else:
        if content_type.partition(";")[0].strip().lower() != operation.body_type:
            raise unsupported(operation.body_type)
        value = _parsed(raw)
        former, name = _FORMER_NAMES.get(operation.id, ("", ""))
        if errors.is_object(value) and former in value and name not in value:
            value = {**{key: value[key] for key in value if key != former}, name: value[former]}
    unchecked = (*older, *_NULLABLE.get(operation.id, ()))
    known: Any = {key: value[key] for key in value if key not in unchecked} if errors.is_object(value) else value
    refusals = [_refusal(departure) for departure in departures(operation.body_pointer, known)]
    refusals += _unknown_names(operation.body, known)
    if refusals:
        raise errors.together(refusals)
    return value


def _unknown_names(schema: Json, value: Any) -> list[Refusal]:
    """Names that the contract lacks and does not refuse itself, in a body or in the items of a list."""
    if errors.is_list(value):
        items = resolved(schema.get("items", {}))
        return [refusal for item in value for refusal in _unknown_names(items, item)]
    if not errors.is_object(value) or "additionalProperties" in schema or "properties" not in schema:
        return []
    return [errors.unknown(name) for name in value if name not in schema["properties"]]


def unsupported(wanted: str) -> Refusal:
    """The body has another Content-Type than `wanted`."""
    return Refusal(415, "unsupported_content_type", "is not supported", f"The Content-Type must be {wanted}.")


def too_large(limit: int) -> Refusal:
    """The body has more than `limit` bytes."""
    return Refusal(413, "request_body_too_large", "is too large", f"The body must not have more than {limit} bytes.")


def unreadable(why: str) -> Refusal:
    """The body is not what it says it is."""
    return Refusal(400, "request_body_invalid", "is invalid", f"The body cannot be read: {why}.")


def _parsed(raw: bytes) -> Any:
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise unreadable("it is not JSON") from None
    if _deeper_than(value, DEPTH_LIMIT):
        raise unreadable(f"it nests deeper than {DEPTH_LIMIT} levels")
    if b"\\u" in raw:
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise unreadable("it holds half a surrogate pair") from None
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    # What is too large for a number would be kept, and answered, as Infinity, which is no JSON.
    if math.isinf(number := float(text)):
        raise ValueError(text)
    return number


def _deeper_than(value: Any, levels: int) -> bool:
    layer: list[Any] = [value]
    for _ in range(levels):
        layer = [child for one in layer for child in _children(one)]
        if not layer:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    if errors.is_object(value):
        return value.values()
    return value if errors.is_list(value) else ()


def _too_many(name: str, limit: int) -> Refusal:
    if name in ("", "user_ids"):  # a body that is a list, and those who are banned at once
        message = f"There must not be more than {limit} at once."
        return Refusal(400, "bulk_size_exceeded", "too many at once", message)
    message = f"{name} must not have more than {limit} values."
    return Refusal(422, "form_param_array_size_exceeded", "has too many values", message, param_name=name)


def _sized(code: str, message: str, comparison: str) -> Callable[[str, Any], Refusal]:
    return lambda name, limit: Refusal(422, code, message, f"{name} must {comparison.format(limit)}.", param_name=name)


_REFUSALS: dict[str, Callable[[str, Any], Refusal]] = {
    "enum": lambda name, allowed: errors.invalid(name, f"must be one of {', '.join(map(str, allowed))}"),
    "minimum": lambda name, limit: errors.invalid(name, f"must be at least {limit}"),
    "exclusiveMinimum": lambda name, limit: errors.invalid(name, f"must be more than {limit}"),
    "maximum": lambda name, limit: errors.invalid(name, f"must be at most {limit}"),
    "maxLength": _sized("form_param_max_length_exceeded", "is too long", "not have more than {} characters"),
    "minLength": _sized("form_param_min_length_exceeded", "is too short", "have at least {} characters"),
    "maxItems": _too_many,
    "minItems": lambda name, limit: errors.invalid(name or "body", f"must have at least {limit} values"),
    "uniqueItems": lambda name, _: errors.duplicate(name),
    "pattern": lambda name, pattern: errors.malformed(name, f"of the form {pattern}"),
}


def _refusal(departure: Departure, prefix: str = "") -> Refusal:
    """Clerk's error for a departure from a schema."""
    name = ".".join((*((prefix,) if prefix else ()), *(one for one in departure.path if isinstance(one, str))))
    within = f"{name}." if name else ""
    if departure.keyword == "additionalProperties":
        extra = [one for one in departure.value if one not in departure.known]
        return errors.together([errors.unknown(within + one) for one in extra])
    if departure.keyword == "required":
        # There is a departure for each name that is lacking; its message begins with the one that it is about.
        lacking = next(one for one in departure.wanted if departure.message.startswith(repr(one)))
        return errors.missing(within + lacking)
    if departure.value is None:
        return errors.null(name)
    wanted = departure.wanted
    if departure.keyword == "type" and name.endswith("_metadata"):
        return value_rules.metadata_not_object(name)
    if name == "is_satellite" and departure.value is False:
        message = "The instance has its primary domain already; further ones must be satellites."
        return Refusal(422, "primary_domain_already_exists", "already exists", message, param_name=name)
    if departure.keyword == "type":
        said = wanted if isinstance(wanted, str) else " or ".join(wanted)
        return errors.wrong_type(name, f"of type {said}") if name else unreadable(f"it must be of type {said}")
    make = _REFUSALS.get(departure.keyword)
    return make(name, wanted) if make else errors.invalid(name, "is not of the form that is asked for")
