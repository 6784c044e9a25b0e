"""The architecture: which package, folder and module may import which, and how large folders and test files may be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests import imports

TESTS = imports.ROOT / "tests"

EXTERNAL = {
    "clerk_core": {"httpx", "anyio", "attrs", "dateutil", "typing_extensions"},
    "clerk_bapi": {"clerk_core"},
    "clerkkit": {"clerk_bapi", "clerk_core", "httpx", "anyio", "attrs", "jwt", "cryptography"},
    "clerk_emulator": {
        *("starlette", "uvicorn", "jsonschema", "referencing", "yaml", "httpx"),
        *("jwt", "cryptography", "bcrypt", "argon2", "trustme", "jinja2", "markupsafe"),
    },
    "generator": {"clerk_core", "attrs", "griffe", "httpx", "jsonpath_rfc9535", "openapi_python_client", "yaml"},
}
"""What each package may import, besides itself and the standard library."""

OPTIONAL = {
    "clerk_emulator.domain.factors.webauthn_ceremonies": {"webauthn"},
    "clerk_emulator.json_types": {"msgspec"},
    "clerk_core.models.pydantic_schema": {"pydantic_core"},
    "clerk_core.transport.aiohttp_pool": {"aiohttp", "yarl"},
    "clerkkit.testing.application_server": {"uvicorn"},
    "clerkkit.testing.browser_fixtures": {"clerk_emulator", "playwright", "pytest"},
    "clerkkit.testing.pytest_plugin": {"clerk_emulator", "pytest"},
    "clerkkit.auth.requests.adapters": {"django"},  # reads a setting of Django when it is given a Django request
    "clerkkit.integrations.django": {"django", "asgiref"},
    "clerkkit.integrations.drf": {"rest_framework"},
    "clerkkit.integrations.fastapi": {"fastapi"},
    "clerkkit.integrations.flask": {"flask", "werkzeug"},
    "clerkkit.integrations.spectacular": {"drf_spectacular"},
    "clerkkit.integrations.litestar": {"litestar"},
    "clerkkit.integrations.mcp.fastmcp": {"fastmcp", "pydantic", "starlette"},
    "clerkkit.integrations.mcp.routes": {"starlette"},
    "clerkkit.integrations.mcp.sdk": {"mcp"},
    "clerkkit.integrations.ninja": {"django", "ninja"},
    "clerkkit.integrations.starlette": {"starlette"},
    "clerkkit.sync": {"sqlalchemy"},
    "clerkkit.sync.command.progress_bar": {"rich"},
    "clerkkit.sync.django": {"django", "asgiref"},
    "clerkkit.sync.receivers": {"django"},
}
"""What one module, or the modules of one folder, may import in addition: the packages of an extra."""

LAYERS = {
    "clerk_core": ["__init__", "resource", "pages", "client", "transport requests", ".", "models", "_unset guards"],
    "clerk_bapi": ["__init__", "client", "resources", "api", "dicts events", "models", "."],
    "clerkkit": [
        "__main__",
        "sync.django",
        "integrations testing _pyinstaller sync.command",
        "integrations.shared",
        "sync",
        "sync.flows",
        "sync.schema",
        "__init__",
        "clerk",
        "resources auth",
        "auth.requests",
        "auth.requests.adapters",
        "auth.tokens",
        "auth.calls",
        "api",
        "options",
        "webhooks",
        "errors",
        "drift",
        ".",
    ],
    "clerk_emulator": [
        "__main__",
        "command",
        "__init__",
        "emulator",
        "http",
        "http.dispatch",
        "dashboard pages",
        "control html",
        "seeding",
        "frontend_api.transport",
        "request",
        "operations webhooks frontend_api",
        "domain.reverification",
        "domain.sign_in",
        "domain.sign_up",
        "domain.lifecycle domain.social",
        "domain.enterprise",
        "domain.factors domain.oauth domain.organizations",
        "domain.contacts",
        "domain.access domain.invitations domain.sessions",
        "domain.billing domain.messaging domain.users",
        "domain.tokens",
        "domain",
        "call",
        "contract storage",
        ".",
    ],
    "generator": ["__main__", "commands", "__init__", "follow", "changes", "checks code", "contract", "fetch", "."],
}
"""The layers of each package, from top to bottom: a module imports from its own folder and from layers below it.

An entry stands for a module, or for all modules of a folder that have no entry; `.` stands for the modules next to the
package's `__init__.py` that have no entry. Entries of one layer do not import each other. A package's `__init__.py` can
export names from all layers.
"""

ONE_MODULE_PER_GROUP = {"api", "models", "operations", "resources"}
"""Folders with a module for each group of API operations may be large."""

MODULES_PER_FOLDER = 20
LINES_PER_TEST_FILE = 600


def layer(module: str, package: str) -> tuple[int, str]:
    """Return the position of a module in the table, and the entry that matches it."""
    inner = module.removeprefix(package).removeprefix(".") or "__init__"
    entries = {entry: position for position, row in enumerate(LAYERS[package]) for entry in row.split()}
    matching = [entry for entry in entries if f"{inner}.".startswith(f"{entry}.")]
    entry = max(matching, key=len, default=".")
    assert entry != "." or "." not in inner, f"{module}: its folder has no layer"
    return entries[entry], entry


@pytest.mark.parametrize("package", EXTERNAL)
def test_packages_import_only_what_they_declare(package: str) -> None:
    for module, path in imports.modules(package).items():
        optional = {name for owner, names in OPTIONAL.items() if f"{module}.".startswith(f"{owner}.") for name in names}
        assert imports.top_level_packages(path) <= {package} | EXTERNAL[package] | optional, module


@pytest.mark.parametrize("package", LAYERS)
def test_folders_import_from_lower_layers_only(package: str) -> None:
    wrong = []
    for module, targets in imports.import_graph(package).items():
        if module == package:
            continue
        position, entry = layer(module, package)
        for target in targets:
            target_position, target_entry = layer(target, package)
            if target_entry != entry and target_position <= position:
                wrong.append(f"{module} imports {target}")
    assert not wrong


@pytest.mark.parametrize("package", LAYERS)
def test_no_modules_import_each_other(package: str) -> None:
    assert not imports.cycles(imports.import_graph(package))


@pytest.mark.parametrize("package", LAYERS)
def test_sibling_folders_and_modules_do_not_import_each_other(package: str) -> None:
    found = {parent: imports.cycles(graph) for parent, graph in imports.sibling_graphs(package).items()}
    assert {parent: groups for parent, groups in found.items() if groups} == {}


@pytest.mark.parametrize("package", LAYERS)
def test_folders_and_their_subfolders_do_not_import_each_other(package: str) -> None:
    """Except for the folder of a package itself, which has its entry points and the modules that all others share."""
    graph = imports.folder_graph(package)
    del graph[package]
    inner = {name: {target for target in targets if target != package} for name, targets in graph.items()}
    assert imports.cycles(inner) == []


@pytest.mark.parametrize("package", LAYERS)
def test_folders_are_small(package: str) -> None:
    files = imports.modules(package)
    sizes = Counter(
        imports.folder(module, path)
        for module, path in files.items()
        if path.name != "__init__.py" and not ONE_MODULE_PER_GROUP & set(module.split("."))
    )
    assert {folder: size for folder, size in sizes.items() if size > MODULES_PER_FOLDER} == {}


def test_only_the_clients_and_their_transport_import_httpx() -> None:
    users = {
        module for module, path in imports.modules("clerk_core").items() if "httpx" in imports.top_level_packages(path)
    }
    assert {module.split(".")[1] for module in users} == {"client", "transport"}


@pytest.mark.parametrize("package", imports.PACKAGES)
def test_tests_mirror_the_folders_of_the_source(package: str) -> None:
    source = imports.ROOT / imports.PACKAGES[package]
    tests = TESTS / (package if source == imports.ROOT else source.name)
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert folders
    assert [folder for folder in sorted(folders) if not (source / package / folder).is_dir()] == []


def test_test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in TESTS.rglob("*.py")}
    assert {path.relative_to(TESTS): lines for path, lines in lengths.items() if lines > LINES_PER_TEST_FILE} == {}


def test_import_cycles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"f"}, "f": {"e"}}
    assert imports.cycles(graph) == [{"a", "b", "c"}, {"e", "f"}]


def test_imports_in_functions_and_for_types_count(tmp_path: Path) -> None:
    code = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a.b\ndef f():\n    from c.d import e, g\n"
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")
    assert list(imports.imported_names(path)) == ["typing.TYPE_CHECKING", "a.b", "c.d.e", "c.d.g"]
