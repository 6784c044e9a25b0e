"""JSON bodies made from the schemas of spec/, and the expected result of decoding each.

jsonschema decides what is valid. The expectations do not use the code under test.
"""

from __future__ import annotations

import copy
import inspect
import itertools
import json
import pickle
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import clerk_bapi.api
import clerk_bapi.events
import clerk_bapi.models
from clerk_core import Model, Request
from generator.contract import operation_names
from generator.contract.class_names import Models, name_models
from tests.generated.type_checks import broken, hints

Schema = dict[str, Any]

ROOT = Path(__file__).parents[2]

QUIET = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


# -- documents -----------------------------------------------------------------------------------------------------


class Document:
    """A document of spec/, with access to its schemas."""

    def __init__(self, name: str) -> None:
        self.root: Schema = json.loads((ROOT / "spec" / name).read_text())
        self.schemas: dict[str, Schema] = self.root["components"]["schemas"]

    def follow(self, node: Schema) -> Schema:
        """Return the schema or response that a node refers to, or the node itself."""
        while "$ref" in node:
            target: Any = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def options(self, schema: Schema) -> list[Schema]:
        """Return the alternatives of a schema, including those of nested unions, without null."""
        target = self.follow(schema)
        union = _branches(target)
        if union:
            return [option for branch in union for option in self.options(branch)]
        return [] if target.get("type") == "null" else [schema]

    def may_be_null(self, schema: Schema) -> bool:
        """Return whether null is allowed."""
        target = self.follow(schema)
        return "null" in _types(target) or any(map(self.may_be_null, _branches(target)))

    def properties(self, name: str) -> dict[str, Schema]:
        """Return the properties of a named schema; they are empty if it is not an object."""
        properties: dict[str, Schema] = self.schemas[name].get("properties", {})
        return properties

    def objects(self, schema: Schema) -> list[str]:
        """Return the names of the objects with properties among the alternatives."""
        return [_name(option) for option in self.options(schema) if "properties" in self.follow(option)]

    def items(self, schema: Schema) -> Schema | None:
        """Return the schema of the items, or None if no alternative is a list."""
        targets = map(self.follow, self.options(schema))
        return next((target["items"] for target in targets if "array" in _types(target)), None)

    def values(self, schema: Schema) -> Schema | None:
        """Return the schema of a map's values, or None if no alternative is a map."""
        extras = (self.follow(option).get("additionalProperties") for option in self.options(schema))
        return next((extra for extra in extras if isinstance(extra, dict)), None)

    def within(self, schema: Schema) -> Iterator[Schema]:
        """Yield a schema and all schemas inside it, following references."""
        yield schema
        for inner in (self.items(schema), self.values(schema)):
            if inner:
                yield from self.within(inner)
        for name in self.objects(schema):
            for inner in self.properties(name).values():
                yield from self.within(inner)

    def expanded(self, schema: Schema) -> Any:
        """Return the schema with every reference replaced by its target."""
        return _expand(schema, self.follow)

    def validator_of(self, schema: Schema) -> Draft202012Validator:
        """Return a validator of jsonschema."""
        return Draft202012Validator({**schema, "components": self.root["components"]})


CONTRACT = Document("contract.json")
EVENTS = Document("events.json")


class ResponseCase(NamedTuple):
    """A response that the contract documents for an operation."""

    operation: str
    """Method and path template."""
    status: int
    media: str | None
    schema: Schema
    """Empty if the response has no content."""

    @property
    def succeeds(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status <= 299

    def __str__(self) -> str:
        return f"{self.operation} {self.status}"


def documented_responses() -> Iterator[ResponseCase]:
    """Yield every documented response, in the order of the contract."""
    for template, methods in CONTRACT.root["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                content = CONTRACT.follow(response).get("content", {None: {"schema": {}}})
                for media, shown in content.items():
                    yield ResponseCase(f"{method.upper()} {template}", int(status), media, shown["schema"])


def events() -> dict[str, Schema]:
    """Return the schema of each event's body, by the event's type."""
    hooks = EVENTS.root["webhooks"].items()
    return {name: hook["post"]["requestBody"]["content"]["application/json"]["schema"] for name, hook in hooks}


@cache
def requests() -> dict[str, Request[Any]]:
    """Return a request of each operation, created by its endpoint function."""
    made = (_request(getattr(clerk_bapi.api, name)) for name in clerk_bapi.api.__all__)
    return {request.operation: request for request in made}


def _request(function: Callable[..., Request[Any]]) -> Request[Any]:
    hints = typing.get_type_hints(function)
    required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    positional = [_plausible(hints[p.name]) for p in required if p.kind is not p.KEYWORD_ONLY]
    return function(*positional, **{p.name: _plausible(hints[p.name]) for p in required if p.kind is p.KEYWORD_ONLY})


def _plausible(hint: Any) -> Any:
    """Return an argument of a type that an endpoint function accepts."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return inner[0]
    if origin is types.UnionType:
        return _plausible(inner[0])
    if origin is Sequence:
        return [_plausible(inner[0])]
    if origin is Mapping:
        return {}
    if issubclass(hint, Model):
        return hint.from_dict({})
    return {str: "id_1", bytes: b"content", bool: True, int: 10**12}[hint]  # large enough for times in milliseconds


def _types(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return kinds if isinstance(kinds, list) else [kinds]


def _branches(schema: Schema) -> list[Schema]:
    return [*schema.get("oneOf", ()), *schema.get("anyOf", ())]


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _expand(node: Any, follow: Callable[[Schema], Schema]) -> Any:
    if isinstance(node, list):
        return [_expand(item, follow) for item in node]
    if not isinstance(node, dict):
        return node
    beside = {key: _expand(value, follow) for key, value in node.items() if key != "$ref"}
    return {**_expand(follow(node), follow), **beside} if "$ref" in node else beside


# -- bodies --------------------------------------------------------------------------------------------------------


def bodies(document: Document, schema: Schema) -> list[Any]:
    """Yield valid bodies with all and with only required keys, with and without nulls, for each branch of unions."""
    turns = max(len(document.options(inner)) for inner in document.within(schema))
    made = [
        _Maker(document, full=full, null=null, turn=turn).make(schema)
        for full, null in ((False, False), (True, False), (True, True))
        for turn in range(turns)
    ]
    return list({json.dumps(body): body for body in made}.values())


class _Maker:
    """Creates one body. All its strings and numbers differ, so that swapped values are found."""

    def __init__(self, document: Document, *, full: bool, null: bool, turn: int) -> None:
        self._document = document
        self._full = full
        self._null = null
        self._turn = turn
        self._count = itertools.count(1)

    def make(self, schema: Schema) -> Any:
        if self._null and self._document.may_be_null(schema):
            return None
        options = self._document.options(schema)
        chosen = self._document.follow(options[self._turn % len(options)])
        if "enum" in chosen:
            constants = [value for value in chosen["enum"] if value is not None]
            return constants[self._turn % len(constants)]
        return self._of_type(next((kind for kind in _types(chosen) if kind != "null"), "any"), chosen)

    def _of_type(self, kind: str, schema: Schema) -> Any:
        match kind:
            case "object":
                return self._object(schema)
            case "array":
                return self._list(schema)
            case "string" if "pattern" in schema:
                return matching(schema["pattern"])
            case "string":
                return f"text {next(self._count)}".ljust(schema.get("minLength", 0), "x")
            case "integer":
                return schema.get("minimum", 0) + next(self._count)
            case "number":
                return schema.get("minimum", 0) + next(self._count) + 0.5
            case "boolean":
                return self._full
            case _:
                return {"anything": [None, True, {"nested": "value"}]}

    def _object(self, schema: Schema) -> dict[str, Any]:
        properties = schema.get("properties", {})
        kept = properties if self._full else [key for key in properties if key in schema.get("required", ())]
        made = {key: self.make(properties[key]) for key in kept}
        extra = schema.get("additionalProperties", True)
        if properties or not self._full or extra is False:
            return made
        return {"first key": self.make({} if extra is True else extra), "": self.make({} if extra is True else extra)}

    def _list(self, schema: Schema) -> list[Any]:
        length = 2 if self._full else schema.get("minItems", 0)
        made = []
        for _ in range(length):
            made.append(self.make(schema["items"]))
            self._turn += 1  # the items of a list have different branches
        self._turn -= length
        return made


@cache
def matching(pattern: str) -> str:
    """Return a string that matches a pattern."""
    texts = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
    return hypothesis.find(texts, lambda _: True, settings=settings(QUIET, phases=[Phase.generate]))


def with_unknown_keys(body: Any) -> Any:
    """Return the body with two more keys in each object."""
    if isinstance(body, list):
        return [with_unknown_keys(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {**{key: with_unknown_keys(value) for key, value in body.items()}, "not in the contract": {"a": [1]}, "é": 0}


# -- expected results ----------------------------------------------------------------------------------------------


def problems(document: Document, schema: Schema, decoded: Any, sent: Any, *, fragment: bool = False) -> Iterator[str]:
    """Yield the faults of a decoded body: lost data, objects of a wrong class, unusable models.

    With `fragment`, the body may lack keys that the variants of a union require; the other keys decide the variant.
    """
    lost = difference(plain(decoded), sent)
    if lost:
        yield lost
        return
    yield from misread(document, schema, decoded, sent, fragment=fragment)
    yield from unusable(decoded)


def plain(decoded: Any) -> Any:
    """Return decoded values as JSON, with `to_dict` of the models."""
    if isinstance(decoded, Model):
        return decoded.to_dict()
    if isinstance(decoded, list):
        return [plain(item) for item in decoded]
    if isinstance(decoded, dict):
        return {key: plain(value) for key, value in decoded.items()}
    return decoded


def difference(one: object, other: object, at: str = "body") -> str | None:
    """Return where two JSON values first differ, or None. Types and the order of keys count: 1, 1.0 and True differ."""
    if type(one) is not type(other):
        return f"{at}: {one!r} is not {other!r}"
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return f"{at}: keys {list(one)} are not {list(other)}"
        return next(filter(None, (difference(one[key], other[key], f"{at}[{key!r}]") for key in one)), None)
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{at}: {len(one)} items are not {len(other)}"
        pairs = zip(one, other, strict=True)
        return next(filter(None, (difference(*pair, f"{at}[{i}]") for i, pair in enumerate(pairs))), None)
    return None if repr(one) == repr(other) else f"{at}: {one!r} is not {other!r}"


def models(decoded: Any) -> Iterator[Model]:
    """Yield every model in a decoded value, at any depth."""
    if isinstance(decoded, Model):
        yield decoded
    inside = vars(decoded) if isinstance(decoded, Model) else decoded
    if isinstance(inside, dict | list):
        for value in inside.values() if isinstance(inside, dict) else inside:
            yield from models(value)


_attributes: dict[type[Model], dict[str, str]] = {}


def attributes(model: type[Model]) -> dict[str, str]:
    """Return the attributes of a generated class, with their JSON keys."""
    if model not in _attributes:
        full = model(**{name: name for name in model.__annotations__})
        _attributes[model] = {name: key for key, name in full.to_dict().items()}
    return _attributes[model]


def unusable(decoded: Any) -> Iterator[str]:
    """Yield the uses of a decoded value that fail, such as copying it."""
    if not repr(decoded):
        yield "repr"
    for again in (copy.deepcopy(decoded), pickle.loads(pickle.dumps(decoded))):
        if again != decoded or difference(plain(again), plain(decoded)):
            yield f"{again!r} is a copy of {decoded!r}"
    for model in models(decoded):
        held = vars(model)
        yield from (f"model[{key!r}] of {model!r}" for key in held if key not in model or model[key] is not held[key])
        for name, key in attributes(type(model)).items() if type(model) in received() else ():
            fits = not any(broken(held.get(key), hints(type(model))[name]))
            if (fits and getattr(model, name) is not held.get(key)) or (key in model) is not (key in held):
                yield f"{name} of {model!r}"
        yield from broken(model, type(model)) if type(model) in received() else ()


def misread(
    document: Document, schema: Schema, decoded: Any, sent: Any, at: str = "body", *, fragment: bool = False
) -> Iterator[str]:
    """Yield every object whose class is not that of its schema."""
    if isinstance(sent, list) and (items := document.items(schema)):
        for index, value in enumerate(sent):
            yield from misread(document, items, decoded[index], value, f"{at}[{index}]", fragment=fragment)
    if not isinstance(sent, dict):
        return
    allowed = _classes(document, schema, sent, fragment)
    if type(decoded) not in allowed:
        yield f"{at}: {type(decoded).__name__} is none of {sorted(kind.__name__ for kind in allowed)}"
        return
    for key, inner in _members(document, schema, type(decoded), sent).items():
        yield from misread(document, inner, decoded[key], sent[key], f"{at}[{key!r}]", fragment=fragment)


def _members(document: Document, schema: Schema, chosen: type, sent: dict[str, Any]) -> dict[str, Schema]:
    """Return the schemas of the keys that were sent."""
    if chosen is dict:
        values = document.values(schema)
        return dict.fromkeys(sent, values) if values else {}
    known = [name for name in document.objects(schema) if class_of(document, name) is chosen]
    return {key: inner for name in known for key, inner in document.properties(name).items() if key in sent}


def _classes(document: Document, schema: Schema, sent: dict[str, Any], fragment: bool) -> set[type]:
    """Return the classes that are allowed for an object; several if it fits several variants of a union."""
    names = document.objects(schema)
    if not names:
        return {dict}
    if len(names) == 1:
        return {class_of(document, names[0])}
    tag, tags = tagged(document, schema)
    if isinstance(sent.get(tag), str):
        return {tags.get(sent[tag], Model)}
    variant = closest(document, schema, sent)
    if variant is Model and not fragment:
        return {Model, *(class_of(document, name) for name in names)}
    return {closest(document, schema, sent, fragment=True) if variant is Model else variant}


@cache
def _tags(document: Document, names: tuple[str, ...], key: str) -> dict[str, type[Model]]:
    schemas = ((name, document.properties(name).get(key, {})) for name in names)
    return {value: class_of(document, name) for name, schema in schemas for value in schema.get("enum", ())}


def tagged(document: Document, schema: Schema) -> tuple[str, dict[str, type[Model]]]:
    """Return the key of a union's tag, which is empty if there is none, and the classes by tag."""
    key = document.follow(schema).get("discriminator", {}).get("propertyName", "object")
    tags = _tags(document, tuple(document.objects(schema)), key)
    return key if tags else "", tags


def closest(document: Document, schema: Schema, sent: dict[str, Any], *, fragment: bool = False) -> type[Model]:
    """Return the class of the variant that an object fits best by its constants and required keys.

    If no variant has all its required keys, the one with matching constants and fewest missing keys counts. Return
    `Model` if none or several fit equally. For a fragment, only its constants count.
    """
    names = document.objects(schema)
    if len(names) == 1:
        return class_of(document, names[0])
    tag, _ = tagged(document, schema)
    decisive = {key for name in names for key in document.properties(name) if _discriminates(document, names, key)}
    fitting: dict[str, tuple[int, int, int]] = {}
    for name in names:
        required = {key for key in document.schemas[name].get("required", ()) if key != tag and not fragment}
        telling = {
            key: inner for key, inner in document.properties(name).items() if "enum" in inner or "pattern" in inner
        }
        constants_of = [key for key in telling if key != tag and isinstance(sent.get(key), str)]
        agrees = all(Draft202012Validator(telling[key]).is_valid(sent[key]) for key in constants_of)
        constants = len(decisive.intersection(constants_of))
        if agrees and (constants or (required and required <= sent.keys())):
            fitting[name] = (constants, -len(required - sent.keys()), len(required & sent.keys()))
    most = [name for name, fit in fitting.items() if fit == max(fitting.values())]
    return class_of(document, most[0]) if len(most) == 1 else Model


def _discriminates(document: Document, names: list[str], key: str) -> bool:
    """Return whether any two variants have equal or disjoint constants for a key."""
    schemas = [document.properties(name).get(key, {}) for name in names]
    allowed = [frozenset(schema["enum"]) for schema in schemas if "enum" in schema]
    patterns = [schema["pattern"] for schema in schemas if "pattern" in schema]
    return (
        bool(allowed)
        and all(one == other or not one & other for one in allowed for other in allowed)
        and not any(re.search(pattern, text) for pattern in patterns for text in frozenset().union(*allowed))
    )


@cache
def class_of(document: Document, name: str) -> type[Model]:
    """Return the class that the generator names for a schema. Other tests check its attributes."""
    named = _named().of_contract if document is CONTRACT else _named().of_events
    found: type[Model] | None = getattr(clerk_bapi.models, named[name], None) or getattr(clerk_bapi.events, named[name])
    assert found is not None
    return found


@cache
def _named() -> Models:
    return name_models(CONTRACT.root, EVENTS.root, operation_names.load(ROOT / "spec" / "names.yaml"))


@cache
def classes() -> dict[type[Model], list[tuple[Document, str]]]:
    """Return every generated class, with the document and name of each of its schemas."""
    found: dict[type[Model], list[tuple[Document, str]]] = {}
    for document in (CONTRACT, EVENTS):
        for name in filter(document.properties, document.schemas):
            with suppress(KeyError, AttributeError):  # request bodies have no class
                found.setdefault(class_of(document, name), []).append((document, name))
    return found


def bodies_of(kind: type[Model]) -> list[Any]:
    """Yield bodies for each schema of a class."""
    return [
        body
        for document, name in classes()[kind]
        for body in bodies(document, {"$ref": f"#/components/schemas/{name}"})
    ]


@cache
def properties_of(kind: type[Model]) -> tuple[set[str], set[str]]:
    """Return the keys that a class must have attributes for, and those of them that are required.

    They are those of its schema. A class of several schemas has the keys of all of them. The hand-written class
    `ErrorDetail` has only the keys of all versions.
    """
    held = _in_events()
    schemas = [document.schemas[name] for document, name in classes()[kind] if document is CONTRACT or name in held]
    keys = {key for schema in schemas for key in schema["properties"]}
    if kind.__module__.startswith("clerk_core"):
        keys &= set(attributes(kind).values())
    return keys, {key for key in keys if all(key in schema.get("required", ()) for schema in schemas)}


@cache
def _in_events() -> frozenset[str]:
    held = (inner for schema in events().values() for inner in EVENTS.within(schema))
    return frozenset(name for inner in held for name in EVENTS.objects(inner))


@cache
def received() -> frozenset[type[Model]]:
    """Return the classes that responses and events can contain; the others are for arguments only."""
    results = [(CONTRACT, response.schema) for response in documented_responses() if response.succeeds]
    held = [(EVENTS, inner) for schema in events().values() for inner in EVENTS.within(schema)]
    held += [(CONTRACT, inner) for _, schema in results for inner in CONTRACT.within(schema)]
    return frozenset(class_of(document, name) for document, schema in held for name in document.objects(schema))
