"""Everything the templates need: the operations and models of one contract, sorted into modules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

import attrs
from openapi_python_client.parser import GeneratorData

from clerk_core import AsyncClient, Client
from generator.code.compatibility import NO_SHIMS, Shim, Shims, applicable
from generator.code.computed_attributes import Rules
from generator.code.docs import Docs
from generator.code.model_builder import ModelBuilder, ModelView
from generator.code.operation_builder import OperationBuilder
from generator.code.operations import Operation
from generator.code.types import Types
from generator.contract import operation_names, reachable
from generator.contract.class_names import Models
from generator.contract.naming_rules import iterator_of
from generator.contract.nodes import Node
from generator.problems import GeneratorProblem

SHARED = "shared"


class Views:
    """All operations and models of one contract, including the models of its events."""

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
        self.shims = shims
        self.types = Types(contract["components"]["schemas"])
        operation_builder = OperationBuilder(contract, parsed, models.of_contract, self.types, docs, shims)
        operations = (
            operation_builder.build(endpoint)
            for tagged in parsed.endpoint_collections_by_tag.values()
            for endpoint in tagged.endpoints
        )
        self.operations = sorted(operations, key=lambda op: (op.group, op.deprecated != "", op.function))
        self._check_unique()
        self.groups = sorted({operation.group for operation in self.operations})
        self._modules = self._modules_of_classes()
        sent = {self.types.dict_of(cls): self._modules[cls] for cls in self._sent()}
        self._dicts = {name: module for name, module in sent.items() if name.isidentifier()}
        self._model_builder = ModelBuilder(
            contract,
            parsed,
            models.schemas,
            self.types,
            docs,
            computed_attributes,
            modules=self._modules,
            dicts=self._dicts,
        )
        self.models = {name: self._model_builder.build(name) for name in sorted(self._modules)}
        self.shims, self.skipped = self._applicable_shims()

    # -- operations ----------------------------------------------------------------------------------------------

    def _check_unique(self) -> None:
        for what, keys in (
            ("function", [op.function for op in self.operations]),
            ("method", [f"{op.group}.{name}" for op in self.operations for name in _methods(op)]),
        ):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise GeneratorProblem(f"two operations have the {what} {twice[0]}")

    def taken_elsewhere(self, operation: Operation, attribute: str) -> dict[str, str]:
        """Return keywords that an update does not accept, with the operations that do, such as those of `/metadata`.

        `attribute` is `method` or `function`: how the operations are named.
        """
        found: dict[str, list[str]] = {}
        own = {argument.name for argument in operation.arguments_with_old_names}
        for other in sorted(self.operations, key=lambda op: op.http) if operation.http == "PATCH" else ():
            is_part = other.path.startswith(f"{operation.path}/") and other.path.count("{") == operation.path.count("{")
            if is_part and other.group == operation.group and other.http in ("PATCH", "PUT"):
                for argument in other.of("body"):
                    if argument.name not in own:
                        found.setdefault(argument.name, []).append(getattr(other, attribute))
        return {name: " or ".join(others) for name, others in sorted(found.items())}

    # -- old names -----------------------------------------------------------------------------------------------

    def old_functions(self, group: str) -> list[tuple[Shim, Operation]]:
        """Return the old names of a resource's endpoint functions."""
        functions = {operation.function: operation for operation in self.operations if operation.group == group}
        return [(shim, functions[shim.new]) for shim in self.shims.of("function") if shim.new in functions]

    def old_methods(self, group: str) -> list[tuple[Shim, Operation]]:
        """Return the old names of a resource's methods."""
        methods = {operation.method: operation for operation in self.operations if operation.group == group}
        return [(shim, methods[shim.new]) for shim in self.shims.of("method", group)]

    def old_iterators(self, group: str) -> list[tuple[Shim, Operation]]:
        """Return the old names of a resource's iterators, which follow from those of its methods."""
        iterators = [
            (attrs.evolve(shim, old=iterator_of(shim.old), new=operation.iterator), operation)
            for shim, operation in self.old_methods(group)
            if operation.rows
        ]
        return [(shim, operation) for shim, operation in iterators if shim.old != shim.new]

    def _applicable_shims(self) -> tuple[Shims, list[str]]:
        """Return the shims that apply to this contract, and a note for each of the others."""
        for shim in self.shims.of("resource"):
            if hasattr(Client, shim.old) or hasattr(AsyncClient, shim.old):
                raise GeneratorProblem(f"compatibility.yaml: {shim}: is still a name of the client")
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

    def _modules_of_classes(self) -> dict[str, str]:
        """Return the module of each class: that of the only resource that uses it, or the shared one."""
        reached: dict[str, set[str]] = {}
        for operation in reachable.operations(self._contract):
            for cls in reachable.objects(self._contract, reachable.of_operation(self._contract, operation)):
                reached.setdefault(cls, set()).add(operation[operation_names.KEY]["resource"])
        return {cls: groups.pop() if len(groups) == 1 else SHARED for cls, groups in reached.items()}

    def _sent(self) -> set[str]:
        """Return the classes that callers send, directly or within others."""
        operations = reachable.operations(self._contract)
        given = (schema for operation in operations for schema in reachable.arguments(self._contract, operation))
        return reachable.objects(self._contract, given)

    def class_of(self, schema: Node) -> str:
        """Return the class that a reference leads to."""
        return str(schema["$ref"]).removeprefix(reachable.SCHEMA)

    def model_set(self, schemas: Iterable[Node]) -> list[ModelView]:
        """Return the classes that `schemas` use and no operation uses."""
        return [
            self._model_builder.build(name)
            for name in sorted(reachable.objects(self._contract, schemas) - set(self._modules))
        ]

    def imports(self, texts: Iterable[str], module: str | None = None) -> dict[str, list[str]]:
        """Return the classes to import for the code in `texts`, by module, without those of `module` itself."""
        found: dict[str, list[str]] = {}
        words = {word for text in texts for word in re.findall(r"[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", text))}
        places = self._modules | self._dicts
        for word in sorted(words & places.keys()):
            if places[word] != module:
                found.setdefault(places[word], []).append(word)
        return dict(sorted(found.items()))


def _methods(operation: Operation) -> list[str]:
    return [operation.method, operation.iterator] if operation.rows else [operation.method]
