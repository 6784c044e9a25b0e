"""Read which modules import which, without importing them; `python -m tests.imports` prints a table of folders.

Every import statement counts, wherever it stands: at the top of a module, inside a function, under `TYPE_CHECKING`.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "clerk_core": "core",
    "clerk_bapi": "generated",
    "clerkkit": "overlay",
    "clerk_emulator": "emulator",
    "generator": ".",
}
"""Each package, and the folder that holds it."""

Graph = Mapping[str, set[str]]


def imported_names(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports: `from a.b import c` yields `a.b.c`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_level_packages(path: Path) -> set[str]:
    """Return the packages that a file imports, without those of the standard library."""
    return {name.partition(".")[0] for name in imported_names(path)} - set(sys.stdlib_module_names)


def modules(package: str, root: Path = ROOT) -> dict[str, Path]:
    """Return the modules of a package by dotted name; a package's own name stands for its `__init__.py`."""
    source = root / PACKAGES[package]
    found = {}
    for path in sorted((source / package).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def import_graph(package: str, root: Path = ROOT) -> dict[str, set[str]]:
    """Return each module of a package with the modules of the same package that it imports."""
    files = modules(package, root)
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        targets = {_module_of(name, files) for name in imported_names(path)}
        graph[module] = {target for target in targets if target is not None and target != module}
    return graph


def _module_of(name: str, files: Mapping[str, Path]) -> str | None:
    """Return the module that `name` names or is defined in; None if it is outside the package."""
    if name in files:
        return name
    parent = name.rpartition(".")[0]
    return parent if parent in files else None


def folder(module: str, path: Path) -> str:
    """Return the dotted name of the folder that holds a module."""
    return module if path.name == "__init__.py" else module.rpartition(".")[0]


def sibling_graphs(package: str, root: Path = ROOT) -> dict[str, dict[str, set[str]]]:
    """Return, for each folder of a package, which of its subfolders and modules import which of the others."""
    files = modules(package, root)
    graphs: dict[str, dict[str, set[str]]] = {}
    for parent in {folder(module, path) for module, path in files.items()}:
        graph: defaultdict[str, set[str]] = defaultdict(set)
        for module, targets in import_graph(package, root).items():
            source = _child(parent, module)
            if source is not None:
                graph[source] |= {
                    child for target in targets if (child := _child(parent, target)) not in (None, source)
                }
        graphs[parent] = dict(graph)
    return graphs


def folder_graph(package: str, root: Path = ROOT) -> dict[str, set[str]]:
    """Return which folders of a package import from which others. What an `__init__.py` exports does not count."""
    files = modules(package, root)
    graph: dict[str, set[str]] = {folder(module, path): set() for module, path in files.items()}
    for module, targets in import_graph(package, root).items():
        if files[module].name != "__init__.py":
            source = folder(module, files[module])
            graph[source] |= {folder(target, files[target]) for target in targets} - {source}
    return graph


def _child(parent: str, module: str) -> str | None:
    """Return the subfolder or module in `parent` that `module` is or belongs to; None if it is elsewhere."""
    return module[len(parent) + 1 :].partition(".")[0] if module.startswith(f"{parent}.") else None


def cycles(graph: Graph) -> list[set[str]]:
    """Return the sets of modules that import each other, directly or by way of others."""
    reached = {module: _reachable(module, graph) for module in graph}
    groups: list[set[str]] = []
    for module in graph:
        group = {other for other in reached[module] if module in reached[other]}
        if group and group not in groups:
            groups.append(group)
    return groups


def _reachable(start: str, graph: Graph) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


def folder_table(package: str, root: Path = ROOT) -> Iterator[tuple[str, int, Counter[str]]]:
    """Yield each folder of a package with its number of modules and of imports from each other folder."""
    files = modules(package, root)
    folders = {module: folder(module, path) for module, path in files.items()}
    sizes = Counter(folders.values())
    edges: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for module, targets in import_graph(package, root).items():
        edges[folders[module]].update(folders[target] for target in targets if folders[target] != folders[module])
    for name in sorted(sizes):
        yield name, sizes[name], edges[name]


def main(arguments: Iterable[str]) -> None:
    """Print the folders of all packages below a folder, by default the project's own."""
    root = next((Path(argument) for argument in arguments), ROOT)
    print("| folder | modules | imports from other folders of its package |\n|---|---:|---|")
    for package in PACKAGES:
        for name, size, edges in folder_table(package, root):
            targets = ", ".join(f"{target} {count}" for target, count in sorted(edges.items()))
            print(f"| {name} | {size} | {targets or '-'} |")


if __name__ == "__main__":
    main(sys.argv[1:])
