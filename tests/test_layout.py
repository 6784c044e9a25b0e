"""Who may import whom, and what an import costs in modules."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "core/clerk_core": {"clerk_core", "httpx", "anyio", "attrs", "dateutil", "typing_extensions"},
    "generated/clerk_bapi": {"clerk_bapi", "clerk_core"},
    "overlay/clerkkit": {"clerkkit", "clerk_bapi", "clerk_core", "httpx", "anyio", "attrs", "jwt", "cryptography"},
    "emulator/clerk_emulator": {
        *("clerk_emulator", "starlette", "uvicorn", "sqlalchemy", "jsonschema", "referencing", "yaml"),
        *("jwt", "cryptography", "bcrypt", "argon2"),
    },
}
ALSO = {
    "pytest_plugin.py": {"clerk_emulator", "pytest"},
    "django": {"django", "asgiref"},
    "pydantic_schema.py": {"pydantic_core"},
    "drf.py": {"rest_framework"},
    "fastapi.py": {"fastapi"},
    "aiohttp_pool.py": {"aiohttp", "yarl"},
    "flask.py": {"flask", "werkzeug"},
    "spectacular.py": {"drf_spectacular"},
    "adapters.py": {"django"},  # for one of its settings, once there is a request of Django
    "starlette.py": {"starlette"},
}
"""What a file, or each file of a folder, may name as well: the fixtures of pytest make clients when asked for, and an
integration names its framework."""


def imported(path: Path) -> set[str]:
    """Top-level packages that a file names, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names)


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_follow_the_arrows(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        assert imported(path) <= ALLOWED[package] | ALSO.get(path.name, ALSO.get(path.parent.name, set())), path


def test_httpx_is_named_by_the_clients_and_their_transport_only() -> None:
    core = ROOT / "core" / "clerk_core"
    naming = {path.relative_to(core).parts[0] for path in core.rglob("*.py") if "httpx" in imported(path)}
    assert naming == {"client.py", "transport"}


def fresh(code: str) -> str:
    """What `code` prints in a process of its own."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_and_making_a_client_loads_no_models() -> None:
    loaded = fresh(
        "import sys, clerk_bapi; clerk_bapi.Client('sk_test_x'); print([m for m in sys.modules if 'clerk_bapi' in m])"
    )
    assert set(ast.literal_eval(loaded)) == {"clerk_bapi", "clerk_bapi.client"}


def test_attrs_is_not_loaded_before_it_is_asked_for() -> None:
    assert fresh("import sys; from clerk_bapi.models import User; print('attr' in sys.modules)") == "False"


def test_no_framework_is_loaded_before_it_is_asked_for() -> None:
    code = "import sys, clerkkit.auth, clerkkit.webhooks, clerkkit.integrations.asgi, clerkkit.integrations.wsgi"
    frameworks = {"aiohttp", "asgiref", "django", "fastapi", "flask", "rest_framework", "starlette", "werkzeug"}
    assert fresh(f"{code}; print({frameworks} & set(sys.modules))") == "set()"


def test_the_pytest_plugin_loads_neither_emulator_nor_client() -> None:
    heavy = {"clerk_emulator", "sqlalchemy", "starlette", "httpx", "jwt", "cryptography", "clerk_bapi.client"}
    assert fresh(f"import sys, clerkkit.testing.pytest_plugin; print({heavy} & set(sys.modules))") == "set()"


@pytest.mark.parametrize(
    "package",
    [
        "clerkkit",
        "clerkkit.auth",
        "clerkkit.testing",
        "clerkkit.webhooks",
        "clerk_emulator",
        "clerk_core",
        "clerk_bapi",
        "clerk_bapi.api",
        "clerk_bapi.models",
        "clerk_bapi.resources",
        "clerk_bapi.async_resources",
    ],
)
def test_every_public_name_is_there(package: str) -> None:
    code = "; ".join(
        [
            f"import importlib; m = importlib.import_module({package!r})",
            "print(all(getattr(m, name) is not None for name in m.__all__))",
        ]
    )
    assert fresh(code) == "True"


def test_an_unknown_name_is_an_attribute_error() -> None:
    code = "import clerk_bapi.models\ntry: clerk_bapi.models.Nope\nexcept AttributeError as e: print(e)"
    assert fresh(code) == "module 'clerk_bapi.models' has no attribute 'Nope'"


def test_star_import_of_models_does_not_shadow_the_client() -> None:
    assert (
        fresh("from clerk_bapi import Client\nC = Client\nfrom clerk_bapi.models import *\nprint(Client is C)")
        == "True"
    )
