"""A parsed answer beside its schema in `clerk_bapi/answers.json`, which generator/answers.py describes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object
from clerkkit.drift import Kind
from clerkkit.drift_words import is_name, shown, type_of

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]
"""Names of keys, `*` for those that are data, and indexes."""

DATA = "*"


class Departure(NamedTuple):
    """One departure, in one place."""

    place: Place
    kind: Kind
    expected: str
    seen: str

    @property
    def pointer(self) -> str:
        """Its place as a JSON pointer."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.place)

    @property
    def breaks(self) -> bool:
        """Whether a promise is broken: a key more breaks none."""
        return self.kind != "unknown key"


class Walk:
    """Compares values with schemas that may refer to `named` ones."""

    def __init__(self, named: Mapping[str, Schema]) -> None:
        self._named = named

    def departures(self, schema: Schema, value: Any, place: Place = ()) -> list[Departure]:
        """All departures of a value; of a union's variants, those from the one that it comes closest to."""
        schema = self._followed(schema)
        fitting = [variant for variant in self._variants(schema) if _is_of_type(variant, value)]
        if not fitting:
            return [Departure(place, "other type", self._promised(schema), type_of(value))]
        if len(fitting) == 1:
            return list(self._inside(fitting[0], value, place))
        return self._from_closest(fitting, schema.get("tag", ""), value, place)

    def _from_closest(self, variants: list[Schema], tag: str, value: Any, place: Place) -> list[Departure]:
        """What departs from the variants that the tag names; without a tag, from the one that is broken least."""
        word = value.get(tag) if is_object(value) else None
        constants = [variant.get("properties", {}).get(tag, {}).get("enum", []) for variant in variants]
        known = [constant for own in constants for constant in own]
        if known and isinstance(word, str) and word not in known:
            return [Departure((*place, tag), "unknown variant", _listed(known), shown(word))]
        named = [variant for variant, own in zip(variants, constants, strict=True) if word in own]
        compared = [list(self._inside(variant, value, place)) for variant in named or variants]
        return min(compared, key=lambda found: (sum(departure.breaks for departure in found), len(found)))

    def _inside(self, schema: Schema, value: Any, place: Place) -> Iterator[Departure]:
        """What departs in a value that is of the right type."""
        if "enum" in schema and value not in schema["enum"]:
            yield Departure(place, "unknown enum value", _listed(schema["enum"]), shown(value))
        if is_object(value):
            yield from self._members(schema, value, place)
        if is_list(value) and "items" in schema:
            for index, item in enumerate(value):
                yield from self.departures(schema["items"], item, (*place, index))

    def _members(self, schema: Schema, value: dict[str, Any], place: Place) -> Iterator[Departure]:
        known: Mapping[str, Schema] = schema.get("properties", {})
        others = schema.get("additionalProperties", not known)
        for key in schema.get("required", ()):
            if key not in value:
                yield Departure((*place, key), "missing key", self._promised(known.get(key, {})), "nothing")
        for key, inner in value.items():
            if key in known:
                yield from self.departures(known[key], inner, (*place, key))
            elif is_object(others):
                yield from self.departures(others, inner, (*place, DATA))
            elif not others:
                hidden = "" if is_name(key) else f" under a key of {len(key)} characters"
                at = (*place, DATA if hidden else key)
                yield Departure(at, "unknown key", "no such key", f"{type_of(inner)}{hidden}")

    def _promised(self, schema: Schema) -> str:
        """The types that a value may be of."""
        types = [kind for variant in self._variants(schema) for kind in _types(variant) or ["anything"]]
        return " or ".join(dict.fromkeys(types))

    def _variants(self, schema: Schema) -> Iterator[Schema]:
        schema = self._followed(schema)
        if "anyOf" not in schema:
            yield schema
        for branch in schema.get("anyOf", ()):
            yield from self._variants(branch)

    def _followed(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._named[schema["$ref"]]
        return schema


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return types if is_list(types) else [types]


def _is_of_type(schema: Schema, value: Any) -> bool:
    types, seen = _types(schema), type_of(value)
    return not types or seen in types or (seen == "integer" and "number" in types)


def _listed(constants: list[Any]) -> str:
    return " or ".join(dict.fromkeys(map(json.dumps, constants)))
