"""The classes of `clerk_bapi.models` and `clerk_bapi.events`: their attributes, and where they are used."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import get_args

import clerk_bapi.dicts
import clerk_bapi.events
import clerk_bapi.models
from clerk_bapi import Model, Page
from clerk_core.models.fields import Field, fields
from generator.changes.caller_view import CallerView
from generator.changes.shapes import shape
from generator.contract import spec_folder
from generator.contract.nodes import Node
from tools.reference import docstrings
from tools.reference.models import meanings
from tools.reference.operations.catalog import Operation, operations
from tools.reference.section import ROOT

_MODULE = "clerk_bapi.models."
_PAGES = {"clerk_bapi.events": "events", "clerk_core.models.error_detail": "shared"}
"""The pages of the classes that other modules define: those that only events contain, and the detail of an error."""
_NAME = re.compile(r"\b[A-Z]\w+")
_NOTE = re.compile(r"^(?P<title>[A-Z][^`\n]*): (?P<keys>`\w+`(?:,\s+`\w+`)*)\.$", re.MULTILINE)


@dataclass(frozen=True)
class Attribute:
    """An attribute of a class."""

    name: str
    key: str
    """Its key in the JSON object."""
    annotation: str
    """Its type, without `None`."""
    choices: tuple[str, ...]
    """The values that Clerk's document lists."""
    presence: str
    """`always`, or what else Clerk can send."""
    notes: tuple[str, ...]
    """Its meaning or unit, and limits."""


@dataclass(frozen=True)
class ModelClass:
    """A class, and where it is used."""

    name: str
    module: str
    """The module of `clerk_bapi.models`, or `events`."""
    summary: str
    attributes: tuple[Attribute, ...]
    computed: tuple[tuple[str, str, str], ...]
    """Name, type and text of the properties that are computed."""
    rows: str
    """The class of the rows of a page; empty for other classes."""
    typed_dict: str
    """The typed dict that operations accept instead."""
    parts: frozenset[str]
    """The classes of its attributes."""
    returned_by: list[Operation] = field(default_factory=list[Operation])
    accepted_by: list[Operation] = field(default_factory=list[Operation])
    sent_with: list[str] = field(default_factory=list[str])
    """The events whose data it is."""
    part_of: list[str] = field(default_factory=list[str])

    @property
    def page(self) -> str:
        """The path of its page below docs/reference."""
        return f"models/{self.module}.md"

    @property
    def target(self) -> str:
        """The path of its section."""
        return f"{self.page}#{self.name.lower()}"


@functools.cache
def classes() -> Mapping[str, ModelClass]:
    """Return the classes by name, without those of whole events."""
    found = {cls.__name__: _read(cls) for cls in _classes()}
    for one in found.values():
        for name in sorted(one.parts):
            found[name].part_of.append(one.name)
    for operation in operations().values():
        for name in _names(operation.result) & found.keys():
            found[name].returned_by.append(operation)
        given = {name for parameter in operation.parameters for name in _names(parameter.annotation)}
        for name in given & found.keys():
            found[name].accepted_by.append(operation)
    for event, cls in clerk_bapi.events.EVENTS.items():
        for name in _names(cls.__annotations__["data"]) & found.keys():
            found[name].sent_with.append(event)
    return dict(sorted(found.items()))


def all_classes() -> list[type[Model]]:
    """Return all classes, those of whole events too."""
    return [*_classes(), *clerk_bapi.events.EVENTS.values()]


def _classes() -> Iterator[type[Model]]:
    yield from _models_of(clerk_bapi.models)
    whole = set(clerk_bapi.events.EVENTS.values())
    for cls in _models_of(clerk_bapi.events):
        if cls.__module__ == clerk_bapi.events.__name__ and cls not in whole:
            yield cls


def _models_of(module: ModuleType) -> Iterator[type[Model]]:
    for name in module.__all__:
        value: object = getattr(module, name)
        if inspect.isclass(value) and issubclass(value, Model) and value not in (Model, Page):
            yield value


def read_attributes(cls: type[Model]) -> tuple[Attribute, ...]:
    """Return the attributes of a class in the order of its declaration."""
    notes = _notes(cls)
    schemas = _schemas().get(cls.__name__, {})
    # Docstrings of objects that callers create describe each attribute already.
    described = bool(docstrings.section(cls, "Attributes"))
    return tuple(
        _attribute(
            name,
            one,
            [*(() if described else meanings.find(cls, one.key)), *notes.get(one.key, ()), *notes.get(name, ())],
            _presence_sent(one) if described else _presence(one, schemas.get(one.key)),
        )
        for name, one in fields(cls).items()
    )


def _read(cls: type[Model]) -> ModelClass:
    row_class = next((one for base in getattr(cls, "__orig_bases__", ()) for one in get_args(base)), None)
    typed_dict = f"{cls.__name__}Dict"
    return ModelClass(
        name=cls.__name__,
        module=_PAGES.get(cls.__module__, cls.__module__.removeprefix(_MODULE)),
        summary=docstrings.summary(cls),
        attributes=read_attributes(cls),
        computed=tuple(_computed(cls)),
        rows=row_class.__name__ if row_class else "",
        typed_dict=typed_dict if typed_dict in clerk_bapi.dicts.__all__ else "",
        parts=frozenset(
            name for one in fields(cls).values() for name in _names(one.annotation) if name != cls.__name__
        ),
    )


def _attribute(name: str, one: Field, notes: list[str], presence: str) -> Attribute:
    annotation, choices = _without_choices(one.annotation)
    alternatives = [part for part in _alternatives(annotation) if part not in ("None", "Unset")]
    return Attribute(
        name=name,
        key=one.key,
        annotation=" | ".join(dict.fromkeys(alternatives)) or "None",
        choices=choices,
        presence=presence,
        notes=tuple(dict.fromkeys(notes)),
    )


def _presence(one: Field, found: tuple[Node, Node] | None) -> str:
    """Return what Clerk can send; `found` is the schema of the attribute and its contract."""
    if one.required:
        return "may be null" if "None" in _alternatives(one.annotation) else "always"
    schema, contract = found or ({}, {})
    return "may be absent or null" if schema and shape(contract, schema).null else "may be absent"


def _presence_sent(one: Field) -> str:
    """Return whether callers must give an attribute."""
    presence = "required" if one.required else "optional"
    return f"{presence}, or `None`" if "None" in _alternatives(one.annotation) else presence


def _without_choices(annotation: str) -> tuple[str, tuple[str, ...]]:
    """Return the annotation with the types of its choices instead of them, and the choices."""
    tree = ast.parse(annotation, mode="eval")
    choices: list[str] = []

    class Replace(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            if not (isinstance(node.value, ast.Name) and node.value.id == "Literal"):
                self.generic_visit(node)
                return node
            values = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            choices.extend(str(ast.literal_eval(value)) for value in values)
            return ast.Name(type(ast.literal_eval(values[0])).__name__)

    return ast.unparse(Replace().visit(tree)), tuple(choices)


def _alternatives(annotation: str) -> list[str]:
    """Return the parts of a union."""
    node = ast.parse(annotation, mode="eval").body
    parts: list[str] = []
    while isinstance(node, ast.BinOp):
        parts.append(ast.unparse(node.right))
        node = node.left
    return [ast.unparse(node), *reversed(parts)]


def _notes(cls: type[Model]) -> dict[str, list[str]]:
    """Return what the docstring says of each attribute."""
    docstring = inspect.getdoc(cls) or ""
    notes: dict[str, list[str]] = {}
    for found in _NOTE.finditer(re.sub(r"(?<=,)\n", " ", docstring)):
        for key in re.findall(r"`(\w+)`", found["keys"]):
            notes.setdefault(key, []).append(f"{found['title']}.")
    for name, text in docstrings.section(cls, "Attributes").items():
        notes.setdefault(name, []).append(text)
    return notes


def _computed(cls: type[Model]) -> Iterator[tuple[str, str, str]]:
    for name, value in vars(cls).items():
        if isinstance(value, property) and value.fget is not None:
            yield name, str(value.fget.__annotations__["return"]), docstrings.join(inspect.getdoc(value) or "")


@functools.cache
def _schemas() -> dict[str, dict[str, tuple[Node, Node]]]:
    """Return the schema of each key of each class, and its contract."""
    found: dict[str, dict[str, tuple[Node, Node]]] = {}
    for kind in ("events", "contract"):
        view = CallerView(spec_folder.load(ROOT / "spec" / spec_folder.FILES[kind]))
        for model in view.models.values():
            known = found.setdefault(model.name, {})
            known |= {key: (one.schema, view.contract) for key, one in model.attributes.items()}
    return found


def _names(annotation: object) -> set[str]:
    without_choices = re.sub(r"Literal\[[^\]]*\]", "", str(annotation))
    return {name for name in _NAME.findall(without_choices) if name in _class_names()}


@functools.cache
def _class_names() -> frozenset[str]:
    return frozenset(cls.__name__ for cls in _classes())
