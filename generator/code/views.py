"""What the templates are given: openapi-python-client's parse, joined with the facts that it does not keep."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from types import MappingProxyType
from typing import Any

import attrs
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties.list_property import ListProperty

from clerk_core import AsyncClient, Client, Model, Page
from clerk_core.pages import PAGE_KEY
from generator.code import naming, reach
from generator.code.compatibility import NO_SHIMS, Shim, Shims, applicable
from generator.code.computed import Computed, Rules, computed
from generator.code.docs import Docs
from generator.code.model_names import Models
from generator.code.operations import (
    Argument,
    Operation,
    Result,
    Rows,
    argument_name,
    collection,
    deprecation_of,
    is_array,
    iterator_of,
    placeholders,
    python_name,
)
from generator.code.types import Types
from generator.contract import names
from generator.contract.normalise import ANSWER_BY, DATE_TIME, METHODS, UNIX_MS, Node, follow, is_switch
from generator.problems import GeneratorProblem

SHARED = "shared"
_OF_CORE = ("ErrorDetail",)
"""Classes that core has, because its own errors hold them; generated code imports them."""


@attrs.frozen
class Attribute:
    """One attribute of a model."""

    name: str
    key: str
    annotation: str
    required: bool
    default: str

    @property
    def declaration(self) -> str:
        """The line in the class body."""
        start = f"{self.name}: {self.annotation}"
        if self.name != self.key:
            default = "" if self.required else f", default={self.default}"
            return f'{start} = renamed("{self.key}"{default})'
        return start if self.required else f"{start} = {self.default}"


@attrs.frozen
class ModelView:
    """One class."""

    name: str
    module: str
    doc: str
    base: str
    """The class that it is made from, as the code names it: `Model`, or `Page[...]` with the class of its rows."""
    is_core: bool
    """Whether core has the class."""
    rows: str
    """The attribute that holds the rows of a page; empty where it is none."""
    attributes: list[Attribute]
    readers: dict[str, str]
    computed: list[Computed]
    is_open: bool
    """Whether it takes keys that it does not declare."""
    keys: dict[str, str]
    """The annotations of the dict that may be sent in its place, by key; empty if there is none."""

    @property
    def code(self) -> list[str]:
        """What its code names."""
        named = [attribute.annotation for attribute in self.attributes]
        return [self.base, *named, *self.readers.values(), *self.keys.values()]

    @property
    def signature(self) -> str:
        """The arguments that make one."""
        arguments = (
            f"{one.name}: {one.annotation}{'' if one.required else f' = {one.default}'}" for one in self.attributes
        )
        return f"self, *, {', '.join(arguments)}, **undeclared: Any"


class Views:
    """All operations and models of one contract, with the events' beside them."""

    def __init__(
        self,
        parsed: GeneratorData,
        models: Models,
        docs: Docs,
        shims: Shims = NO_SHIMS,
        computed_attributes: Rules = MappingProxyType({}),
    ) -> None:
        contract = models.facts
        self._contract = contract
        self._computed = computed_attributes
        self.shims = shims
        self._docs = docs
        self._facts: Node = contract["components"]["schemas"]
        self._schemas = models.schemas
        self._classes = models.of_contract
        self._parsed = {str(model.class_info.name): model for model in parsed.models}
        self.types = Types(self._facts)
        # openapi-python-client renames a path's parameters: the operation is found by its name.
        self._addresses = {
            names.snake(item[method]["operationId"]): (path, method)
            for path, item in contract["paths"].items()
            for method in METHODS
            if method in item
        }
        self.operations = sorted(self._operations(parsed), key=lambda op: (op.group, op.deprecated != "", op.function))
        self._check_unique()
        self.groups = sorted({operation.group for operation in self.operations})
        self._places = self._modules()
        self._answers = self._come_back()
        sent = {self.types.dict_of(cls): self._places[cls] for cls in self._sent()}
        self._dicts = {name: module for name, module in sent.items() if name.isidentifier()}
        self.models = {name: self._model(name) for name in sorted(self._places)}
        self.shims, self.skipped = self._applicable_shims()

    # -- operations ----------------------------------------------------------------------------------------------

    def _operations(self, parsed: GeneratorData) -> Iterator[Operation]:
        for tagged in parsed.endpoint_collections_by_tag.values():
            for endpoint in tagged.endpoints:
                yield self._operation(endpoint)

    def _operation(self, endpoint: Any) -> Operation:
        path, http = self._addresses[endpoint.name]
        facts = self._contract["paths"][path][http]
        arguments, body_required = self._arguments(endpoint, facts, path)
        reader, reads_text = self._reader(endpoint)
        body = next((media for media in facts.get("requestBody", {}).get("content", {})), None)
        rows = self._rows(endpoint) if {"limit", "offset"} <= {argument.wire for argument in arguments} else None
        return Operation(
            function=facts[naming.KEY]["function"],
            group=facts[naming.KEY]["resource"],
            method=facts[naming.KEY]["method"],
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
                for shim in self.shims.of("argument", facts[naming.KEY]["function"])
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
                annotation = _of_time(_without_null(self.types.annotation(prop, argument=True)), schema)
                name = argument_name(python_name(facts, parameter), place, taken)
                annotation = "bool" if is_switch(schema) else annotation
                comma_joined = parameter.get("explode") is False and is_array(schema)
                arguments.append(Argument(name, wire, place, annotation, prop.required, schema, comma_joined))
        if endpoint.header_parameters or endpoint.cookie_parameters:
            raise GeneratorProblem(f"{endpoint.name}: header and cookie parameters have no home yet")
        body_required = False
        for body in endpoint.bodies[:1]:
            content = facts["requestBody"]
            schema = self._resolved(next(iter(content["content"].values()))["schema"])
            body_required = content["required"]
            if not self.types.is_class(body.prop):
                annotation = self.types.annotation(body.prop, argument=True)
                name, wire = (collection(path), "items") if is_array(schema) else ("body", "json")  # as `Request`
                arguments.append(Argument(name, wire, "raw", annotation, True, schema))
                continue
            model = self._parsed[str(body.prop.class_info.name)]
            for prop in (model.required_properties or []) + (model.optional_properties or []):
                wire = prop.name.get_untrusted_value()
                name = argument_name(wire, "body", taken)
                inner = self._resolved(schema["properties"][wire])
                annotation = _of_time(self.types.annotation(prop, argument=True), inner)
                place = "file" if "BinaryIO" in annotation else "body"
                arguments.append(Argument(name, wire, place, annotation, prop.required, inner))
        order = {name: index for index, name in enumerate(placeholders(path))}
        arguments.sort(key=lambda a: (a.place != "path", order.get(a.wire, 0), not a.required, a.name))
        return arguments, body_required

    def _reader(self, endpoint: Any) -> tuple[str, bool]:
        """The expression that reads an answer, and whether it reads text."""
        answer = _answer(endpoint)
        if answer is None:
            return "nothing", False
        return self.types.reader(answer.prop) or "as_is", "text" in answer.source["attribute"]

    def _results(self, endpoint: Any, facts: Node, arguments: list[Argument]) -> list[Result]:
        answer = _answer(endpoint)
        if answer is None:
            return [Result("None")]
        results = [Result(self.types.annotation(answer.prop))]
        parts = [self.types.annotation(inner) for inner in getattr(answer.prop, "inner_properties", ())]
        bare, pages = [[part for part in parts if part.startswith("list[") is is_list] for is_list in (True, False)]
        if any(argument.wire == "paginated" for argument in arguments) and len(bare) == len(pages) == 1:
            results.insert(0, Result(pages[0], "paginated", "Literal[True]"))
            results.insert(0, Result(bare[0], "paginated", "Literal[False] | Unset = UNSET"))
        for argument in arguments:
            schemas = facts.get(ANSWER_BY, {}).get(argument.wire, {})
            if schemas and set(schemas.values()) <= self._classes.keys():
                results[:0] = [_result_by(argument, value, self._classes[name]) for value, name in schemas.items()]
        return results

    def _rows(self, endpoint: Any) -> Rows | None:
        """The rows of a bare list or of a page; of several lists in a page, those under `data`."""
        answer = _answer(endpoint)
        shapes = [] if answer is None else getattr(answer.prop, "inner_properties", [answer.prop])
        key, rows = PAGE_KEY, next((shape for shape in shapes if isinstance(shape, ListProperty)), None)
        for shape in filter(self.types.is_class, shapes):
            page = self._parsed[str(shape.class_info.name)]
            properties = (page.required_properties or []) + (page.optional_properties or [])
            lists = {p.name.get_untrusted_value(): p for p in properties if isinstance(p, ListProperty)}
            key = PAGE_KEY if PAGE_KEY in lists or len(lists) != 1 else next(iter(lists))
            rows = rows or lists.get(key)
        reader = self.types.reader(rows.inner_property) if rows else None
        return Rows(self.types.annotation(rows.inner_property), reader, key) if rows and reader else None

    def _check_unique(self) -> None:
        for what, keys in (
            ("function", [op.function for op in self.operations]),
            ("method", [f"{op.group}.{name}" for op in self.operations for name in _methods(op)]),
        ):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise GeneratorProblem(f"two operations want the {what} {twice[0]}")

    def taken_elsewhere(self, operation: Operation, attribute: str) -> dict[str, str]:
        """Keywords that an update does not take -> what does: an update of a part, such as `/users/{user_id}/metadata`.

        `attribute` names them: by their `method`, or by their `function`.
        """
        found: dict[str, list[str]] = {}
        own = {argument.name for argument in operation.now_or_then}
        for other in sorted(self.operations, key=lambda op: op.http) if operation.http == "PATCH" else ():
            is_part = other.path.startswith(f"{operation.path}/") and other.path.count("{") == operation.path.count("{")
            if is_part and other.group == operation.group and other.http in ("PATCH", "PUT"):
                for argument in other.of("body"):
                    if argument.name not in own:
                        found.setdefault(argument.name, []).append(getattr(other, attribute))
        return {name: " or ".join(others) for name, others in sorted(found.items())}

    # -- old names -----------------------------------------------------------------------------------------------

    def old_functions(self, group: str) -> list[tuple[Shim, Operation]]:
        """The old names of a resource's endpoint functions."""
        functions = {operation.function: operation for operation in self.operations if operation.group == group}
        return [(shim, functions[shim.new]) for shim in self.shims.of("function") if shim.new in functions]

    def old_methods(self, group: str) -> list[tuple[Shim, Operation]]:
        """The old names of a resource's methods."""
        methods = {operation.method: operation for operation in self.operations if operation.group == group}
        return [(shim, methods[shim.new]) for shim in self.shims.of("method", group)]

    def old_walks(self, group: str) -> list[tuple[Shim, Operation]]:
        """The old names of a resource's walks over all pages, which follow those of its methods."""
        walks = [
            (attrs.evolve(shim, old=iterator_of(shim.old), new=operation.iterator), operation)
            for shim, operation in self.old_methods(group)
            if operation.rows
        ]
        return [(shim, operation) for shim, operation in walks if shim.old != shim.new]

    def _applicable_shims(self) -> tuple[Shims, list[str]]:
        """The entries that this contract needs, and a word about each that it does not."""
        for shim in self.shims.of("resource"):
            if hasattr(Client, shim.old) or hasattr(AsyncClient, shim.old):
                raise GeneratorProblem(f"compatibility.yaml: {shim}: is there still, as a name of the client")
        arguments = {operation.function: operation.arguments for operation in self.operations}
        return applicable(
            self.shims,
            {
                "argument": lambda function: [argument.name for argument in arguments.get(function, ())],
                "function": lambda _: arguments,
                "method": lambda group: [op.method for op in self.operations if op.group == group],
                "model": lambda _: self.models,
                "resource": lambda _: self.groups,
            },
        )

    # -- models --------------------------------------------------------------------------------------------------

    def _modules(self) -> dict[str, str]:
        """Class -> module: that of the one group which reaches it, or the shared one."""
        reached: dict[str, set[str]] = {}
        for operation in reach.operations(self._contract):
            for cls in reach.objects(self._contract, reach.of_operation(self._contract, operation)):
                reached.setdefault(cls, set()).add(operation[naming.KEY]["resource"])
        return {cls: groups.pop() if len(groups) == 1 else SHARED for cls, groups in reached.items()}

    def _sent(self) -> set[str]:
        """Classes whose objects callers send, within others too."""
        operations = reach.operations(self._contract)
        given = (schema for operation in operations for schema in reach.given(self._contract, operation))
        return reach.objects(self._contract, given)

    def class_of(self, schema: Node) -> str:
        """The class that a reference leads to."""
        return str(schema["$ref"]).removeprefix(reach.SCHEMA)

    def model_set(self, schemas: Iterable[Node]) -> list[ModelView]:
        """The classes reachable from `schemas` that no operation reaches."""
        return [self._model(name) for name in sorted(reach.objects(self._contract, schemas) - set(self._places))]

    def _model(self, name: str) -> ModelView:
        parsed = self._parsed[name]
        facts = self._facts[name]
        request_only = name not in self._answers
        attributes: list[Attribute] = []
        readers: dict[str, str] = {}
        keys: dict[str, str] = {}
        optional = "UNSET" if request_only else "None"
        rules = self._computed.get(name, {})
        page = reach.rows(self._contract, facts)
        taken = {*rules, *vars(Page)} if page else {*rules}
        for prop in sorted(
            (parsed.required_properties or []) + (parsed.optional_properties or []),
            key=lambda p: (not p.required, p.name.get_untrusted_value()),
        ):
            key = prop.name.get_untrusted_value()
            annotation = self.types.annotation(prop, argument=request_only)
            if not prop.required:
                annotation = f"{annotation} | Unset" if request_only else _or_none(annotation)
            attributes.append(Attribute(attribute_name(key, taken), key, annotation, prop.required, optional))
            reader = self.types.reader(prop)
            if reader:
                readers[key] = reader
            if self.types.dict_of(name) in self._dicts:
                given = self.types.annotation(prop, argument=True)
                keys[key] = given if prop.required else f"NotRequired[{given}]"
        return ModelView(
            name=name,
            module=self._places.get(name, ""),
            doc=self._docs.schema(
                [name, *self._schemas[name]],
                facts,
                {attribute.key: attribute.name for attribute in attributes} if request_only else None,
            ),
            base=f"Page[{page[1]}]" if page else "Model",
            is_core=name in _OF_CORE,
            rows=attribute_name(page[0], taken) if page else "",
            attributes=attributes,
            readers=readers,
            computed=computed(rules, {one.key: (one.name, one.annotation) for one in attributes}),
            is_open=self.types.is_open(name),
            keys=keys,
        )

    def _come_back(self) -> set[str]:
        """Classes that the server sends; the others are only ever sent to it."""
        contract = self._contract
        sent = [body for operation in reach.operations(contract) for body in reach.answers(contract, operation)]
        return reach.objects(contract, [*sent, *(body for _, body in reach.events(contract))])

    def imports(self, texts: Iterable[str], module: str | None = None) -> dict[str, list[str]]:
        """Module -> classes that the code in `texts` names, apart from those of `module` itself."""
        found: dict[str, list[str]] = {}
        words = {word for text in texts for word in re.findall(r"[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", text))}
        places = self._places | self._dicts
        for word in sorted(words & places.keys()):
            if places[word] != module:
                found.setdefault(places[word], []).append(word)
        return dict(sorted(found.items()))

    def _resolved(self, node: Node) -> Node:
        return follow(self._contract, node)


def _result_by(argument: Argument, value: str, result: str) -> Result:
    """What is returned for one value of an argument, which may be its default."""
    null = " | None" if "None" in argument.annotation else ""
    default = f"{null} | Unset = UNSET" if argument.schema.get("default") == value else ""
    return Result(result, argument.wire, f'Literal["{value}"]{default}')


def _methods(operation: Operation) -> list[str]:
    return [operation.method, operation.iterator] if operation.rows else [operation.method]


def _answer(endpoint: Any) -> Any:
    """The answer that is no error and has content; None where there is none."""
    return next((r for r in endpoint.responses.patterns if r.source["attribute"] != "None"), None)


def attribute_name(key: str, taken: Collection[str] = ()) -> str:
    """The attribute that stands for a JSON key; `taken` are attributes that the model computes."""
    name = key if key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("_") else names.snake(key)
    return f"{names.snake(key)}_" if hasattr(Model, name) or name in taken else name


def _flags(parameter: Node) -> Node:
    return {"deprecated": True} if parameter.get("deprecated") else {}


def _without_null(annotation: str) -> str:
    """Query and path have no null; leaving the argument out says the same."""
    return annotation.removesuffix(" | None")


def _of_time(annotation: str, schema: Node) -> str:
    """The annotation of an argument that may be a time, in each form that a time can be given in."""
    if schema.get("format") not in (UNIX_MS, DATE_TIME):
        return annotation
    return "int | str | datetime" + (" | None" if annotation.endswith("| None") else "")


def _or_none(annotation: str) -> str:
    return annotation if annotation == "Any" or annotation.endswith("None") else f"{annotation} | None"
