"""Turn the function of an example into the code on its page, for `Clerk` and for `AsyncClerk`.

The body of the function is the code. The imports that it uses are those of the function's module. A parameter with the
name `secret_key` is the key of the client.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_CLIENT = "clerk"


@dataclass(frozen=True)
class ExampleCode:
    """The code of an example."""

    sync: str
    asynchronous: str
    variables: tuple[str, ...]
    """The names that it uses and does not define: the parameters of the function besides the client."""


def write(function: Callable[..., Any]) -> ExampleCode:
    """Return the code of an example."""
    source = inspect.getsource(inspect.getmodule(function) or function)
    module = _parse(source)
    definition = next(
        node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == function.__name__
    )
    lines = source.splitlines()[definition.body[0].lineno - 1 : definition.end_lineno]
    body = textwrap.dedent("\n".join(lines))
    imports = _imports(module, body)
    parameters = tuple(argument.arg for argument in definition.args.args if argument.arg != _CLIENT)
    key = "secret_key" if "secret_key" in parameters else ""
    sync = f"{_header(imports, 'Clerk')}\n\nwith Clerk({key}) as clerk:\n{textwrap.indent(body, '    ')}\n"
    asynchronous = (
        f"{_header(['import asyncio', *imports], 'AsyncClerk')}\n\n\nasync def main() -> None:\n"
        f"    async with AsyncClerk({key}) as clerk:\n{textwrap.indent(_awaited(body), '        ')}\n\n\n"
        "asyncio.run(main())\n"
    )
    return ExampleCode(sync, asynchronous, parameters)


_parse = functools.cache(ast.parse)


def _header(imports: list[str], client: str) -> str:
    """Return the imports, those of the standard library first."""
    own = [line.removeprefix("from clerkkit import ") for line in imports if line.startswith("from clerkkit import ")]
    names = sorted({client, *own}, key=str.lower)
    others = sorted(line for line in imports if not line.startswith("from clerkkit"))
    modules = sorted(line for line in imports if line.startswith("from clerkkit."))
    head = "\n".join([f"from clerkkit import {', '.join(names)}", *modules])
    return "\n\n".join(filter(None, ["\n".join(sorted(others, key=lambda line: line.split()[1])), head]))


def _imports(module: ast.Module, body: str) -> list[str]:
    """Return an import for each imported name of the module that the body uses."""
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    found: list[str] = []
    for node in module.body:
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = ", ".join(name.name for name in node.names if name.name in used)
            origin = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            found += [f"{origin}import {names}"] if names else []
    return found


def _awaited(body: str) -> str:
    """Return the body with an `await` before each call of the client, and `async for` over its iterators."""
    lines = body.splitlines()
    tree = ast.parse(body)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    edits: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        parent = parents.get(node)
        if not _is_client_call(node):
            continue
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Attribute)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        if node.func.attr.startswith("iterate"):
            assert isinstance(parent, ast.For), "an example iterates over pages with a for statement"
            edits.append((parent.lineno, parent.col_offset, "async "))
        elif isinstance(parent, ast.Attribute | ast.Subscript):
            edits.append((node.lineno, node.col_offset, "(await "))
            edits.append((node.end_lineno, node.end_col_offset, ")"))
        else:
            edits.append((node.lineno, node.col_offset, "await "))
    for line, column, text in sorted(edits, reverse=True):
        before = lines[line - 1]
        lines[line - 1] = before[:column] + text + before[column:]
    return "\n".join(lines)


def _is_client_call(node: ast.AST) -> bool:
    """Return whether a node is a call such as `clerk.users.get(...)`."""
    if not isinstance(node, ast.Call):
        return False
    target: ast.expr = node.func
    while isinstance(target, ast.Attribute):
        target = target.value
    return isinstance(target, ast.Name) and target.id == _CLIENT
