"""Build operations for the templates from openapi-python-client's endpoints and the contract's facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties.list_property import ListProperty

from clerk_core.pages import PAGE_KEY
from generator.code.compatibility import Shims
from generator.code.docs import Docs
from generator.code.operations import (
    Argument,
    Operation,
    Result,
    Rows,
    argument_name,
    collection,
    deprecation_of,
    is_array,
    placeholders,
    python_name,
)
from generator.code.types import Types
from generator.contract import operation_names
from generator.contract.nodes import (
    DATE_TIME,
    RESPONSE_BY,
    UNIX_MS,
    Node,
    follow,
    is_boolean_string,
    located_operations,
)
from generator.problems import GeneratorProblem


class OperationBuilder:
    """Builds the operations of one contract."""

    def __init__(
        self, contract: Node, parsed: GeneratorData, classes: Mapping[str, str], types: Types, docs: Docs, shims: Shims
    ) -> None:
        self._contract = contract
        self._classes = classes
        self._types = types
        self._docs = docs
        self._shims = shims
        self._parsed = {str(model.class_info.name): model for model in parsed.models}
        # openapi-python-client renames path parameters, so an operation is looked up by its function, not by its path.
        self._addresses = {
            facts[operation_names.KEY]["function"]: (path, method)
            for path, method, facts in located_operations(contract)
        }

    def build(self, endpoint: Any) -> Operation:
        """Return the operation of an endpoint."""
        path, http = self._addresses[endpoint.name]
        facts = self._contract["paths"][path][http]
        arguments, body_required = self._arguments(endpoint, facts, path)
        reader, reads_text = self._reader(endpoint)
        body = next((media for media in facts.get("requestBody", {}).get("content", {})), None)
        rows = self._rows(endpoint) if {"limit", "offset"} <= {argument.wire for argument in arguments} else None
        return Operation(
            function=facts[operation_names.KEY]["function"],
            group=facts[operation_names.KEY]["resource"],
            method=facts[operation_names.KEY]["method"],
            http=http.upper(),
            path=path,
            arguments=arguments,
            results=self._results(endpoint, facts, arguments),
            reader=reader,
            reads_text=reads_text,
            body=body,
            body_required=body_required,
            deprecated=deprecation_of(http, path, facts),
            function_doc=self._docs.function(path, http, facts),
            method_doc=self._docs.method(path, http, facts, arguments),
            rows=rows,
            iterator_doc=self._docs.iterator(path, http, facts, arguments) if rows else "",
            former=[
                shim
                for shim in self._shims.of("argument", facts[operation_names.KEY]["function"])
                if shim.old not in {argument.name for argument in arguments}
            ],
        )

    def _arguments(self, endpoint: Any, facts: Node, path: str) -> tuple[list[Argument], bool]:
        taken: set[str] = set()
        arguments: list[Argument] = []
        declared = {(p["in"], p["name"]): p for p in map(self._resolved, facts.get("parameters", ()))}
        for place in ("path", "query"):
            for prop in getattr(endpoint, f"{place}_parameters"):
                wire = prop.name.get_untrusted_value()
                parameter = declared[place, wire]
                schema = {**self._resolved(parameter["schema"]), **_flags(parameter)}
                annotation = _of_time(_without_null(self._types.annotation(prop, argument=True)), schema)
                name = argument_name(python_name(facts, parameter), place, taken)
                annotation = "bool" if is_boolean_string(schema) else annotation
                comma_joined = parameter.get("explode") is False and is_array(schema)
                arguments.append(Argument(name, wire, place, annotation, prop.required, schema, comma_joined))
        if endpoint.header_parameters or endpoint.cookie_parameters:
            raise GeneratorProblem(f"{endpoint.name}: header and cookie parameters are not supported")
        body_required = False
        for body in endpoint.bodies[:1]:
            content = facts["requestBody"]
            schema = self._resolved(next(iter(content["content"].values()))["schema"])
            body_required = content["required"]
            if not self._types.is_class(body.prop):
                annotation = self._types.annotation(body.prop, argument=True)
                name, wire = (
                    (collection(path), "items") if is_array(schema) else ("body", "json")
                )  # parameters of `Request`
                arguments.append(Argument(name, wire, "raw", annotation, True, schema))
                continue
            model = self._parsed[str(body.prop.class_info.name)]
            for prop in (model.required_properties or []) + (model.optional_properties or []):
                wire = prop.name.get_untrusted_value()
                name = argument_name(wire, "body", taken)
                inner = self._resolved(schema["properties"][wire])
                annotation = _of_time(self._types.annotation(prop, argument=True), inner)
                place = "file" if "BinaryIO" in annotation else "body"
                arguments.append(Argument(name, wire, place, annotation, prop.required, inner))
        order = {name: index for index, name in enumerate(placeholders(path))}
        arguments.sort(key=lambda a: (a.place != "path", order.get(a.wire, 0), not a.required, a.name))
        return arguments, body_required

    def _reader(self, endpoint: Any) -> tuple[str, bool]:
        """Return the expression that reads a response, and whether it reads text."""
        success = _success(endpoint)
        if success is None:
            return "nothing", False
        return self._types.reader(success.prop) or "as_is", "text" in success.source["attribute"]

    def _results(self, endpoint: Any, facts: Node, arguments: list[Argument]) -> list[Result]:
        success = _success(endpoint)
        if success is None:
            return [Result("None")]
        results = [Result(self._types.annotation(success.prop))]
        parts = [self._types.annotation(inner) for inner in getattr(success.prop, "inner_properties", ())]
        bare, pages = [[part for part in parts if part.startswith("list[") is is_list] for is_list in (True, False)]
        if any(argument.wire == "paginated" for argument in arguments) and len(bare) == len(pages) == 1:
            results.insert(0, Result(pages[0], "paginated", "Literal[True]"))
            results.insert(0, Result(bare[0], "paginated", "Literal[False] | Unset = UNSET"))
        for argument in arguments:
            schemas = facts.get(RESPONSE_BY, {}).get(argument.wire, {})
            if schemas and set(schemas.values()) <= self._classes.keys():
                results[:0] = [_result_by(argument, value, self._classes[name]) for value, name in schemas.items()]
        return results

    def _rows(self, endpoint: Any) -> Rows | None:
        """Return the rows of a bare list or of a page; if a page has several lists, those under `data`."""
        success = _success(endpoint)
        shapes = [] if success is None else getattr(success.prop, "inner_properties", [success.prop])
        key, rows = PAGE_KEY, next((shape for shape in shapes if isinstance(shape, ListProperty)), None)
        for shape in filter(self._types.is_class, shapes):
            page = self._parsed[str(shape.class_info.name)]
            properties = (page.required_properties or []) + (page.optional_properties or [])
            lists = {p.name.get_untrusted_value(): p for p in properties if isinstance(p, ListProperty)}
            key = PAGE_KEY if PAGE_KEY in lists or len(lists) != 1 else next(iter(lists))
            rows = rows or lists.get(key)
        reader = self._types.reader(rows.inner_property) if rows else None
        return Rows(self._types.annotation(rows.inner_property), reader, key) if rows and reader else None

    def _resolved(self, node: Node) -> Node:
        return follow(self._contract, node)


def _result_by(argument: Argument, value: str, result: str) -> Result:
    """Return the result for one value of an argument."""
    null = " | None" if "None" in argument.annotation else ""
    default = f"{null} | Unset = UNSET" if argument.schema.get("default") == value else ""
    return Result(result, argument.wire, f'Literal["{value}"]{default}')


def _success(endpoint: Any) -> Any:
    """Return the successful response with content, or None."""
    return next((r for r in endpoint.responses.patterns if r.source["attribute"] != "None"), None)


def _flags(parameter: Node) -> Node:
    return {"deprecated": True} if parameter.get("deprecated") else {}


def _without_null(annotation: str) -> str:
    """Remove null, which queries and paths do not have: the argument can be left out instead."""
    return annotation.removesuffix(" | None")


def _of_time(annotation: str, schema: Node) -> str:
    """Return the annotation of an argument; times accept all supported types."""
    if schema.get("format") not in (UNIX_MS, DATE_TIME):
        return annotation
    return "int | str | datetime" + (" | None" if annotation.endswith("| None") else "")
