"""Every answer of every operation, as the contract shows it and as it does not, is read without loss or error."""

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
    Answer,
    Document,
    Schema,
    answers,
    bodies,
    class_of,
    classes,
    closest,
    difference,
    models,
    plain,
    problems,
    requests,
    tagged,
    with_unknown_keys,
)
from tests.generated.random_json import changed, constants, for_all, random_bodies

ANSWERS = list(answers())
RESULTS = [answer for answer in ANSWERS if answer.succeeds and answer.media == "application/json"]
TEXTS = [answer for answer in ANSWERS if answer.succeeds and answer.media not in ("application/json", None)]
FAILURES = [answer for answer in ANSWERS if not answer.succeeds]

each = pytest.mark.parametrize


def decode(answer: Answer, content: bytes) -> Any:
    return requests()[answer.operation].decode(Response(answer.status, {}, content))


def read(answer: Answer, body: Any) -> Any:
    """Decode a body, and see that the result is what it must be."""
    content = json.dumps(body).encode()
    decoded = decode(answer, content)
    assert list(problems(CONTRACT, answer.schema, decoded, json.loads(content))) == []
    return decoded


# -- results -------------------------------------------------------------------------------------------------------


def test_every_operation_has_an_endpoint_function() -> None:
    assert set(requests()) == {answer.operation for answer in ANSWERS}


@each("answer", {str(answer.schema): answer for answer in ANSWERS if answer.schema}.values(), ids=str)
def test_the_samples_are_what_the_contract_shows(answer: Answer) -> None:
    judge = CONTRACT.judge(answer.schema)
    for body in bodies(CONTRACT, answer.schema):
        judge.validate(body)
    for_all(random_bodies(CONTRACT, answer.schema), judge.validate, name=answer, cases=3)


@each("answer", RESULTS, ids=str)
def test_a_result_is_read_in_full(answer: Answer) -> None:
    for body in bodies(CONTRACT, answer.schema):
        read(answer, body)
        read(answer, with_unknown_keys(body))


@each("answer", RESULTS, ids=str)
def test_a_random_result_is_read_in_full(answer: Answer) -> None:
    for_all(random_bodies(CONTRACT, answer.schema), lambda body: read(answer, body), name=answer, cases=5)


@each("answer", RESULTS, ids=str)
def test_a_result_that_nobody_promised_is_read_in_full(answer: Answer) -> None:
    unpromised = changed(bodies(CONTRACT, answer.schema), constants(CONTRACT))
    for_all(unpromised, lambda body: read(answer, body), name=answer, cases=25)


@each("answer", RESULTS, ids=str)
def test_a_success_that_is_no_json_is_an_error(answer: Answer) -> None:
    for content in (b"", b"<html>", b'{"object"', b"\xff", b"[" * 2_000):
        with pytest.raises(InvalidResponse):
            decode(answer, content)


@each("answer", [answer for answer in ANSWERS if answer.succeeds and not answer.media], ids=str)
def test_an_answer_without_content_is_none(answer: Answer) -> None:
    for content in (b"", b'{"object": "unexpected"}', b"<html>"):
        assert decode(answer, content) is None


@each("answer", TEXTS, ids=str)
def test_a_text_is_read_as_text(answer: Answer) -> None:
    assert decode(answer, "<p>é</p>".encode()) == "<p>é</p>"
    assert decode(answer, b"\xff") == "\N{REPLACEMENT CHARACTER}"


def test_the_samples_hold_an_object_of_every_class_that_a_result_may_hold() -> None:
    """So that what is said of nested objects is said of all of them."""
    made = (decode(answer, json.dumps(body).encode()) for answer in RESULTS for body in bodies(CONTRACT, answer.schema))
    named = {name for answer in RESULTS for inner in CONTRACT.within(answer.schema) for name in CONTRACT.objects(inner)}
    assert {type(model) for decoded in made for model in models(decoded)} == {
        class_of(CONTRACT, name) for name in named
    }


# -- failures ------------------------------------------------------------------------------------------------------


def failure_class(status: int) -> type[ApiError]:
    """The class that the tree at the head of `clerk_core.errors` names for a status."""
    tree = re.findall(r"(\w+) +(\d{3})(?:-(\d{3}))?(?:,|$)", clerk_core.errors.__doc__ or "", re.MULTILINE)
    named = [name for name, first, last in tree if int(first) <= status <= int(last or first)]
    return getattr(clerk_core.errors, named[0]) if named else ApiError


def failure(answer: Answer, content: bytes) -> ApiError:
    """The error that an answer is raised as, seen to be the right one and to be usable."""
    with pytest.raises(ApiError) as caught:
        decode(answer, content)
    error = caught.value
    assert type(error) is failure_class(answer.status)
    assert error.status_code == answer.status
    assert answer.operation in str(error)
    assert "\n" not in str(error)
    assert repr(str(error)) in repr(error)
    assert error.text == content.decode()
    assert error.retry_after is None
    assert isinstance(error.trace_id, str | None)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.errors, str(again)) == (type(error), error.errors, str(error))
    return error


@each("answer", FAILURES, ids=str)
def test_a_failure_is_raised_with_its_errors(answer: Answer) -> None:
    for body in bodies(CONTRACT, answer.schema) if answer.media else []:
        error = failure(answer, json.dumps(body).encode())
        listed = [
            (item["code"], item["message"], item["long_message"], item.get("meta", {})) for item in body["errors"]
        ]
        names = ("code", "message", "long_message", "meta")
        assert error.errors == [ErrorDetail(**dict(zip(names, item, strict=True))) for item in listed]
        assert error.trace_id == body.get("clerk_trace_id")
    for content in (b"", b"<html>down</html>", b"[]", b"null", b"[" * 2_000):
        assert failure(answer, content).errors == []


@each("answer", {(answer.status, str(answer.schema)): answer for answer in FAILURES if answer.media}.values(), ids=str)
def test_a_failure_that_nobody_promised_is_raised_as_well(answer: Answer) -> None:
    def check(body: Any) -> None:
        error = failure(answer, json.dumps(body).encode())
        listed = body.get("errors") if isinstance(body, dict) else None
        items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        assert [type(value) for detail in error.errors for _, value in detail] == [str, str, str, dict] * len(items)

    for_all(changed(bodies(CONTRACT, answer.schema), ["errors"]), check, name=answer, cases=50)


def test_a_status_that_nobody_promised_is_raised_as_well() -> None:
    for status in {*range(100, 1000)} - {*range(200, 300)}:
        failure(Answer(next(iter(requests())), status, None, {}), b"")


# -- unions --------------------------------------------------------------------------------------------------------


class Union(NamedTuple):
    """A place where one of several objects may stand."""

    document: Document
    holder: str | Answer
    """The named schema, or the answer, that it is part of."""
    path: tuple[str, ...]
    """The steps that lead there from the holder; `[]` is a step into a list."""
    schema: Schema

    def __str__(self) -> str:
        return ".".join((str(self.holder), *self.path))

    def read(self, value: Any) -> Any:
        """What becomes of a value in this place."""
        body = value
        for step in reversed(self.path):
            body = [body] if step == "[]" else {step: body}
        if isinstance(self.holder, Answer):
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
    for answer in RESULTS:
        yield from unions_within(Union(CONTRACT, answer, (), answer.schema))


def unions_within(place: Union) -> Iterator[Union]:
    document, _, path, schema = place
    items = document.items(schema)
    if len(document.objects(schema)) > 1:
        yield place
    elif items:
        yield from unions_within(place._replace(path=(*path, "[]"), schema=items))


UNIONS = list(unions())


def variants(union: Union) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """Objects of each variant, the smallest and the fullest, each with the class that it must become."""
    for name in union.document.objects(union.schema):
        for body in bodies(union.document, {"$ref": f"#/components/schemas/{name}"}):
            yield class_of(union.document, name), body


@each("union", UNIONS, ids=str)
def test_a_tag_tells_the_variant(union: Union) -> None:
    tag, tags = tagged(union.document, union.schema)
    for kind, body in variants(union):
        named = [value for value, of in tags.items() if of is kind]
        for value in named:
            assert type(union.read({tag: value})) is kind
        tagged_body = {**body, tag: named[0]} if named else body
        assert type(union.read(tagged_body)) is kind
        assert type(union.read(with_unknown_keys(tagged_body))) is kind


@each("union", UNIONS, ids=str)
def test_without_a_tag_its_shape_tells_the_variant(union: Union) -> None:
    tag, _ = tagged(union.document, union.schema)
    for _, body in variants(union):
        untagged = {key: value for key, value in body.items() if key != tag}
        expected = closest(union.document, union.schema, untagged)
        assert type(union.read(untagged)) is expected
        assert type(union.read(with_unknown_keys(untagged))) is expected
        if tag:
            assert type(union.read({**untagged, tag: None})) is expected


@each("union", [union for union in UNIONS if tagged(union.document, union.schema)[0]], ids=str)
def test_an_unknown_tag_is_a_plain_model(union: Union) -> None:
    tag, _ = tagged(union.document, union.schema)
    for _, body in variants(union):
        assert type(union.read({**body, tag: "of tomorrow"})) is Model


@each("union", UNIONS, ids=str)
def test_an_object_that_tells_nothing_is_a_plain_model(union: Union) -> None:
    for body in ({}, {"of": "tomorrow"}):
        assert type(union.read(body)) is Model


def telling(union: Union) -> list[set[str]]:
    """For each variant, the keys whose constants or patterns may tell it where there is no tag."""
    tag, _ = tagged(union.document, union.schema)
    properties = [union.document.properties(name) for name in union.document.objects(union.schema)]
    return [{key for key, inner in p.items() if key != tag and {"enum", "pattern"} & inner.keys()} for p in properties]


def untagged(union: Union, constant: str | None) -> Iterator[dict[str, Any]]:
    """Objects of each variant without their tag, and with something else in place of their constants."""
    tag, _ = tagged(union.document, union.schema)
    keys = set().union(*telling(union))
    for _, body in variants(union):
        yield {key: constant if key in keys else value for key, value in body.items() if key != tag}


@each("union", [union for union in UNIONS if set.intersection(*telling(union))], ids=str)
def test_an_object_of_unknown_constants_is_a_plain_model(union: Union) -> None:
    for body in untagged(union, "of tomorrow"):
        assert type(union.read(body)) is Model


def undecided(union: Union) -> Iterator[dict[str, Any]]:
    """Objects that hold what several variants require, no more of one than of another, and no constant that tells."""
    tag, _ = tagged(union.document, union.schema)
    names = union.document.objects(union.schema)
    required = [set(union.document.schemas[name].get("required", ())) - {tag} for name in names]
    for body in untagged(union, None):
        satisfied = [len(keys) for keys in required if keys <= body.keys()]
        if satisfied.count(max(satisfied)) > 1:
            yield body


@each("union", [union for union in UNIONS if any(undecided(union))], ids=str)
def test_an_object_that_could_be_of_several_variants_is_a_plain_model(union: Union) -> None:
    for body in undecided(union):
        assert type(union.read(body)) is Model


def test_no_variant_is_without_a_class_that_only_its_shape_tells() -> None:
    """So that the test of shapes cannot be content with plain models."""
    told = {
        kind
        for union in UNIONS
        for kind, body in variants(union)
        if closest(union.document, union.schema, body) is kind
    }
    assert told == {kind for union in UNIONS for kind, _ in variants(union)}
