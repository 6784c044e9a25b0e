"""What an import loads, and which names a package has."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest


def run_fresh(code: str) -> str:
    """Return what `code` prints in a new process."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_and_creating_a_client_loads_no_models() -> None:
    loaded = run_fresh(
        "import sys, clerk_bapi; clerk_bapi.Client('sk_test_x'); print([m for m in sys.modules if 'clerk_bapi' in m])"
    )
    assert set(ast.literal_eval(loaded)) == {"clerk_bapi", "clerk_bapi.client"}


def test_models_do_not_load_attrs() -> None:
    assert run_fresh("import sys; from clerk_bapi.models import User; print('attr' in sys.modules)") == "False"


def test_the_shared_modules_load_no_web_framework() -> None:
    code = "import sys, clerkkit.auth, clerkkit.webhooks, clerkkit.integrations.asgi, clerkkit.integrations.wsgi"
    frameworks = {"aiohttp", "asgiref", "django", "fastapi", "flask", "rest_framework", "starlette", "werkzeug"}
    assert run_fresh(f"{code}; print({frameworks} & set(sys.modules))") == "set()"


def test_the_pytest_plugin_loads_neither_emulator_nor_client() -> None:
    heavy = {"clerk_emulator", "starlette", "httpx", "jwt", "cryptography", "clerk_bapi.client"}
    assert run_fresh(f"import sys, clerkkit.testing.pytest_plugin; print({heavy} & set(sys.modules))") == "set()"


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
    ],
)
def test_every_public_name_exists(package: str) -> None:
    code = "; ".join(
        [
            f"import importlib; m = importlib.import_module({package!r})",
            "print(all(getattr(m, name) is not None for name in m.__all__))",
        ]
    )
    assert run_fresh(code) == "True"


def test_an_unknown_name_raises_attribute_error() -> None:
    code = "import clerk_bapi.models\ntry: clerk_bapi.models.Nope\nexcept AttributeError as e: print(e)"
    assert run_fresh(code) == "module 'clerk_bapi.models' has no attribute 'Nope'"


def test_star_import_of_models_does_not_shadow_the_client() -> None:
    assert (
        run_fresh("from clerk_bapi import Client\nC = Client\nfrom clerk_bapi.models import *\nprint(Client is C)")
        == "True"
    )
