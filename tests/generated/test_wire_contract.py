"""Requests fit the contract: checked by openapi-core, and by comparing their parts with the arguments."""

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
    call,
    clerks_document,
    client,
    contract,
    each,
    holding,
    ids,
    in_path,
    operation_at,
    refusals,
    send,
    sent,
)
from tests.generated.wire_mistakes import Mistake, mistakes
from tests.generated.wire_samples import (
    OPERATIONS,
    Arguments,
    Conversion,
    Operation,
    as_floats,
    as_models,
    as_views,
    converted,
    samples,
    types,
    within,
)

# openapi-core warns about deprecated arguments, which every sample with all arguments has.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:\w+ parameter is deprecated:DeprecationWarning:openapi_core",
    "ignore:Use of allowEmptyValue property is deprecated:DeprecationWarning:openapi_core",
)

# -- completeness --------------------------------------------------------------------------------------------------


def test_endpoint_functions_equal_the_operations() -> None:
    expected = Counter(operation.function.__name__ for operation in OPERATIONS)
    assert Counter(clerk_bapi.api.__all__) == expected


@pytest.mark.parametrize("kind", [clerk_bapi.Client, clerk_bapi.AsyncClient])
def test_methods_equal_the_operations(kind: type[Any]) -> None:
    made = kind(KEY)
    groups = {operation.group for operation in OPERATIONS}
    assert {name for name, value in vars(kind).items() if isinstance(value, functools.cached_property)} == groups
    found = {(group, name) for group in groups for name in dir(getattr(made, group)) if not name.startswith("_")}
    walks = {(group, name) for group, name in found if name.startswith("iterate")}
    assert found - walks == {(operation.group, operation.member) for operation in OPERATIONS}
    paged = [op for op in OPERATIONS if {"limit", "offset"} <= set(inspect.signature(op.function).parameters)]
    assert len(walks) == len(paged)


@each(OPERATIONS)
def test_method_sends_the_request_of_its_endpoint_function(operation: Operation) -> None:
    sender, recorder = client()
    method = getattr(getattr(sender, operation.group), operation.member)
    for label, arguments in samples(operation).items():
        positional, keywords = split(operation, arguments)
        method(*positional, **keywords)
        assert recorder.one().without_boundary() == sent(operation)[label].without_boundary(), label


@each(OPERATIONS)
def test_async_method_sends_the_request_of_its_endpoint_function(operation: Operation) -> None:
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
    """Return the ids, in the order of the path, and all other arguments as keywords."""
    names = [argument.name for argument in operation.of("path")]
    return [arguments[name] for name in names], {name: arguments[name] for name in arguments if name not in names}


# -- valid requests ------------------------------------------------------------------------------------------------


@each(OPERATIONS)
def test_requests_are_valid_by_the_contract(operation: Operation) -> None:
    for label, request in sent(operation).items():
        assert operation_at(request) == operation.id, label
        assert not refusals(contract(), operation, request), label


class DocumentException(NamedTuple):
    """Arguments that Clerk's document rejects and the contract accepts."""

    reason: str
    concerns: Callable[[Arguments], bool]


def _null_in_an_enum(name: str) -> DocumentException:
    return DocumentException(
        f"`{name}` is nullable, but its enum has no null: by the letter of OpenAPI 3.0, it cannot be null",
        lambda arguments: arguments.get(name, UNSET) is None,
    )


EXCEPTIONS = {
    "UpdateInstance": _null_in_an_enum("preferred_sign_in_strategy_when_password_required"),
    "UpdateRoleSet": _null_in_an_enum("type"),
    "RefreshSession": _null_in_an_enum("format"),
    "CreateSAMLConnection": DocumentException(
        "either `domain` or `domains` is required, which a signature cannot say, and so the contract does not",
        lambda arguments: not arguments.keys() & {"domain", "domains"},
    ),
}


@each(OPERATIONS)
def test_requests_are_valid_by_clerks_document(operation: Operation) -> None:
    exception = EXCEPTIONS.get(operation.id)
    for label, request in sent(operation).items():
        rejects = exception is not None and exception.concerns(samples(operation)[label])
        assert bool(refusals(clerks_document(), operation, request)) == rejects, label


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_clerks_document_rejects_the_listed_exceptions(name: str) -> None:
    (operation,) = (operation for operation in OPERATIONS if operation.id == name)
    concerned = [label for label, arguments in samples(operation).items() if EXCEPTIONS[name].concerns(arguments)]
    assert concerned, EXCEPTIONS[name].reason
    assert all(refusals(clerks_document(), operation, sent(operation)[label]) for label in concerned)


@each(OPERATIONS)
def test_path_contains_every_id(operation: Operation) -> None:
    for label, request in sent(operation).items():
        arguments = samples(operation)[label]
        expected = {argument.wire: in_path(argument, arguments[argument.name]) for argument in operation.of("path")}
        assert ids(request.path, operation.path) == expected, label
        assert re.fullmatch(r"(/([A-Za-z0-9._~-]|%[0-9A-F]{2})+)+", request.path), request.path
        assert request.method == operation.method


@each(OPERATIONS)
def test_query_contains_exactly_the_arguments(operation: Operation) -> None:
    for label, request in sent(operation).items():
        expected = list(query(operation, samples(operation)[label]))
        assert sorted(request.query, key=itemgetter(0)) == sorted(expected, key=itemgetter(0)), label
        assert ("?" in request.target) == bool(expected), label


def query(operation: Operation, arguments: Arguments) -> Iterator[tuple[str, str]]:
    """Return the expected query."""
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
def test_body_contains_exactly_the_arguments(operation: Operation) -> None:
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
def test_operation_without_a_body_sends_no_content(operation: Operation) -> None:
    for request in sent(operation).values():
        assert_no_content(request)


@each([op for op in OPERATIONS if op.of("body") and not any(argument.required for argument in op.of("body"))])
@pytest.mark.parametrize("left", ["out", "UNSET"])
def test_empty_body_is_sent_only_if_required(operation: Operation, left: str) -> None:
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
def test_form_contains_exactly_the_arguments(operation: Operation) -> None:
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
def test_file_has_its_name_and_content_type(operation: Operation) -> None:
    arguments = samples(operation)["everything"]
    for file, media in (
        (File(b"\xff\xd8", "photo of Zoë.jpg"), "image/jpeg"),
        (File(b"\xff\xd8", "photo.jpg", "image/webp"), "image/webp"),
    ):
        for argument in operation.of("file"):
            request = call(operation, arguments | {argument.name: file})
            assert parts(request)[argument.wire] == Part(file.filename, media, b"\xff\xd8")


class Part(NamedTuple):
    """A part of a form."""

    filename: str | None
    media: str | None
    content: bytes


def parts(request: Sent) -> dict[str, Part]:
    """Return the parts of a form by name."""
    assert (request.header("Content-Type") or "").startswith("multipart/form-data; boundary=")
    start, *found, end = request.body.split(b"--" + request.boundary)
    assert (start, end) == (b"", b"--\r\n")
    return dict(map(_part, found))


def _part(text: bytes) -> tuple[str, Part]:
    head, _, content = text.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
    directives = dict(re.findall(r'(\w+)="([^"]*)"', head.decode("utf-8")))
    media = message_from_bytes(head).get("Content-Type")
    return directives["name"], Part(directives.get("filename"), media, content)


@each(OPERATIONS)
def test_requests_have_key_and_version_headers(operation: Operation) -> None:
    for request in sent(operation).values():
        assert request.header("Authorization") == f"Bearer {KEY}"
        assert request.header("Clerk-API-Version") == CONTRACT.root["info"]["version"]
        assert re.fullmatch(r"clerkkit/\S+ python/\S+ httpx/\S+", request.header("User-Agent") or "")
        assert request.header("Accept") == "application/json"
        assert request.origin == "https://api.clerk.com"


@each([operation for operation in OPERATIONS if operation.needs_key])
def test_openapi_core_requires_the_key(operation: Operation) -> None:
    request = sent(operation)["everything"]
    stripped = request._replace(headers=[pair for pair in request.headers if pair[0].lower() != b"authorization"])
    assert refusals(contract(), operation, stripped)


# -- types of arguments, and later changes -------------------------------------------------------------------------


def operations_with_other_types() -> Iterator[Any]:
    """Yield every operation with each conversion that changes some of its arguments."""
    for conversion, operations in (
        (as_models, [operation for operation in holding("object") if _takes_models(operation)]),
        (as_floats, holding("integer", "number")),
        (as_views, [operation for operation in OPERATIONS if operation.of("file")] + holding("array", "object")),
    ):
        for operation in operations:
            yield pytest.param(conversion, operation, id=f"{conversion.__name__}-{operation}")


def _takes_models(operation: Operation) -> bool:
    return any("properties" in schema for argument in operation.arguments for schema in within(argument.schema))


@pytest.mark.parametrize(("conversion", "operation"), list(operations_with_other_types()))
def test_equal_values_of_other_types_are_sent_alike(conversion: Conversion, operation: Operation) -> None:
    differing = 0
    for label, arguments in samples(operation).items():
        given = converted(operation, arguments, conversion)
        differing += repr(given) != repr(arguments)
        assert call(operation, given).without_boundary() == sent(operation)[label].without_boundary(), label
    assert differing


@each(holding("array", "object"))
def test_arguments_are_not_changed(operation: Operation) -> None:
    for label, arguments in samples(operation).items():
        for given in (copy.deepcopy(arguments), converted(operation, arguments, as_models)):
            before = copy.deepcopy(given)
            call(operation, given)
            assert difference(plain(given), plain(before)) is None, label
            assert given == before, label


@each(holding("array", "object"))
def test_request_does_not_change_with_its_arguments(operation: Operation) -> None:
    for label, arguments in samples(operation).items():
        given = copy.deepcopy(arguments)
        request = operation.function(**given)
        clear_all(given)
        assert send(request).without_boundary() == sent(operation)[label].without_boundary(), label


def clear_all(value: Any) -> None:
    """Clear every list and object."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            clear_all(inner)
        value.clear()


# -- mistakes ------------------------------------------------------------------------------------------------------


def outcome_of(operation: Operation, mistake: Mistake) -> tuple[str, Request[Any] | None]:
    """Return how an endpoint function handles a mistake, and the request if it creates one."""
    try:
        return "built", operation.function(**mistake.given)
    except InvalidArgument as error:
        named = error.argument == mistake.argument.name
        return "refused" if named else f"blamed on {error.argument!r}", None
    except TypeError as error:
        python_says_it = mistake.kind == "left out" and f"'{mistake.argument.name}'" in str(error)
        return "refused by Python" if python_says_it else f"raises {error!r}", None


@each([operation for operation in OPERATIONS if operation.arguments])
def test_mistakes_are_rejected_by_the_function_or_by_the_contract(operation: Operation) -> None:
    missed = []
    for mistake in mistakes(operation):
        outcome, request = outcome_of(operation, mistake)
        if request is not None:
            caught = refusals(contract(), operation, send(request))
            outcome = "caught" if caught or is_valid_without_body(operation, mistake) else "sent"
        if outcome not in ("refused", "refused by Python", "caught"):
            missed.append(f"{outcome}: {mistake}")
    assert not missed


def is_valid_without_body(operation: Operation, mistake: Mistake) -> bool:
    """Return whether the request is valid despite the mistake, because the contract allows to omit the whole body."""
    alone = len(operation.of("body", "raw")) == 1
    return mistake.kind == "UNSET though required" and alone and not operation.body_required


def test_mistakes_cover_functions_python_and_contract() -> None:
    outcomes = Counter(outcome_of(operation, mistake)[0] for operation in OPERATIONS for mistake in mistakes(operation))
    assert outcomes["refused"]
    assert outcomes["refused by Python"]
    assert outcomes["built"]


def test_openapi_core_accepts_more_spellings_of_booleans_than_servers() -> None:
    """So these spellings are not among the mistakes, and queries are compared as strings."""
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
def test_types_of_arguments_and_results_cover_the_contract(operation: Operation) -> None:
    signature = inspect.signature(operation.function)
    assert set(signature.parameters) == {argument.name for argument in operation.arguments}
    for argument in operation.arguments:
        parameter = signature.parameters[argument.name]
        assert (parameter.default is inspect.Parameter.empty) == argument.required, argument.name
        assert not list(untyped(argument.schema, parameter.annotation)), argument.name
    result = signature.return_annotation.removeprefix("Request[").removesuffix("]")
    for schema in operation.results:
        assert not list(untyped(schema, result))


def named_schemas() -> list[str]:
    """Return the names of all objects with properties in arguments and results."""
    roots = [argument.schema for operation in OPERATIONS for argument in operation.arguments]
    roots += [schema for operation in OPERATIONS for schema in operation.results]
    return sorted({name for root in roots for inner in CONTRACT.within(root) for name in CONTRACT.objects(inner)})


@pytest.mark.parametrize("name", named_schemas())
def test_types_of_attributes_cover_the_contract(name: str) -> None:
    model = class_of(CONTRACT, name)
    keys = {key: attribute for attribute, key in attributes(model).items()}
    assert keys.keys() == properties_of(model)[0]
    joined = [CONTRACT.properties(other) for document, other in classes()[model] if document is CONTRACT]
    for key, attribute in keys.items():
        schemas = [properties[key] for properties in joined if key in properties]
        for schema in combined(schemas):
            assert not list(untyped(schema, model.__annotations__[attribute])), key


def combined(schemas: Sequence[Schema]) -> list[Schema]:
    """Return the combined schemas of a key of one class: all listed values, unless one schema allows any value."""
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
    """Yield the parts of a schema that an annotation does not cover; `Any` covers nothing."""
    offered = _alternatives(annotation)
    for option in CONTRACT.options(schema):
        for part, inner in _parts(option):
            fitting = [one for one in offered if re.fullmatch(part, one)]
            if not fitting:
                yield f"{annotation} says nothing of {option}"
            elif inner:
                yield from untyped(inner, _last_argument(fitting[0]))


def _parts(option: Schema) -> Iterator[tuple[str, Schema | None]]:
    """Yield the parts that an annotation must have, as patterns, each with the schema of its items."""
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
    """Return the parts of a union, formatted by `ast`."""

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
