"""Read docstrings: the sections of functions, and the texts below attributes of classes."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SECTION = re.compile(r"^(Args|Raises|Returns|Attributes):\n((?:    .*\n?|\n(?=    ))*)", re.MULTILINE)
_ENTRY = re.compile(r"^    (\*{0,2}\w+): (.*(?:\n        .*)*)", re.MULTILINE)


_STARS: Mapping[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


@dataclass(frozen=True)
class Attribute:
    """An attribute of a class."""

    name: str
    annotation: str
    default: str
    """The source of its default; empty if there is none."""
    text: str


def summary(documented: object) -> str:
    """Return the first paragraph of a docstring in one line."""
    return join((inspect.getdoc(documented) or "").split("\n\n")[0])


def description(documented: object) -> list[str]:
    """Return the paragraphs of a docstring after the first one, without sections."""
    text = _SECTION.sub("", inspect.getdoc(documented) or "")
    return [join(paragraph) for paragraph in text.split("\n\n")[1:] if paragraph.strip()]


def section(documented: object, title: str) -> dict[str, str]:
    """Return the entries of a section of a docstring, such as `Args`, by name."""
    found = dict(_SECTION.findall(inspect.getdoc(documented) or ""))
    return {name.lstrip("*"): join(text) for name, text in _ENTRY.findall(found.get(title, ""))}


def attributes(cls: type[Any]) -> dict[str, Attribute]:
    """Return the attributes that a class declares in its body or sets in `__init__`, and its properties."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(tree, ast.ClassDef)
    return {one.name: one for one in _attributes(tree)}


def _attributes(tree: ast.ClassDef) -> Iterator[Attribute]:
    yield from _declared(tree.body)
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name == "__init__":
            yield from _set_in(node)
        elif not node.name.startswith("_") and any("property" in ast.unparse(one) for one in node.decorator_list):
            text = join((ast.get_docstring(node) or "").split("\n\n")[0])
            yield Attribute(node.name, ast.unparse(node.returns) if node.returns else "", "", text)


def _declared(body: list[ast.stmt]) -> Iterator[Attribute]:
    for node, following in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id[0] != "_":
            default = ast.unparse(node.value) if node.value else ""
            yield Attribute(node.target.id, ast.unparse(node.annotation), default, _text(following))


def _set_in(function: ast.FunctionDef) -> Iterator[Attribute]:
    """Yield the attributes that `__init__` sets. Those with the value of a parameter have its type."""
    given = {one.arg: one.annotation for one in [*function.args.args, *function.args.kwonlyargs]}
    for node, following in zip(function.body, [*function.body[1:], ast.Pass()], strict=True):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        name = _own_name(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if name:
            annotation = node.annotation if isinstance(node, ast.AnnAssign) else _type_of(node.value, given)
            yield Attribute(name, ast.unparse(annotation) if annotation else "", "", _text(following))


def _type_of(value: ast.expr, given: Mapping[str, ast.expr | None]) -> ast.expr | None:
    if isinstance(value, ast.Name):
        return given.get(value.id)
    return ast.Name(type(value.value).__name__) if isinstance(value, ast.Constant) else None


def _own_name(target: ast.expr) -> str:
    """Return the name of an attribute of `self`; an empty string for other targets and for private ones."""
    if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self" and target.attr[0] != "_":
        return target.attr
    return ""


def _text(node: ast.stmt) -> str:
    """Return the docstring of the attribute before a node."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return join(inspect.cleandoc(node.value.value))
    return ""


def parameters(function: Callable[..., Any]) -> list[Attribute]:
    """Return the parameters of a function, except for `self`, with the texts of its docstring."""
    texts = section(function, "Args")
    return [
        Attribute(
            f"{_STARS.get(one.kind, '')}{name}",
            str(one.annotation),
            "" if one.default is one.empty else show_default(one.default),
            texts.get(name, ""),
        )
        for name, one in inspect.signature(function).parameters.items()
        if name != "self"
    ]


def show_default(value: object) -> str:
    """Return a default as source code."""
    if inspect.isroutine(value):
        return f"{value.__module__}.{value.__qualname__}"
    return repr(value)


def join(paragraph: str) -> str:
    """Return a paragraph in one line."""
    return " ".join(paragraph.split())
