"""Describe a value for a docstring, beyond the type in the signature: format, choices, limits, default."""

from __future__ import annotations

from typing import Any

from generator.contract.nodes import DATE_TIME, SORT_KEYS, UNIX_MS, Node, is_boolean_string

_TIME = "Unix milliseconds, or a `datetime` or ISO 8601 string with a time zone"
_TIMES = {UNIX_MS: _TIME, DATE_TIME: f"{_TIME}, sent as RFC 3339 text"}
_RANGES = (("minimum", "maximum", ""), ("minLength", "maxLength", "character"), ("minItems", "maxItems", "item"))


def describe(schema: Node) -> str:
    """Return the facts of a schema as text, such as `1 to 500, default 10.`, or an empty string."""
    if "anyOf" in schema:
        return describe(schema["anyOf"][0])
    facts = [_TIMES[schema["format"]]] if schema.get("format") in _TIMES else []
    facts += _choices("one of", schema) + _choices("each one of", schema.get("items", {}))
    facts += [text for low, high, what in _RANGES if (text := _range(schema.get(low), schema.get(high), what))]
    if "exclusiveMinimum" in schema:
        facts.append(f"more than {schema['exclusiveMinimum']}")
    if "exclusiveMaximum" in schema:
        facts.append(f"less than {schema['exclusiveMaximum']}")
    if schema.get("uniqueItems"):
        facts.append("no duplicates")
    if "default" in schema:
        facts.append(f"default {_shown(schema['default'])}")
    text = ", ".join(facts)
    sentences = [f"{text[0].upper()}{text[1:]}."] if text else []
    return " ".join([*sentences, *(["Deprecated."] if schema.get("deprecated") else [])])


def _choices(word: str, schema: Node) -> list[str]:
    """Return the values a schema allows (sort keys without signs), and its pattern."""
    allowed = schema.get(SORT_KEYS) or schema.get("enum", ())
    values = [_shown(value) for value in allowed if value is not None and not is_boolean_string(schema)]
    facts = [f"{word} {', '.join(values)}"] if values else []
    if "pattern" in schema:
        facts.append(f"{word.removesuffix('one of')}matching `{schema['pattern']}`")
    return facts


def _range(low: Any, high: Any, what: str) -> str:
    if low is None and high is None:
        return ""
    if low is None or high is None:
        said = f"at least {low}" if high is None else f"at most {high}"
    else:
        said = f"{low} to {high}" if low < high else f"exactly {low}"
    plural = "" if not what or (low if high is None else high) == 1 else "s"
    return f"{said} {what}{plural}".rstrip()


def _shown(value: Any) -> str:
    if value == "":
        return "an empty string"
    return f"`{value}`" if isinstance(value, str) else str(value)
