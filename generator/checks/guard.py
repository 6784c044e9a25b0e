"""Check that hand-written code uses only generated names that exist. The code is parsed, not run.

In the overlay: imports from `clerk_bapi`, attributes of generated modules and classes, arguments of endpoint functions,
and operations named in docstrings. In the emulator: the operations that have handlers.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import attrs

from generator.contract.nodes import Node
from generator.contract.spec_folder import load
from generator.problems import GeneratorProblem

_OPERATION = re.compile(r"`((?:GET|PUT|POST|PATCH|DELETE) /[^`\s]*)`")
_OF_EMULATOR = re.compile(r"^(\w+_)?operation$|\.perform$")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@attrs.frozen
class Finding:
    """A place that uses a missing name."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


def check_project(root: Path) -> list[Finding]:
    """Check the overlay against `generated/`, and the emulator against `spec/`.

    Raises:
        GeneratorProblem: a file cannot be parsed, or the package does not exist.
    """
    overlay = check_overlay(root / "overlay" / "clerkkit", root / "generated" / "clerk_bapi")
    places = [root / "spec" / name for name in ("contract.json", "frontend_api.json")]
    contracts = [load(place) for place in places if place.exists()]
    return overlay + check_emulator(root / "emulator" / "clerk_emulator", *contracts)


def check_emulator(emulator: Path, *contracts: Node) -> list[Finding]:
    """Return the operations that the emulator handles or performs and none of the contracts has."""
    paths = [item for contract in contracts for item in contract["paths"].values()]
    there = {operation["operationId"] for item in paths for operation in item.values()}
    return [
        Finding(path.relative_to(emulator.parent).as_posix(), call.lineno, f"there is no operation {name}")
        for path in sorted(emulator.rglob("*.py"))
        for call, name in _operations(_parse(path))
        if name not in there
    ]


def _operations(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Yield calls such as `operation("GetUser")` and `state.perform("CreateUser", ...)`, in order."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    for call in sorted(calls, key=lambda call: call.lineno):
        first = call.args[0]
        if _OF_EMULATOR.search(ast.unparse(call.func)) and isinstance(first, ast.Constant):
            yield call, str(first.value)


def check_overlay(overlay: Path, package: Path) -> list[Finding]:
    """Return the uses of names that `package` (the folder `clerk_bapi`) lacks in the sources below `overlay`.

    Raises:
        GeneratorProblem: a file cannot be parsed, or the package does not exist.
    """
    generated = _Package(package)
    sources = {path: _parse(path) for path in sorted(overlay.rglob("*.py"))}
    findings = [
        Finding(path.relative_to(overlay.parent).as_posix(), line, problem)
        for path, tree in sources.items()
        for line, problem in _File(tree, generated).problems()
    ]
    return sorted(findings, key=lambda finding: (finding.file, finding.line, finding.problem))


class _Package:
    """The generated package, by the names of its modules."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "__init__.py").is_file():
            raise GeneratorProblem(f"{folder} is not a package: make it with `make generate`")
        self.name = folder.name
        self.modules = {self._module(folder, path): _parse(path) for path in folder.rglob("*.py")}
        schemas = json.loads((folder / "response_schemas.json").read_text(encoding="utf-8"))
        self.operations = set(schemas["operations"])

    @staticmethod
    def _module(folder: Path, path: Path) -> str:
        parts = path.relative_to(folder.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def has(self, module: str, name: str) -> bool:
        """Return whether a module defines or imports the name, or is a package with a module of that name."""
        return f"{module}.{name}" in self.modules or name in _defined(self.modules[module])

    def find(self, module: str, name: str) -> ast.AST | None:
        """Return the function or class of that name, following imports within the package."""
        for node in ast.walk(self.modules.get(module, ast.Module([], []))):
            if isinstance(node, _Function | ast.ClassDef) and node.name == name:
                implementation: ast.AST = node
                # The last definition is the implementation; overloads come first.
                for other in self.modules[module].body:
                    if isinstance(other, _Function) and other.name == name:
                        implementation = other
                return implementation
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(self.name):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return self.find(node.module, alias.name)
        return None


def _defined(tree: ast.AST) -> set[str]:
    """Return the names that a module binds, including those under `TYPE_CHECKING`, which are imported lazily."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, _Function | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


class _File:
    """One file of the overlay."""

    def __init__(self, tree: ast.Module, generated: _Package) -> None:
        self._tree = tree
        self._generated = generated
        self._named: dict[str, tuple[str, str]] = {}
        """The module and name that each local name was imported from."""
        self._modules: dict[str, str] = {}
        """The generated module of each local name."""

    def problems(self) -> Iterator[tuple[int, str]]:
        """Yield the line and problem of each use of a missing name."""
        yield from self._imports()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield from self._attribute(node, node.value.id)
            elif isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, _Function | ast.ClassDef | ast.Module):
                yield from self._docstring(node)

    def _imports(self) -> Iterator[tuple[int, str]]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if self._is_generated(alias.name):
                        yield from self._module(alias.name, alias.asname or self._generated.name, node.lineno)
            elif isinstance(node, ast.ImportFrom) and node.module and self._is_generated(node.module):
                if node.module not in self._generated.modules:
                    yield node.lineno, f"there is no module {node.module}"
                    continue
                for alias in node.names:
                    if alias.name != "*":
                        yield from self._imported(node.module, alias, node.lineno)

    def _is_generated(self, module: str) -> bool:
        return module.partition(".")[0] == self._generated.name

    def _module(self, module: str, local: str, line: int) -> Iterator[tuple[int, str]]:
        if module not in self._generated.modules:
            yield line, f"there is no module {module}"
        else:
            self._modules[local] = module if local != self._generated.name else self._generated.name

    def _imported(self, module: str, alias: ast.alias, line: int) -> Iterator[tuple[int, str]]:
        local = alias.asname or alias.name
        if f"{module}.{alias.name}" in self._generated.modules:
            self._modules[local] = f"{module}.{alias.name}"
        elif self._generated.has(module, alias.name):
            self._named[local] = (module, alias.name)
        else:
            yield line, f"{module} has no {alias.name}"

    def _attribute(self, node: ast.Attribute, local: str) -> Iterator[tuple[int, str]]:
        if local in self._modules:
            if not self._generated.has(self._modules[local], node.attr):
                yield node.lineno, f"{self._modules[local]} has no {node.attr}"
        elif local in self._named:
            module, name = self._named[local]
            found = self._generated.find(module, name)
            if isinstance(found, ast.ClassDef) and not node.attr.startswith("_") and node.attr not in _defined(found):
                inherits = any(not isinstance(base, ast.Name) or base.id == "Model" for base in found.bases)
                if not inherits:
                    yield node.lineno, f"{module}.{name} has no {node.attr}"

    def _call(self, node: ast.Call) -> Iterator[tuple[int, str]]:
        target = self._called(node.func)
        if target is None:
            return
        module, name = target
        function = self._generated.find(module, name)
        if isinstance(function, _Function):
            for problem in self._against(node, function):
                yield node.lineno, f"{module}.{name} {problem}"

    def _called(self, function: ast.expr) -> tuple[str, str] | None:
        if isinstance(function, ast.Name):
            return self._named.get(function.id)
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            module = self._modules.get(function.value.id)
            return (module, function.attr) if module else None
        return None

    def _against(self, call: ast.Call, function: _Function) -> Iterator[str]:
        """Yield the problems of a call: unknown arguments and missing required ones."""
        signature = function.args
        positional = [argument.arg for argument in (*signature.posonlyargs, *signature.args)]
        keywords = [argument.arg for argument in signature.kwonlyargs]
        by_position = [value for value in call.args if not isinstance(value, ast.Starred)]
        starred = len(by_position) != len(call.args) or any(keyword.arg is None for keyword in call.keywords)
        if len(by_position) > len(positional):
            yield f"takes {len(positional)} arguments by position, not {len(by_position)}"
        given = {*positional[: len(by_position)]}
        for name in (keyword.arg for keyword in call.keywords if keyword.arg is not None):
            given.add(name)
            if name not in positional and name not in keywords:
                yield f"has no argument {name}"
        required = positional[: len(positional) - len(signature.defaults)]
        required += [name for name, default in zip(keywords, signature.kw_defaults, strict=True) if default is None]
        missing = [name for name in required if name not in given]
        if missing and not starred:
            yield f"requires the argument {', '.join(missing)}"

    def _docstring(self, node: _Function | ast.ClassDef | ast.Module) -> Iterator[tuple[int, str]]:
        text = ast.get_docstring(node, clean=False)
        if text is None:
            return
        for found in _OPERATION.finditer(text):
            if found[1] not in self._generated.operations:
                line = node.body[0].lineno + text.count("\n", 0, found.start())
                name = "the module" if isinstance(node, ast.Module) else node.name
                yield line, f"{name}: there is no operation {found[1]}"


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except (OSError, SyntaxError, ValueError) as error:
        raise GeneratorProblem(f"{path}: cannot be read as Python ({error})") from error
