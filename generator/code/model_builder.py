"""Build model classes for the templates from openapi-python-client's models and the contract's facts."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Mapping

import attrs
from openapi_python_client.parser import GeneratorData

from clerk_core import Model, Page
from generator.code.computed_attributes import Computed, Rules, computed
from generator.code.docs import Docs
from generator.code.types import Types
from generator.contract import reachable, spelling
from generator.contract.nodes import Node

_OF_CORE = ("ErrorDetail",)
"""Classes that core defines, because its errors hold them; generated code imports them."""


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
        """The declaration in the class body."""
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
    """The base class: `Model`, or `Page[...]` with the class of its rows."""
    is_core: bool
    """Whether core defines the class."""
    rows: str
    """The attribute with the rows of a page; empty for other models."""
    attributes: list[Attribute]
    readers: dict[str, str]
    computed: list[Computed]
    is_open: bool
    """Whether it accepts undeclared keys."""
    keys: dict[str, str]
    """The annotations of the typed dict that operations accept instead, by key; empty if there is none."""

    @property
    def code(self) -> list[str]:
        """The annotations and readers in its code, which need imports."""
        named = [attribute.annotation for attribute in self.attributes]
        return [self.base, *named, *self.readers.values(), *self.keys.values()]

    @property
    def signature(self) -> str:
        """The parameters of `__init__`."""
        arguments = (
            f"{one.name}: {one.annotation}{'' if one.required else f' = {one.default}'}" for one in self.attributes
        )
        return f"self, *, {', '.join(arguments)}, **undeclared: Any"


class ModelBuilder:
    """Builds the model classes of one contract."""

    def __init__(
        self,
        contract: Node,
        parsed: GeneratorData,
        schemas: Mapping[str, list[str]],
        types: Types,
        docs: Docs,
        rules: Rules,
        *,
        modules: Mapping[str, str],
        dicts: Collection[str],
    ) -> None:
        """Prepare to build.

        Args:
            contract: The contract, whose schemas have the names of their classes.
            parsed: openapi-python-client's parse of the contract.
            schemas: The schemas that became each class.
            types: Writes annotations and readers.
            docs: Writes docstrings.
            rules: Attributes that models compute.
            modules: The module of each class that an operation reaches.
            dicts: The names of the `TypedDict`s that operations accept instead of a model.
        """
        self._contract = contract
        self._facts: Node = contract["components"]["schemas"]
        self._parsed = {str(model.class_info.name): model for model in parsed.models}
        self._schemas = schemas
        self._types = types
        self._docs = docs
        self._computed = rules
        self._modules = modules
        self._dicts = dicts
        self._received = self._received_classes()

    def build(self, name: str) -> ModelView:
        """Return the model class of this name."""
        parsed = self._parsed[name]
        facts = self._facts[name]
        request_only = name not in self._received
        attributes: list[Attribute] = []
        readers: dict[str, str] = {}
        keys: dict[str, str] = {}
        optional = "UNSET" if request_only else "None"
        rules = self._computed.get(name, {})
        page = reachable.rows(self._contract, facts)
        taken = {*rules, *vars(Page)} if page else {*rules}
        for prop in sorted(
            (parsed.required_properties or []) + (parsed.optional_properties or []),
            key=lambda p: (not p.required, p.name.get_untrusted_value()),
        ):
            key = prop.name.get_untrusted_value()
            annotation = self._types.annotation(prop, argument=request_only)
            if not prop.required:
                annotation = f"{annotation} | Unset" if request_only else _or_none(annotation)
            attributes.append(Attribute(attribute_name(key, taken), key, annotation, prop.required, optional))
            reader = self._types.reader(prop)
            if reader:
                readers[key] = reader
            if self._types.dict_of(name) in self._dicts:
                given = self._types.annotation(prop, argument=True)
                keys[key] = given if prop.required else f"NotRequired[{given}]"
        return ModelView(
            name=name,
            module=self._modules.get(name, ""),
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
            is_open=self._types.is_open(name),
            keys=keys,
        )

    def _received_classes(self) -> set[str]:
        """Return the classes that the server sends; all others are only sent to it."""
        contract = self._contract
        sent = [body for operation in reachable.operations(contract) for body in reachable.results(contract, operation)]
        return reachable.objects(contract, [*sent, *(body for _, body in reachable.events(contract))])


def attribute_name(key: str, taken: Collection[str] = ()) -> str:
    """Return the attribute name of a JSON key; `taken` are names that the model defines otherwise."""
    name = key if key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("_") else spelling.snake(key)
    return f"{spelling.snake(key)}_" if hasattr(Model, name) or name in taken else name


def _or_none(annotation: str) -> str:
    return annotation if annotation == "Any" or annotation.endswith("None") else f"{annotation} | None"
