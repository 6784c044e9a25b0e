"""What leaves the client is what the contract asks for, judged by openapi-core and by the rules of the wire."""

from __future__ import annotations

import ast
import asyncio
import copy
import functools
import inspect
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from operator import itemgetter
from typing import Any, NamedTuple

import httpx
import pytest

import clerk_bapi
import clerk_bapi.api
from clerk_bapi import UNSET, File, InvalidArgument, Request
from tests.generated.json_samples import (
    CONTRACT,
    Schema,
    attributes,
    class_of,
    classes,
    difference,
    plain,
    properties_of,
)
from tests.generated.wire_checks import (
    KEY,
    Recorder,
    Sent,
    addressed,
    call,
    clerks_document,
    client,
    contract,
    each,
    holding,
    ids,
    in_path,
    refusals,
    send,
    sent,
)
from tests.generated.wire_mistakes import Mistake, mistakes
from tests.generated.wire_samples import (
    OPERATIONS,
    Arguments,
    Disguise,
    Operation,
    as_floats,
    as_models,
    as_views,
    disguised,
    samples,
    types,
    within,
)

# openapi-core warns of what the contract marks; every sample with all arguments has some.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:\w+ parameter is deprecated:DeprecationWarning:openapi_core",
    "ignore:Use of allowEmptyValue property is deprecated:DeprecationWarning:openapi_core",
)

# -- every operation is there --------------------------------------------------------------------------------------


def test_every_operation_has_an_endpoint_function_and_nothing_else_has() -> None:
    expected = Counter(operation.function.__name__ for operation in OPERATIONS)
    assert Counter(clerk_bapi.api.__all__) == expected


@pytest.mark.parametrize("kind", [clerk_bapi.Client, clerk_bapi.AsyncClient])
def test_every_operation_has_a_method_and_nothing_else_has(kind: type[Any]) -> None:
    made = kind(KEY)
    groups = {operation.group for operation in OPERATIONS}
    assert {name for name, value in vars(kind).items() if isinstance(value, functools.cached_property)} == groups
    found = {(group, name) for group in groups for name in dir(getattr(made, group)) if not name.startswith("_")}
    walks = {(group, name) for group, name in found if name.startswith("iterate")}
    assert found - walks == {(operation.group, operation.member) for operation in OPERATIONS}
    paged = [op for op in OPERATIONS if {"limit", "offset"} <= set(inspect.signature(op.function).parameters)]
    assert len(walks) == len(paged)


@each(OPERATIONS)
def test_a_method_sends_what_the_endpoint_function_builds(operation: Operation) -> None:
    sender, recorder = client()
    method = getattr(getattr(sender, operation.group), operation.member)
    for label, arguments in samples(operation).items():
        positional, keywords = split(operation, arguments)
        method(*positional, **keywords)
        assert recorder.one().without_boundary() == sent(operation)[label].without_boundary(), label


@each(OPERATIONS)
def test_an_async_method_sends_what_the_endpoint_function_builds(operation: Operation) -> None:
    recorder = Recorder()

    async def send_all() -> dict[str, Sent]:
        found = {}
        async with httpx.AsyncClient(transport=httpx.MockTransport(recorder)) as http:
            sender = clerk_bapi.AsyncClient(KEY, http_client=http)
            method = getattr(getattr(sender, operation.group), operation.member)
            for label, arguments in samples(operation).items():
                positional, keywords = split(operation, arguments)
                await method(*positional, **keywords)
                found[label] = recorder.one().without_boundary()
        return found

    assert asyncio.run(send_all()) == {label: one.without_boundary() for label, one in sent(operation).items()}


def split(operation: Operation, arguments: Arguments) -> tuple[list[Any], Arguments]:
    """Ids by place, in the order of the path, and everything else by keyword."""
    names = [argument.name for argument in operation.of("path")]
    return [arguments[name] for name in names], {name: arguments[name] for name in arguments if name not in names}


# -- valid requests ------------------------------------------------------------------------------------------------


@each(OPERATIONS)
def test_the_contract_accepts_what_is_sent(operation: Operation) -> None:
    for label, request in sent(operation).items():
        assert addressed(request) == operation.id, label
        assert not refusals(contract(), operation, request), label


class Departure(NamedTuple):
    """Where Clerk's document refuses what the contract accepts."""

    reason: str
    concerns: Callable[[Arguments], bool]


def _null_in_an_enum(name: str) -> Departure:
    return Departure(
        f"`{name}` is nullable, but its enum has no null: by the letter of OpenAPI 3.0, it cannot be null",
        lambda arguments: arguments.get(name, UNSET) is None,
    )


DEPARTURES = {
    "UpdateInstance": _null_in_an_enum("preferred_sign_in_strategy_when_password_required"),
    "UpdateRoleSet": _null_in_an_enum("type"),
    "RefreshSession": _null_in_an_enum("format"),
    "CreateSAMLConnection": Departure(
        "either `domain` or `domains` is required, which a signature cannot say, and so the contract does not",
        lambda arguments: not arguments.keys() & {"domain", "domains"},
    ),
}


@each(OPERATIONS)
def test_clerks_own_document_accepts_what_is_sent(operation: Operation) -> None:
    departure = DEPARTURES.get(operation.id)
    for label, request in sent(operation).items():
        departs = departure is not None and departure.concerns(samples(operation)[label])
        assert bool(refusals(clerks_document(), operation, request)) == departs, label


@pytest.mark.parametrize("name", DEPARTURES)
def test_clerks_own_document_departs_as_the_table_says(name: str) -> None:
    (operation,) = (operation for operation in OPERATIONS if operation.id == name)
    concerned = [label for label, arguments in samples(operation).items() if DEPARTURES[name].concerns(arguments)]
    assert concerned, DEPARTURES[name].reason
    assert all(refusals(clerks_document(), operation, sent(operation)[label]) for label in concerned)


@each(OPERATIONS)
def test_the_path_gives_every_id_back(operation: Operation) -> None:
    for label, request in sent(operation).items():
        arguments = samples(operation)[label]
        expected = {argument.wire: in_path(argument, arguments[argument.name]) for argument in operation.of("path")}
        assert ids(request.path, operation.path) == expected, label
        assert re.fullmatch(r"(/([A-Za-z0-9._~-]|%[0-9A-F]{2})+)+", request.path), request.path
        assert request.method == operation.method


@each(OPERATIONS)
def test_the_query_holds_what_was_given_and_no_more(operation: Operation) -> None:
    for label, request in sent(operation).items():
        expected = list(query(operation, samples(operation)[label]))
        assert sorted(request.query, key=itemgetter(0)) == sorted(expected, key=itemgetter(0)), label
        assert ("?" in request.target) == bool(expected), label


def query(operation: Operation, arguments: Arguments) -> Iterator[tuple[str, str]]:
    """What must stand in the query."""
    for argument in operation.of("query"):
        if argument.name not in arguments:
            continue
        value = arguments[argument.name]
        texts = [_as_text(item) for item in (value if argument.is_array else [value])]
        if argument.joined and texts:
            texts = [",".join(texts)]
        yield from ((argument.wire, text) for text in texts)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@each([operation for operation in OPERATIONS if operation.media == "application/json"])
def test_the_body_holds_what_was_given_and_no_more(operation: Operation) -> None:
    for label, request in sent(operation).items():
        arguments = samples(operation)[label]
        given = {
            argument.wire: arguments[argument.name] for argument in operation.of("body") if argument.name in arguments
        }
        if operation.of("raw"):
            assert_json(request, arguments[operation.of("raw")[0].name])
        elif given or operation.body_required:
            assert_json(request, given)
        else:
            assert_no_content(request)


def assert_json(request: Sent, expected: Any) -> None:
    assert request.header("Content-Type") == "application/json"
    assert request.header("Content-Length") == str(len(request.body))
    assert json.dumps(json.loads(request.body), sort_keys=True) == json.dumps(expected, sort_keys=True)


def assert_no_content(request: Sent) -> None:
    assert request.body == b""
    assert request.header("Content-Type") is None


@each([operation for operation in OPERATIONS if operation.media is None])
def test_an_operation_without_a_body_sends_none(operation: Operation) -> None:
    for request in sent(operation).values():
        assert_no_content(request)


@each([op for op in OPERATIONS if op.of("body") and not any(argument.required for argument in op.of("body"))])
@pytest.mark.parametrize("left", ["out", "UNSET"])
def test_a_body_with_nothing_set_is_sent_only_where_it_must_be(operation: Operation, left: str) -> None:
    arguments = samples(operation)["required only"]
    if left == "UNSET":
        arguments = arguments | {argument.name: UNSET for argument in operation.arguments if not argument.required}
    request = call(operation, arguments)
    if operation.body_required:
        assert_json(request, {})
    else:
        assert_no_content(request)
    assert request.query == []


@each([operation for operation in OPERATIONS if operation.media == "multipart/form-data"])
def test_a_form_holds_what_was_given_and_no_more(operation: Operation) -> None:
    for label, request in sent(operation).items():
        given = samples(operation)[label]
        files = {
            a.wire: Part(a.wire, "application/octet-stream", given[a.name])
            for a in operation.of("file")
            if a.name in given
        }
        fields = {a.wire: Part(None, None, given[a.name].encode()) for a in operation.of("field") if a.name in given}
        assert parts(request) == files | fields, label


@each([operation for operation in OPERATIONS if operation.of("file")])
def test_a_file_keeps_its_name_and_type(operation: Operation) -> None:
    arguments = samples(operation)["everything"]
    for file, media in (
        (File(b"\xff\xd8", "photo of Zoë.jpg"), "image/jpeg"),
        (File(b"\xff\xd8", "photo.jpg", "image/webp"), "image/webp"),
    ):
        for argument in operation.of("file"):
            request = call(operation, arguments | {argument.name: file})
            assert parts(request)[argument.wire] == Part(file.filename, media, b"\xff\xd8")


class Part(NamedTuple):
    """One part of a form."""

    filename: str | None
    media: str | None
    content: bytes


def parts(request: Sent) -> dict[str, Part]:
    """The parts of a form by name."""
    assert (request.header("Content-Type") or "").startswith("multipart/form-data; boundary=")
    start, *found, end = request.body.split(b"--" + request.boundary)
    assert (start, end) == (b"", b"--\r\n")
    return dict(map(_part, found))


def _part(text: bytes) -> tuple[str, Part]:
    head, _, content = text.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
    told = dict(re.findall(r'(\w+)="([^"]*)"', head.decode("utf-8")))
    media = message_from_bytes(head).get("Content-Type")
    return told["name"], Part(told.get("filename"), media, content)


@each(OPERATIONS)
def test_every_request_tells_who_asks_and_for_which_version(operation: Operation) -> None:
    for request in sent(operation).values():
        assert request.header("Authorization") == f"Bearer {KEY}"
        assert request.header("Clerk-API-Version") == CONTRACT.root["info"]["version"]
        assert re.fullmatch(r"clerkkit/\S+ python/\S+ httpx/\S+", request.header("User-Agent") or "")
        assert request.header("Accept") == "application/json"
        assert request.origin == "https://api.clerk.com"


@each([operation for operation in OPERATIONS if operation.needs_key])
def test_the_referee_asks_for_the_key(operation: Operation) -> None:
    request = sent(operation)["everything"]
    stripped = request._replace(headers=[pair for pair in request.headers if pair[0].lower() != b"authorization"])
    assert refusals(contract(), operation, stripped)


# -- what is given, and what becomes of it -------------------------------------------------------------------------


def clothed() -> Iterator[Any]:
    """Every operation with every disguise that changes some of its arguments."""
    for disguise, operations in (
        (as_models, [operation for operation in holding("object") if _takes_models(operation)]),
        (as_floats, holding("integer", "number")),
        (as_views, [operation for operation in OPERATIONS if operation.of("file")] + holding("array", "object")),
    ):
        for operation in operations:
            yield pytest.param(disguise, operation, id=f"{disguise.__name__}-{operation}")


def _takes_models(operation: Operation) -> bool:
    return any("properties" in schema for argument in operation.arguments for schema in within(argument.schema))


@pytest.mark.parametrize(("disguise", "operation"), list(clothed()))
def test_it_does_not_matter_how_a_value_is_held(disguise: Disguise, operation: Operation) -> None:
    differing = 0
    for label, arguments in samples(operation).items():
        given = disguised(operation, arguments, disguise)
        differing += repr(given) != repr(arguments)
        assert call(operation, given).without_boundary() == sent(operation)[label].without_boundary(), label
    assert differing


@each(holding("array", "object"))
def test_arguments_stay_as_they_are(operation: Operation) -> None:
    for label, arguments in samples(operation).items():
        for given in (copy.deepcopy(arguments), disguised(operation, arguments, as_models)):
            before = copy.deepcopy(given)
            call(operation, given)
            assert difference(plain(given), plain(before)) is None, label
            assert given == before, label


@each(holding("array", "object"))
def test_a_request_stays_as_it_is_when_its_arguments_change(operation: Operation) -> None:
    for label, arguments in samples(operation).items():
        given = copy.deepcopy(arguments)
        request = operation.function(**given)
        spoil(given)
        assert send(request).without_boundary() == sent(operation)[label].without_boundary(), label


def spoil(value: Any) -> None:
    """Empty every list and object."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            spoil(inner)
        value.clear()


# -- mistakes ------------------------------------------------------------------------------------------------------


def fate(operation: Operation, mistake: Mistake) -> tuple[str, Request[Any] | None]:
    """What an endpoint function does about a mistake, and the request where it does nothing."""
    try:
        return "built", operation.function(**mistake.given)
    except InvalidArgument as error:
        named = error.argument == mistake.argument.name
        return "refused" if named else f"blamed on {error.argument!r}", None
    except TypeError as error:
        python_says_it = mistake.kind == "left out" and f"'{mistake.argument.name}'" in str(error)
        return "refused by Python" if python_says_it else f"raises {error!r}", None


@each([operation for operation in OPERATIONS if operation.arguments])
def test_a_mistake_is_refused_or_the_contract_catches_it(operation: Operation) -> None:
    slipped = []
    for mistake in mistakes(operation):
        outcome, request = fate(operation, mistake)
        if request is not None:
            caught = refusals(contract(), operation, send(request))
            outcome = "caught" if caught or cannot_be_seen(operation, mistake) else "sent"
        if outcome not in ("refused", "refused by Python", "caught"):
            slipped.append(f"{outcome}: {mistake}")
    assert not slipped


def cannot_be_seen(operation: Operation, mistake: Mistake) -> bool:
    """Whether a mistake leaves a valid request: by the contract, an optional body may be missing as a whole."""
    alone = len(operation.of("body", "raw")) == 1
    return mistake.kind == "UNSET though required" and alone and not operation.body_required


def test_both_the_functions_and_the_contract_have_mistakes_to_find() -> None:
    fates = Counter(fate(operation, mistake)[0] for operation in OPERATIONS for mistake in mistakes(operation))
    assert fates["refused"]
    assert fates["refused by Python"]
    assert fates["built"]


def test_the_referee_knows_more_words_for_booleans_than_a_server() -> None:
    """Why such words are no mistakes above, and why the words of a query are compared one by one."""
    switches = [
        (op, argument.name) for op in OPERATIONS for argument in op.of("query") if types(argument.schema) == ["boolean"]
    ]
    assert switches
    for operation, name in switches:
        for word in ("True", "yes", "1"):
            request = call(operation, samples(operation)["required only"] | {name: word})
            assert not refusals(contract(), operation, request)


# -- types ---------------------------------------------------------------------------------------------------------


@each(OPERATIONS)
def test_no_argument_or_result_is_typed_less_than_the_contract(operation: Operation) -> None:
    signature = inspect.signature(operation.function)
    assert set(signature.parameters) == {argument.name for argument in operation.arguments}
    for argument in operation.arguments:
        parameter = signature.parameters[argument.name]
        assert (parameter.default is inspect.Parameter.empty) == argument.required, argument.name
        assert not list(untyped(argument.schema, parameter.annotation)), argument.name
    result = signature.return_annotation.removeprefix("Request[").removesuffix("]")
    for schema in operation.answers:
        assert not list(untyped(schema, result))


def named_schemas() -> list[str]:
    """The objects with properties that a user gives or gets, by name."""
    roots = [argument.schema for operation in OPERATIONS for argument in operation.arguments]
    roots += [schema for operation in OPERATIONS for schema in operation.answers]
    return sorted({name for root in roots for inner in CONTRACT.within(root) for name in CONTRACT.objects(inner)})


@pytest.mark.parametrize("name", named_schemas())
def test_no_attribute_is_typed_less_than_the_contract(name: str) -> None:
    model = class_of(CONTRACT, name)
    keys = {key: attribute for attribute, key in attributes(model).items()}
    assert keys.keys() == properties_of(model)[0]
    joined = [CONTRACT.properties(other) for document, other in classes()[model] if document is CONTRACT]
    for key, attribute in keys.items():
        schemas = [properties[key] for properties in joined if key in properties]
        for schema in all_told(schemas):
            assert not list(untyped(schema, model.__annotations__[attribute])), key


def all_told(schemas: Sequence[Schema]) -> list[Schema]:
    """What the schemas of one class say of one key: all the values that they list, unless one of them allows any."""
    if len(schemas) == 1:
        return [*schemas]
    options = [option for schema in schemas for option in CONTRACT.options(schema)]
    lists = [option["enum"] for option in options if option.get("type") == "string" and "enum" in option]
    rest = [option for option in options if option.get("type") != "string" or "enum" not in option]
    if lists and not any(option.get("type") == "string" for option in rest):
        rest.append({"type": "string", "enum": sorted({value for values in lists for value in values})})
    return rest


_NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def untyped(schema: Schema, annotation: str) -> Iterator[str]:
    """Places where an annotation has no part for what the schema says; `Any` is a part for nothing."""
    offered = _alternatives(annotation)
    for option in CONTRACT.options(schema):
        for part, inner in _parts(option):
            fitting = [one for one in offered if re.fullmatch(part, one)]
            if not fitting:
                yield f"{annotation} says nothing of {option}"
            elif inner:
                yield from untyped(inner, _last_argument(fitting[0]))


def _parts(option: Schema) -> Iterator[tuple[str, Schema | None]]:
    """The parts that an annotation must have, as patterns, each with the schema of what it holds."""
    target = CONTRACT.follow(option)
    if "enum" in target:
        values = ", ".join(repr(value) for value in target["enum"] if value is not None)
        is_boolean_string = "boolean" in types(target) or target["enum"] == ["false", "true"]
        yield "bool" if is_boolean_string else rf"Literal\[{re.escape(values)}\]", None
    elif "x-sort-keys" in target:
        orders = sorted(sign + key for key in target["x-sort-keys"] for sign in ("", "+", "-"))
        yield rf"Literal\[{re.escape(', '.join(map(repr, orders)))}\]", None
    elif "properties" in target:
        yield class_of(CONTRACT, option["$ref"].rpartition("/")[2]).__name__, None
    else:
        for kind in types(target):
            match kind:
                case "array":
                    yield r"(list|Sequence)\[.*\]", target["items"]
                case "object":
                    extra = target.get("additionalProperties")
                    yield r"(dict|Mapping)\[str, .*\]", extra if isinstance(extra, dict) else None
                case "string" if target.get("format") == "binary":
                    yield "bytes", None
                case _ if kind != "null":
                    yield _NAMES[kind], None


def _alternatives(annotation: str) -> list[str]:
    """The parts of a union, each written as `ast` writes it."""

    def split_up(node: ast.expr) -> Iterator[str]:
        if isinstance(node, ast.BinOp):
            yield from (*split_up(node.left), *split_up(node.right))
        else:
            yield ast.unparse(node)

    return list(split_up(ast.parse(annotation, mode="eval").body))


def _last_argument(annotation: str) -> str:
    node = ast.parse(annotation, mode="eval").body
    assert isinstance(node, ast.Subscript)
    inner = node.slice
    return ast.unparse(inner.elts[-1] if isinstance(inner, ast.Tuple) else inner)
