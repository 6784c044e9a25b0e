"""Every response of every operation is decoded without loss or error, documented or not."""

from __future__ import annotations

import itertools
import json
import pickle
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

import clerk_core.errors
from clerk_core import ApiError, ErrorDetail, InvalidResponse, Model, Response
from tests.generated.json_samples import (
    CONTRACT,
    Document,
    ResponseCase,
    Schema,
    bodies,
    class_of,
    classes,
    closest,
    difference,
    documented_responses,
    models,
    plain,
    problems,
    requests,
    tagged,
    with_unknown_keys,
)
from tests.generated.random_json import changed, constants, for_all, random_bodies

RESPONSES = list(documented_responses())
RESULTS = [response for response in RESPONSES if response.succeeds and response.media == "application/json"]
TEXTS = [response for response in RESPONSES if response.succeeds and response.media not in ("application/json", None)]
FAILURES = [response for response in RESPONSES if not response.succeeds]

each = pytest.mark.parametrize


def decode(response: ResponseCase, content: bytes) -> Any:
    return requests()[response.operation].decode(Response(response.status, {}, content))


def read(response: ResponseCase, body: Any) -> Any:
    """Decode a body, and check the result."""
    content = json.dumps(body).encode()
    decoded = decode(response, content)
    assert list(problems(CONTRACT, response.schema, decoded, json.loads(content))) == []
    return decoded


# -- results -------------------------------------------------------------------------------------------------------


def test_every_operation_has_an_endpoint_function_and_responses() -> None:
    assert set(requests()) == {response.operation for response in RESPONSES}


@each("response", {str(response.schema): response for response in RESPONSES if response.schema}.values(), ids=str)
def test_samples_fit_the_contract(response: ResponseCase) -> None:
    judge = CONTRACT.validator_of(response.schema)
    for body in bodies(CONTRACT, response.schema):
        judge.validate(body)
    for_all(random_bodies(CONTRACT, response.schema), judge.validate, name=response, cases=3)


@each("response", RESULTS, ids=str)
def test_documented_results_are_decoded(response: ResponseCase) -> None:
    for body in bodies(CONTRACT, response.schema):
        read(response, body)
        read(response, with_unknown_keys(body))


@each("response", RESULTS, ids=str)
def test_random_valid_results_are_decoded(response: ResponseCase) -> None:
    for_all(random_bodies(CONTRACT, response.schema), lambda body: read(response, body), name=response, cases=5)


@each("response", RESULTS, ids=str)
def test_results_that_violate_the_contract_are_decoded(response: ResponseCase) -> None:
    unpromised = changed(bodies(CONTRACT, response.schema), constants(CONTRACT))
    for_all(unpromised, lambda body: read(response, body), name=response, cases=25)


@each("response", RESULTS, ids=str)
def test_success_that_is_not_json_raises_invalid_response(response: ResponseCase) -> None:
    for content in (b"", b"<html>", b'{"object"', b"\xff", b"[" * 2_000):
        with pytest.raises(InvalidResponse):
            decode(response, content)


@each("response", [response for response in RESPONSES if response.succeeds and not response.media], ids=str)
def test_response_without_content_is_none(response: ResponseCase) -> None:
    for content in (b"", b'{"object": "unexpected"}', b"<html>"):
        assert decode(response, content) is None


@each("response", TEXTS, ids=str)
def test_text_is_decoded_as_text(response: ResponseCase) -> None:
    assert decode(response, "<p>é</p>".encode()) == "<p>é</p>"
    assert decode(response, b"\xff") == "\N{REPLACEMENT CHARACTER}"


def test_samples_contain_every_class_of_results() -> None:
    """So the tests above cover all nested objects."""
    made = (
        decode(response, json.dumps(body).encode())
        for response in RESULTS
        for body in bodies(CONTRACT, response.schema)
    )
    named = {
        name for response in RESULTS for inner in CONTRACT.within(response.schema) for name in CONTRACT.objects(inner)
    }
    assert {type(model) for decoded in made for model in models(decoded)} == {
        class_of(CONTRACT, name) for name in named
    }


# -- failures ------------------------------------------------------------------------------------------------------


def failure_class(status: int) -> type[ApiError]:
    """Return the class that the docstring of `clerk_core.errors` lists for a status."""
    tree = re.findall(r"(\w+) +(\d{3})(?:-(\d{3}))?(?:,|$)", clerk_core.errors.__doc__ or "", re.MULTILINE)
    named = [name for name, first, last in tree if int(first) <= status <= int(last or first)]
    return getattr(clerk_core.errors, named[0]) if named else ApiError


def failure(response: ResponseCase, content: bytes) -> ApiError:
    """Return the error that a response raises, after checking its class, attributes and pickling."""
    with pytest.raises(ApiError) as caught:
        decode(response, content)
    error = caught.value
    assert type(error) is failure_class(response.status)
    assert error.status_code == response.status
    assert response.operation in str(error)
    assert "\n" not in str(error)
    assert repr(str(error)) in repr(error)
    assert error.text == content.decode()
    assert error.retry_after is None
    assert isinstance(error.trace_id, str | None)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.errors, str(again)) == (type(error), error.errors, str(error))
    return error


@each("response", FAILURES, ids=str)
def test_documented_failure_raises_its_errors(response: ResponseCase) -> None:
    for body in bodies(CONTRACT, response.schema) if response.media else []:
        error = failure(response, json.dumps(body).encode())
        listed = [
            (item["code"], item["message"], item["long_message"], item.get("meta", {})) for item in body["errors"]
        ]
        names = ("code", "message", "long_message", "meta")
        assert error.errors == [ErrorDetail(**dict(zip(names, item, strict=True))) for item in listed]
        assert error.trace_id == body.get("clerk_trace_id")
    for content in (b"", b"<html>down</html>", b"[]", b"null", b"[" * 2_000):
        assert failure(response, content).errors == []


@each(
    "response",
    {(response.status, str(response.schema)): response for response in FAILURES if response.media}.values(),
    ids=str,
)
def test_failure_that_violates_the_contract_raises_its_class(response: ResponseCase) -> None:
    def check(body: Any) -> None:
        error = failure(response, json.dumps(body).encode())
        listed = body.get("errors") if isinstance(body, dict) else None
        items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        assert [type(value) for detail in error.errors for _, value in detail] == [str, str, str, dict] * len(items)

    for_all(changed(bodies(CONTRACT, response.schema), ["errors"]), check, name=response, cases=50)


def test_undocumented_status_raises_its_class() -> None:
    for status in {*range(100, 1000)} - {*range(200, 300)}:
        failure(ResponseCase(next(iter(requests())), status, None, {}), b"")


# -- unions --------------------------------------------------------------------------------------------------------


class Union(NamedTuple):
    """A place in a schema with a union of objects."""

    document: Document
    holder: str | ResponseCase
    """The named schema or the response that contains it."""
    path: tuple[str, ...]
    """The keys from the holder to the union; `[]` stands for the items of a list."""
    schema: Schema

    def __str__(self) -> str:
        return ".".join((str(self.holder), *self.path))

    def read(self, value: Any) -> Any:
        """Decode a value in this place."""
        body = value
        for step in reversed(self.path):
            body = [body] if step == "[]" else {step: body}
        if isinstance(self.holder, ResponseCase):
            decoded = decode(self.holder, json.dumps(body).encode())
        else:
            decoded = class_of(self.document, self.holder).from_dict(body)
        assert difference(plain(decoded), body) is None
        for step in self.path:
            decoded = decoded[0] if step == "[]" else decoded[step]
        return decoded


def unions() -> Iterator[Union]:
    for document, name in itertools.chain(*classes().values()):
        for key, schema in document.properties(name).items():
            yield from unions_within(Union(document, name, (key,), schema))
    for response in RESULTS:
        yield from unions_within(Union(CONTRACT, response, (), response.schema))


def unions_within(place: Union) -> Iterator[Union]:
    document, _, path, schema = place
    items = document.items(schema)
    if len(document.objects(schema)) > 1:
        yield place
    elif items:
        yield from unions_within(place._replace(path=(*path, "[]"), schema=items))


UNIONS = list(unions())


def variants(union: Union) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """Yield objects of each variant, with only required and with all keys, and their expected class."""
    for name in union.document.objects(union.schema):
        for body in bodies(union.document, {"$ref": f"#/components/schemas/{name}"}):
            yield class_of(union.document, name), body


@each("union", UNIONS, ids=str)
def test_tag_selects_the_variant(union: Union) -> None:
    tag, tags = tagged(union.document, union.schema)
    for kind, body in variants(union):
        named = [value for value, of in tags.items() if of is kind]
        for value in named:
            assert type(union.read({tag: value})) is kind
        tagged_body = {**body, tag: named[0]} if named else body
        assert type(union.read(tagged_body)) is kind
        assert type(union.read(with_unknown_keys(tagged_body))) is kind


@each("union", UNIONS, ids=str)
def test_shape_selects_the_variant_without_a_tag(union: Union) -> None:
    tag, _ = tagged(union.document, union.schema)
    for _, body in variants(union):
        untagged = {key: value for key, value in body.items() if key != tag}
        expected = closest(union.document, union.schema, untagged)
        assert type(union.read(untagged)) is expected
        assert type(union.read(with_unknown_keys(untagged))) is expected
        if tag:
            assert type(union.read({**untagged, tag: None})) is expected


@each("union", [union for union in UNIONS if tagged(union.document, union.schema)[0]], ids=str)
def test_unknown_tag_gives_a_plain_model(union: Union) -> None:
    tag, _ = tagged(union.document, union.schema)
    for _, body in variants(union):
        assert type(union.read({**body, tag: "of tomorrow"})) is Model


@each("union", UNIONS, ids=str)
def test_object_without_known_keys_gives_a_plain_model(union: Union) -> None:
    for body in ({}, {"of": "tomorrow"}):
        assert type(union.read(body)) is Model


def discriminating_keys(union: Union) -> list[set[str]]:
    """Return for each variant the keys with constants or patterns, apart from the tag."""
    tag, _ = tagged(union.document, union.schema)
    properties = [union.document.properties(name) for name in union.document.objects(union.schema)]
    return [{key for key, inner in p.items() if key != tag and {"enum", "pattern"} & inner.keys()} for p in properties]


def untagged(union: Union, constant: str | None) -> Iterator[dict[str, Any]]:
    """Yield objects of each variant without their tag, and with `constant` in place of their constants."""
    tag, _ = tagged(union.document, union.schema)
    keys = set().union(*discriminating_keys(union))
    for _, body in variants(union):
        yield {key: constant if key in keys else value for key, value in body.items() if key != tag}


@each("union", [union for union in UNIONS if set.intersection(*discriminating_keys(union))], ids=str)
def test_unknown_constants_give_a_plain_model(union: Union) -> None:
    for body in untagged(union, "of tomorrow"):
        assert type(union.read(body)) is Model


def ambiguous(union: Union) -> Iterator[dict[str, Any]]:
    """Yield objects without constants that have all required keys of several variants, and equally many of each."""
    tag, _ = tagged(union.document, union.schema)
    names = union.document.objects(union.schema)
    required = [set(union.document.schemas[name].get("required", ())) - {tag} for name in names]
    for body in untagged(union, None):
        satisfied = [len(keys) for keys in required if keys <= body.keys()]
        if satisfied.count(max(satisfied)) > 1:
            yield body


@each("union", [union for union in UNIONS if any(ambiguous(union))], ids=str)
def test_ambiguous_object_gives_a_plain_model(union: Union) -> None:
    for body in ambiguous(union):
        assert type(union.read(body)) is Model


def test_samples_select_every_variant_by_shape() -> None:
    """So the test of shapes covers every variant."""
    selected = {
        kind
        for union in UNIONS
        for kind, body in variants(union)
        if closest(union.document, union.schema, body) is kind
    }
    assert selected == {kind for union in UNIONS for kind, _ in variants(union)}
