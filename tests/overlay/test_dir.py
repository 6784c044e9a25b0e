"""`dir()` and completion list public names: the same ones before and after use, one for each operation."""

from __future__ import annotations

import ast
import importlib
import inspect
import rlcompleter
from pathlib import Path
from typing import Any

import pytest

import clerkkit
from clerkkit import AsyncClerk, Clerk
from tests.loopback import KEY
from tests.overlay.completion import completions
from tests.test_loading import run_fresh

MODULES = ("auth", "codes", "drift", "errors", "events", "integrations", "models", "testing", "webhooks")
"""The public modules of `clerkkit`."""

LISTED = ("auth", "drift", "errors", "events", "models", "testing", "webhooks")
"""Modules whose `dir()` equals `__all__`."""

USE = """
import clerkkit.auth.client, clerkkit.drift.contract, clerkkit.integrations.wsgi, clerkkit.bulk
import clerkkit.resources.users, clerkkit.webhooks.signing, clerkkit.testing.tokens, clerk_bapi.models.users
for module in (clerkkit, *map(importlib.import_module, names)):
    for name in module.__all__:
        getattr(module, name)
clerkkit.Clerk("sk_test_1").auth
"""


def test_dir_of_modules_does_not_change_with_use() -> None:
    code = [
        f"import importlib, clerkkit; names = [f'clerkkit.{{name}}' for name in {LISTED!r}]; root = dir(clerkkit)",
        "modules = lambda: [dir(importlib.import_module(name)) for name in names]; before = modules()",
        f"exec({USE!r})",
        "print(root == dir(clerkkit), before == modules())",
    ]
    assert run_fresh("\n".join(code)) == "True True"


@pytest.mark.parametrize("name", LISTED)
def test_dir_of_a_module_lists_its_public_names(name: str) -> None:
    module = importlib.import_module(f"clerkkit.{name}")
    assert dir(module) == sorted(set(module.__all__))
    assert all(getattr(module, public) is not None for public in dir(module))


@pytest.mark.parametrize("name", ["clerk_bapi", "clerk_bapi.dicts", "clerk_bapi.events", "clerk_emulator"])
def test_dir_of_the_packages_below_lists_their_public_names(name: str) -> None:
    code = f"import importlib; m = importlib.import_module({name!r}); print(dir(m) == sorted(m.__all__))"
    assert run_fresh(code) == "True"


def test_dir_of_the_package_lists_names_modules_and_models() -> None:
    assert dir(clerkkit) == sorted({*clerkkit.__all__, *MODULES})
    assert set(clerkkit.models.__all__) < set(clerkkit.__all__)
    assert {"Clerk", "AsyncClerk", "NotFound", "User", "__version__"} <= set(dir(clerkkit))
    assert all(getattr(clerkkit, name) is not None for name in dir(clerkkit))


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_attributes_of_the_package(name: str) -> None:
    assert run_fresh(f"import clerkkit; print(clerkkit.{name}.__name__)") == f"clerkkit.{name}"
    assert run_fresh(f"from clerkkit import {name}; print({name}.__name__)") == f"clerkkit.{name}"


def test_modules_are_loaded_when_used() -> None:
    loaded = run_fresh("import sys, clerkkit; dir(clerkkit); print(*sys.modules)").split()
    assert not {f"clerkkit.{name}" for name in MODULES} & set(loaded)


def test_importing_the_package_does_not_load_names_of_models() -> None:
    assert "clerk_bapi.models" not in run_fresh("import sys, clerkkit; print(*sys.modules)").split()


def test_star_import_includes_models() -> None:
    assert run_fresh("from clerkkit import *; print(User.__name__, Clerk.__name__)") == "User Clerk"


# -- clients and resources -----------------------------------------------------------------------------------------


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("__")}


def resources(clerk: Any) -> dict[str, Any]:
    """Return all resources of a client after using them."""
    return {
        name: getattr(clerk, name)
        for name, value in inspect.getmembers_static(type(clerk))
        if not isinstance(value, property) and type(getattr(clerk, name)).__name__.endswith(("Resource", *_OVERLAID))
    }


_OVERLAID = (
    *("EmailAddresses", "JwtTemplates", "OauthApplications", "OrganizationMemberships", "Organizations", "Sessions"),
    *("Users", "Webhooks"),
)


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
def test_dir_of_clients_and_resources_lists_only_public_names(client: type[Any]) -> None:
    clerk = client(KEY)
    before = dir(clerk)
    old = {"commerce", "verify_webhook"}
    assert public(clerk) == {name for name in vars(clerk) | _attributes(client) if not name.startswith("_")} - old
    assert "get_organization_memberships" not in dir(clerk.users)
    assert "list_organization_memberships" in dir(clerk.users)
    found = resources(clerk)
    assert len(found) > 35
    for name, resource in found.items():
        listed = dir(resource)
        assert not {one for one in public(resource) if one.startswith("_")}, name
        assert all(callable(getattr(resource, one)) for one in public(resource)), name
        assert dir(resource) == listed
    assert dir(clerk) == before
    assert dir(clerk.with_options(max_retries=0)) == before
    assert "__enter__" in dir(Clerk(KEY))  # `MagicMock(spec=clerk)` uses `dir()`


def _attributes(kind: type) -> dict[str, Any]:
    return {name: value for base in kind.__mro__ for name, value in vars(base).items()}


def test_dir_of_sync_and_async_clients_is_the_same() -> None:
    sync, asynchronous = Clerk(KEY), AsyncClerk(KEY)
    assert public(sync) - {"close"} == public(asynchronous) - {"aclose"}
    for name, resource in resources(sync).items():
        assert public(resource) == public(getattr(asynchronous, name)), name


# -- names of Clerk Ex ---------------------------------------------------------------------------------------------

RESOURCES = Path(clerkkit.__file__).parent / "resources"


def declared_and_defined(path: Path, client: type[Any]) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return the aliases in a client's resource classes, as declared for type checkers and as defined at run time."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name.startswith("Async") is (client is AsyncClerk):
            for block in node.body:
                if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
                    pairs = [ast.unparse(line).split(" = ") for line in block.body]
                    (call,) = [line.value for line in block.orelse if isinstance(line, ast.Assign)]
                    assert isinstance(call, ast.Call)
                    names = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
                    found.append(({alias: target.rpartition(".")[2] for alias, target in pairs}, names))
    return found


def aliases_of(clerk: Any) -> dict[str, dict[str, str]]:
    """Return the aliases of each resource."""
    return {
        path.stem: names
        for path in RESOURCES.glob("*.py")
        for _, names in declared_and_defined(path, type(clerk))
        if names
    }


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
def test_declared_aliases_equal_the_defined_ones(client: type[Any]) -> None:
    pairs = [pair for path in RESOURCES.glob("*.py") for pair in declared_and_defined(path, client) if pair[0]]
    assert len(pairs) >= 4
    assert all(declared == defined for declared, defined in pairs)


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
def test_aliases_work_and_are_not_listed(client: type[Any]) -> None:
    clerk = client(KEY)
    assert set(aliases_of(clerk)) >= {"users", "sessions", "email_addresses", "jwt_templates"}
    for name, aliases in aliases_of(clerk).items():
        resource = getattr(clerk, name)
        for alias, target in aliases.items():
            assert getattr(resource, alias) == getattr(resource, target)
            assert alias not in dir(resource)
            assert target in dir(type(resource))
        with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
            _ = resource.no_such_name


def completed(namespace: dict[str, Any], text: str) -> set[str]:
    """Return the completions of Python's interactive prompt."""
    completer, found = rlcompleter.Completer(namespace), set[str]()
    while (word := completer.complete(text, len(found))) is not None:
        found.add(word.removeprefix(text).rstrip("()"))
    return found


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
def test_prompt_completes_the_names_in_dir(client: type[Any]) -> None:
    clerk = client(KEY)
    assert {"get", "list", "create"} <= completed({"clerk": clerk}, "clerk.users.")
    for name in aliases_of(clerk):
        shown = completed({"clerk": clerk}, f"clerk.{name}.")
        assert public(getattr(clerk, name)) <= shown
        assert not shown & aliases_of(clerk)[name].keys()
    assert completed({"clerkkit": clerkkit}, "clerkkit.") == public(clerkkit)
    assert completed({"clerkkit": clerkkit}, "clerkkit.errors.") == public(clerkkit.errors)


def test_editor_completes_the_names_in_dir(tmp_path: Path) -> None:
    """pyright also completes old names and those of Clerk Ex, because it type-checks them."""
    modules = [f"clerkkit.{name}." for name in MODULES if name in LISTED]
    preamble = "import clerkkit\nfrom clerkkit import AsyncClerk, Clerk\nclerk, async_clerk = Clerk(), AsyncClerk()"
    found = completions(tmp_path, preamble, ["clerkkit.", *modules, "clerk.users.", "async_clerk.users."])
    old = {"clerkkit.auth.": {"SignedIn"}}
    for expression in ("clerkkit.", *modules):
        listed = public(importlib.import_module(expression.rstrip(".")))
        assert found[expression] == listed | old.get(expression, set()), expression
    for expression, clerk in (("clerk.users.", Clerk(KEY)), ("async_clerk.users.", AsyncClerk(KEY))):
        replaced = {name for name, value in _attributes(type(clerk.users)).items() if hasattr(value, "__old_name__")}
        assert "get_organization_memberships" in replaced
        assert found[expression] == public(clerk.users) | set(aliases_of(clerk)["users"]) | replaced
