"""Compare parsed responses with the schemas in `clerk_bapi/response_schemas.json`, which `make generate` writes.

The rows of a page are similar. So the keys and types of an object are compared with its schema once for each
combination of them (a *shape*), and the result is reused for all objects of that shape. Only nested values and
constants are compared each time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object
from clerkkit.drift.drift import DriftKind
from clerkkit.drift.redaction import Vocabulary, json_type

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]
"""Keys (`*` for redacted ones) and indexes."""

WILDCARD = "*"
MAX_MISMATCHES = 100
"""The number of different mismatches that are kept for one response."""
MAX_PLACES = 10_000
"""The number of mismatches in one array after which the rest of it is skipped."""
_MAX_SHAPES = 256
_MAX_SHAPE_KEYS = 200
_TYPES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


class Mismatch(NamedTuple):
    """One violation of a schema, in one place."""

    place: Place
    kind: DriftKind
    expected: str
    seen: str

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.place)

    @property
    def is_violation(self) -> bool:
        """Whether the value violates the schema; an additional key does not."""
        return self.kind != "unknown key"


class Mismatches:
    """Mismatches in order. Equal ones in several rows are stored once, as the first of them with a count."""

    __slots__ = ("_found", "places")

    def __init__(self, *mismatches: Mismatch) -> None:
        self._found: dict[Mismatch, tuple[Mismatch, int]] = {mismatch: (mismatch, 1) for mismatch in mismatches}
        self.places = len(mismatches)

    def __iter__(self) -> Iterator[tuple[Mismatch, int]]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def add(self, step: str | int, inner: Mismatches, times: int = 1) -> None:
        """Add the mismatches of an inner value. Beyond `MAX_MISMATCHES`, only known ones are counted."""
        generic_step = WILDCARD if isinstance(step, int) else step
        self.places += inner.places * times
        for generic, (first, count) in inner._found.items():
            key = generic._replace(place=(generic_step, *generic.place))
            known = self._found.get(key)
            if known is not None:
                self._found[key] = (known[0], known[1] + count * times)
            elif len(self._found) < MAX_MISMATCHES:
                self._found[key] = (first._replace(place=(step, *first.place)), count * times)


Check = Callable[[Any], Mismatches | None]
"""Returns the mismatches of a value, or None. The value has the type that the check is for."""


class Comparison:
    """Compares values with schemas. References lead to `named` schemas."""

    def __init__(self, named: Mapping[str, Schema], vocabulary: Vocabulary) -> None:
        self._named = named
        self._nodes: dict[int, _Node] = {}
        self.vocabulary = vocabulary

    def find_mismatches(self, schema: Schema, value: Any) -> Mismatches:
        """Return all mismatches of a value. Values of a union are compared with its closest variant."""
        return self.node(schema)(value) or Mismatches()

    def node(self, schema: Schema) -> _Node:
        """Return the compiled schema. Schemas are identified by `id`, so they must outlive this object."""
        schema = self.resolve(schema)
        node = self._nodes.get(id(schema))
        if node is None:
            node = self._nodes[id(schema)] = _Node(self, schema)
        return node

    def resolve(self, schema: Schema) -> Schema:
        """Follow the references of a schema."""
        while "$ref" in schema:
            schema = self._named[schema["$ref"]]
        return schema

    def variants(self, schema: Schema) -> Iterator[Schema]:
        """Yield the branches of a union, including those of nested unions, or the schema itself."""
        schema = self.resolve(schema)
        if "anyOf" not in schema:
            yield schema
        for branch in schema.get("anyOf", ()):
            yield from self.variants(branch)

    def type_names(self, schema: Schema) -> str:
        """Return the names of the types that a schema allows, such as `string or null`."""
        types = [kind for variant in self.variants(schema) for kind in _types(variant) or ["anything"]]
        return " or ".join(dict.fromkeys(types))


class _Node:
    """A compiled schema: one check for each type of value."""

    def __init__(self, comparison: Comparison, schema: Schema) -> None:
        self._comparison = comparison
        self._schema = schema
        self._variants = list(comparison.variants(schema))
        self._checks: dict[type, Check | None] = {float: self._check_number}

    def __call__(self, value: object) -> Mismatches | None:
        check = self.check_for(type(value))
        return None if check is None else check(value)

    def check_for(self, kind: type) -> Check | None:
        """Return the check for values of a Python type, or None if all of them are valid."""
        try:
            return self._checks[kind]
        except KeyError:
            check = self._checks[kind] = self._compile(_TYPES[kind])
            return check

    def _compile(self, name: str) -> Check | None:
        fitting = [variant for variant in self._variants if _allows(variant, name)]
        if not fitting:
            mismatch = Mismatches(Mismatch((), "other type", self._comparison.type_names(self._schema), name))
            return lambda _: mismatch
        if all("enum" in variant for variant in fitting):
            return _Constants(self._comparison, [constant for variant in fitting for constant in variant["enum"]])
        if name not in ("array", "object"):
            return None
        checks = [self._check_inside(variant, name) for variant in fitting]
        return (
            checks[0]
            if len(checks) == 1
            else _Closest(self._comparison, self._schema.get("tag", ""), fitting, checks).check
        )

    def _check_number(self, value: float) -> Mismatches | None:
        check = self.check_for(int) if value.is_integer() else self._check_fraction
        return None if check is None else check(value)

    @cached_property
    def _check_fraction(self) -> Check | None:
        return self._compile("number")

    def _check_inside(self, variant: Schema, name: str) -> Check | None:
        """Return the check for the members or items of values of the variant."""
        if name == "object":
            members = _Members(self._comparison, variant)
            return None if members.is_free else members.check
        if name == "array" and "items" in variant:
            return _Items(self._comparison.node(variant["items"])).check
        return None


class _Constants:
    """The check for scalars that must be one of several."""

    def __init__(self, comparison: Comparison, constants: list[Any]) -> None:
        self._comparison = comparison
        self.constants = constants

    def __call__(self, value: Any) -> Mismatches | None:
        if value in self.constants:
            return None
        seen = self._comparison.vocabulary.describe(value)
        return Mismatches(Mismatch((), "unknown enum value", _join_constants(self.constants), seen))


class _Items:
    """The check for arrays: objects and arrays one by one, scalars once for each different value."""

    def __init__(self, items: _Node) -> None:
        self._items = items

    def check(self, values: list[Any]) -> Mismatches | None:
        """Return the mismatches of an array."""
        found = None
        for kind in dict.fromkeys(map(type, values)):
            check = self._items.check_for(kind)
            if check is None:
                continue
            if kind is not dict and kind is not list:
                found = self._check_scalars(kind, check, values, found or Mismatches())
                continue
            for index, value in enumerate(values):
                inner = check(value) if type(value) is kind else None
                if inner:
                    if found is None:
                        found = Mismatches()
                    elif found.places >= MAX_PLACES:
                        return found
                    found.add(index, inner)
        return found or None

    def _check_scalars(self, kind: type, check: Check, values: list[Any], found: Mismatches) -> Mismatches:
        places: dict[Any, list[int]] = {}  # scalar -> first index, number of occurrences
        for index, value in enumerate(values):
            if type(value) is kind and found.places < MAX_PLACES:
                places.setdefault(value, [index, 0])[1] += 1
        for value, (index, times) in places.items():
            inner = check(value)
            if inner:
                found.add(index, inner, times)
        return found


class _Members:
    """The check for objects. It keeps one plan for each shape."""

    def __init__(self, comparison: Comparison, schema: Schema) -> None:
        self._comparison = comparison
        self._known: Mapping[str, Schema] = schema.get("properties", {})
        self._required: list[str] = schema.get("required", [])
        self._others: Schema | bool = schema.get("additionalProperties", not self._known)
        self._shapes: dict[tuple[object, ...], _Plan] = {}

    @property
    def is_free(self) -> bool:
        """Whether every object is valid."""
        return self._others is True and not self._known and not self._required

    def check(self, value: dict[str, Any]) -> Mismatches | None:
        """Return the mismatches of an object."""
        shape = (*value, *map(type, value.values()))
        plan = self._shapes.get(shape)
        if plan is None:
            plan = self._make_plan(value)
            if len(value) <= _MAX_SHAPE_KEYS:
                if len(self._shapes) >= _MAX_SHAPES:
                    self._shapes.clear()
                self._shapes[shape] = plan
        checks = plan.nested
        for key, constants in plan.constants:
            if value[key] not in constants:
                checks = plan.checks
                break
        found = None
        for key, check in checks:
            inner = check(value[key])
            if inner:
                if found is None:
                    found = Mismatches(*plan.missing)
                found.add(key if key in plan.public else WILDCARD, inner)
        return found or plan.always

    def _make_plan(self, value: dict[str, object]) -> _Plan:
        missing = [
            Mismatch((key,), "missing key", self._comparison.type_names(self._known.get(key, {})), "nothing")
            for key in self._required
            if key not in value
        ][:MAX_MISMATCHES]
        checks = [(key, check) for key, inner in value.items() if (check := self._check_of(key, type(inner)))]
        public = {key for key, _ in checks if key in self._known or self._is_public(key)}
        constants = {
            key: frozenset(check.constants)
            for key, check in checks
            if isinstance(check, _Constants) and isinstance(value[key], str)
        }
        nested = [(key, check) for key, check in checks if key not in constants] if constants else checks
        always = Mismatches(*missing) if missing else None
        return _Plan(missing, always, checks, [*constants.items()], nested, public)

    def _is_public(self, key: str) -> bool:
        return self._others is False and self._comparison.vocabulary.is_public(key)

    def _check_of(self, key: str, kind: type) -> Check | None:
        if key in self._known:
            return self._comparison.node(self._known[key]).check_for(kind)
        if is_object(self._others):
            return self._comparison.node(self._others).check_for(kind)
        if self._others:
            return None
        return _unknown_key("" if self._is_public(key) else f" under a key of {len(key)} characters")


class _Plan(NamedTuple):
    """What all objects of one shape have in common."""

    missing: list[Mismatch]
    always: Mismatches | None
    """The same, as the result if the checks find nothing."""
    checks: list[tuple[str, Check]]
    """Keys whose values must be compared, or that are wrong by type or name."""
    constants: list[tuple[str, frozenset[Any]]]
    """Those of the keys that hold text, with the texts that are allowed."""
    nested: list[tuple[str, Check]]
    """The other `checks`, which suffice if all texts are allowed."""
    public: set[str]
    """Those of the keys that are not redacted."""


class _Closest:
    """The check for a union whose variants have one type."""

    def __init__(self, comparison: Comparison, tag: str, variants: list[Schema], checks: list[Check | None]) -> None:
        self._vocabulary = comparison.vocabulary
        self._tag = tag
        self._known = [variant.get("properties", {}).keys() for variant in variants]
        self._by_tag: dict[Any, list[int]] = {}  # constant of the tag -> numbers of the variants that have it
        for number, variant in enumerate(variants):
            for constant in variant.get("properties", {}).get(tag, {}).get("enum", []):
                self._by_tag.setdefault(constant, []).append(number)
        self._checks = checks

    def check(self, value: Any) -> Mismatches | None:
        """Compare with the variant that the tag names, or else with the closest variant.

        The closest variant is one without violations, then the one with most of the keys, then with fewest mismatches.
        """
        tag = value.get(self._tag) if is_object(value) else None
        named = () if isinstance(tag, dict | list) else self._by_tag.get(tag, ())
        if self._by_tag and isinstance(tag, str) and not named:
            unknown = Mismatch((), "unknown variant", _join_constants([*self._by_tag]), self._vocabulary.describe(tag))
            found = Mismatches()
            found.add(self._tag, Mismatches(unknown))
            return found
        compared: list[tuple[bool, int, int, Mismatches | None]] = []
        for number in named or range(len(self._checks)):
            check = self._checks[number]
            inner = check(value) if check is not None else None
            if not inner:
                return None
            shared = len(self._known[number] & value.keys()) if is_object(value) else 0
            broken = sum(mismatch.is_violation for mismatch, _ in inner)
            compared.append((broken > 0, -shared, len(inner), inner))
        return min(compared, key=lambda one: one[:3])[3]


@lru_cache(maxsize=128)  # one object may have many unknown keys
def _unknown_key(hidden: str) -> Check:
    return lambda value: Mismatches(Mismatch((), "unknown key", "no such key", f"{json_type(value)}{hidden}"))


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return types if is_list(types) else [types]


def _allows(schema: Schema, name: str) -> bool:
    types = _types(schema)
    return not types or name in types or (name == "integer" and "number" in types)


def _join_constants(constants: list[Any]) -> str:
    return " or ".join(dict.fromkeys(map(json.dumps, constants)))
