"""Compare parsed responses with the schemas in `clerk_bapi/answers.json` (see `generator/code/response_schemas.py`).

Rows of a page are alike, so what a schema says of an object's keys and types is worked out once for each combination of
them (a *shape*) and looked up for all other objects of the same shape. Only nested values and constants are looked at
again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object
from clerkkit.drift.kinds import Kind
from clerkkit.drift.redaction import Vocabulary, type_of

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]
"""Keys, `*` for those that are not shown, and indexes."""

DATA = "*"
MOST = 100
"""The number of different mismatches that are kept of one response."""
ENOUGH = 10_000
"""The number of places in one array that may depart before the rest of it is not looked at."""
_MOST_SHAPES = 256
_LARGEST_SHAPE = 200
_TYPES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


class Mismatch(NamedTuple):
    """One departure from a schema, in one place."""

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
        """Whether a promise is broken, which an additional key does not."""
        return self.kind != "unknown key"


class Mismatches:
    """Mismatches in order, alike ones of several rows as the first of them with a count."""

    __slots__ = ("_found", "places")

    def __init__(self, *one: Mismatch) -> None:
        self._found: dict[Mismatch, tuple[Mismatch, int]] = {mismatch: (mismatch, 1) for mismatch in one}
        self.places = len(one)

    def __iter__(self) -> Iterator[tuple[Mismatch, int]]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def add(self, step: str | int, inner: Mismatches, times: int = 1) -> None:
        """Add those of an inner value; where `MOST` are kept, only what is alike counts on."""
        in_any_row = DATA if isinstance(step, int) else step
        self.places += inner.places * times
        for alike, (first, count) in inner._found.items():
            key = alike._replace(place=(in_any_row, *alike.place))
            known = self._found.get(key)
            if known is not None:
                self._found[key] = (known[0], known[1] + count * times)
            elif len(self._found) < MOST:
                self._found[key] = (first._replace(place=(step, *first.place)), count * times)


Check = Callable[[Any], Mismatches | None]
"""Returns the mismatches of a value of the type that the check is for, or None."""


class Comparison:
    """Compares values with schemas that may refer to `named` ones."""

    def __init__(self, named: Mapping[str, Schema], words: Vocabulary) -> None:
        self._named = named
        self._nodes: dict[int, _Node] = {}
        self.words = words

    def mismatches(self, schema: Schema, value: Any) -> Mismatches:
        """Return all mismatches of a value; of a union's variants, those from the closest one."""
        return self.node(schema)(value) or Mismatches()

    def node(self, schema: Schema) -> _Node:
        """Return the schema, compiled once; schemas outlive this."""
        schema = self.followed(schema)
        node = self._nodes.get(id(schema))
        if node is None:
            node = self._nodes[id(schema)] = _Node(self, schema)
        return node

    def followed(self, schema: Schema) -> Schema:
        """Return the schema that it refers to, or itself."""
        while "$ref" in schema:
            schema = self._named[schema["$ref"]]
        return schema

    def variants(self, schema: Schema) -> Iterator[Schema]:
        """Yield the branches of a union and of unions inside it; the schema itself if it is none."""
        schema = self.followed(schema)
        if "anyOf" not in schema:
            yield schema
        for branch in schema.get("anyOf", ()):
            yield from self.variants(branch)

    def promised(self, schema: Schema) -> str:
        """Name the types that a value may have."""
        types = [kind for variant in self.variants(schema) for kind in _types(variant) or ["anything"]]
        return " or ".join(dict.fromkeys(types))


class _Node:
    """A compiled schema: one check for each type of value."""

    def __init__(self, comparison: Comparison, schema: Schema) -> None:
        self._comparison = comparison
        self._schema = schema
        self._variants = list(comparison.variants(schema))
        self._checks: dict[type, Check | None] = {float: self._of_number}

    def __call__(self, value: object) -> Mismatches | None:
        check = self.check_for(type(value))
        return None if check is None else check(value)

    def check_for(self, kind: type) -> Check | None:
        """Return the check of values of a Python type; None if nothing about them can be wrong."""
        try:
            return self._checks[kind]
        except KeyError:
            check = self._checks[kind] = self._compiled(_TYPES[kind])
            return check

    def _compiled(self, name: str) -> Check | None:
        fitting = [variant for variant in self._variants if _allows(variant, name)]
        if not fitting:
            mismatch = Mismatches(Mismatch((), "other type", self._comparison.promised(self._schema), name))
            return lambda _: mismatch
        if all("enum" in variant for variant in fitting):
            return self._constant([constant for variant in fitting for constant in variant["enum"]])
        if name not in ("array", "object"):
            return None
        checks = [self._inside(variant, name) for variant in fitting]
        return (
            checks[0] if len(checks) == 1 else _Closest(self._comparison, self._schema.get("tag", ""), fitting, checks)
        )

    def _of_number(self, value: float) -> Mismatches | None:
        check = self.check_for(int) if value.is_integer() else self._of_fraction
        return None if check is None else check(value)

    @cached_property
    def _of_fraction(self) -> Check | None:
        return self._compiled("number")

    def _inside(self, variant: Schema, name: str) -> Check | None:
        """Return the check of the members or items of values that have a type of the variant."""
        if name == "object":
            members = _Members(self._comparison, variant)
            return None if members.is_free else members
        if name == "array" and "items" in variant:
            return _Items(self._comparison.node(variant["items"]))
        return None

    def _constant(self, constants: list[Any]) -> Check:
        def check(value: Any) -> Mismatches | None:
            if value in constants:
                return None
            seen = self._comparison.words.shown(value)
            return Mismatches(Mismatch((), "unknown enum value", _listed(constants), seen))

        return check


class _Items:
    """The check of an array: rows one by one, scalars once for each different one."""

    def __init__(self, items: _Node) -> None:
        self._items = items

    def __call__(self, values: list[Any]) -> Mismatches | None:
        found = Mismatches()
        for kind in dict.fromkeys(map(type, values)):
            check = self._items.check_for(kind)
            if check is None:
                continue
            places: dict[Any, list[int]] = {}  # the first index of a scalar, and how often it occurs
            for index, value in enumerate(values):
                if type(value) is not kind:
                    continue
                if found.places >= ENOUGH:
                    return found
                if kind in (dict, list):
                    inner = check(value)
                    if inner:
                        found.add(index, inner)
                else:
                    places.setdefault(value, [index, 0])[1] += 1
            for value, (index, times) in places.items():
                inner = check(value)
                if inner:
                    found.add(index, inner, times)
        return found if len(found) else None


class _Members:
    """The check of an object, worked out for each shape."""

    def __init__(self, comparison: Comparison, schema: Schema) -> None:
        self._comparison = comparison
        self._known: Mapping[str, Schema] = schema.get("properties", {})
        self._required: list[str] = schema.get("required", [])
        self._others: Schema | bool = schema.get("additionalProperties", not self._known)
        self._shapes: dict[tuple[tuple[str, ...], tuple[type, ...]], _Plan] = {}

    @property
    def is_free(self) -> bool:
        """Whether every object fits."""
        return self._others is True and not self._known and not self._required

    def __call__(self, value: dict[str, Any]) -> Mismatches | None:
        shape = (tuple(value), tuple(map(type, value.values())))
        plan = self._shapes.get(shape)
        if plan is None:
            plan = self._planned(value)
            if len(value) <= _LARGEST_SHAPE:
                if len(self._shapes) >= _MOST_SHAPES:
                    self._shapes.clear()
                self._shapes[shape] = plan
        found = None
        for key, check in plan.checks:
            inner = check(value[key])
            if inner:
                if found is None:
                    found = Mismatches(*plan.missing)
                found.add(key if key in plan.shown else DATA, inner)
        return found or plan.always

    def _planned(self, value: dict[str, object]) -> _Plan:
        missing = [
            Mismatch((key,), "missing key", self._comparison.promised(self._known.get(key, {})), "nothing")
            for key in self._required
            if key not in value
        ][:MOST]
        checks = [(key, check) for key, inner in value.items() if (check := self._check_of(key, type(inner)))]
        shown = {key for key, _ in checks if key in self._known or self._shows(key)}
        return _Plan(missing, Mismatches(*missing) if missing else None, checks, shown)

    def _shows(self, key: str) -> bool:
        return self._others is False and self._comparison.words.shows(key)

    def _check_of(self, key: str, kind: type) -> Check | None:
        if key in self._known:
            return self._comparison.node(self._known[key]).check_for(kind)
        if is_object(self._others):
            return self._comparison.node(self._others).check_for(kind)
        if self._others:
            return None
        return _unknown_key("" if self._shows(key) else f" under a key of {len(key)} characters")


class _Plan(NamedTuple):
    """What is known of all objects of one shape."""

    missing: list[Mismatch]
    always: Mismatches | None
    """The same, as the result where the checks find nothing."""
    checks: list[tuple[str, Check]]
    """Keys whose values have to be looked at, or are wrong by their type or name."""
    shown: set[str]
    """Those of them that may be shown."""


class _Closest:
    """The check of a union whose variants are of one type."""

    def __init__(self, comparison: Comparison, tag: str, variants: list[Schema], checks: list[Check | None]) -> None:
        self._words = comparison.words
        self._tag = tag
        self._known = [variant.get("properties", {}).keys() for variant in variants]
        self._constants = [variant.get("properties", {}).get(tag, {}).get("enum", []) for variant in variants]
        self._all_constants = [constant for own in self._constants for constant in own]
        self._checks = checks

    def __call__(self, value: Any) -> Mismatches | None:
        """Look at the variant that the tag names; without one, at the variant that the value comes closest to.

        A variant that is kept comes first; then the one with most of the keys, and the fewest mismatches.
        """
        word = value.get(self._tag) if is_object(value) else None
        if self._all_constants and isinstance(word, str) and word not in self._all_constants:
            unknown = Mismatch((), "unknown variant", _listed(self._all_constants), self._words.shown(word))
            found = Mismatches()
            found.add(self._tag, Mismatches(unknown))
            return found
        named = [number for number, own in enumerate(self._constants) if word in own]
        compared: list[tuple[bool, int, int, Mismatches | None]] = []
        for number in named or range(len(self._checks)):
            check = self._checks[number]
            inner = check(value) if check is not None else None
            if not inner:
                return None
            shared = len(self._known[number] & value.keys()) if is_object(value) else 0
            broken = sum(mismatch.breaks for mismatch, _ in inner)
            compared.append((broken > 0, -shared, len(inner), inner))
        return min(compared, key=lambda one: one[:3])[3]


@lru_cache(maxsize=128)  # shared by the keys of one object
def _unknown_key(hidden: str) -> Check:
    return lambda value: Mismatches(Mismatch((), "unknown key", "no such key", f"{type_of(value)}{hidden}"))


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return types if is_list(types) else [types]


def _allows(schema: Schema, name: str) -> bool:
    types = _types(schema)
    return not types or name in types or (name == "integer" and "number" in types)


def _listed(constants: list[Any]) -> str:
    return " or ".join(dict.fromkeys(map(json.dumps, constants)))
