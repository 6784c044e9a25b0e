"""The fixtures of the plugin, in a project of a user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

APPLICATION = """
import os
from typing import Annotated
from fastapi import Depends, FastAPI
from flask import Flask, jsonify, request
from clerkkit.auth import SessionClaims
from clerkkit.integrations import flask as flask_auth
from clerkkit.integrations.flask import ClerkExtension
from clerkkit.integrations.fastapi import ClerkMiddleware, require_auth

def create_app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(ClerkMiddleware)

    @app.get("/me")
    async def me(session: Annotated[SessionClaims, Depends(require_auth())]) -> str:
        return session.user_id

    return app

imported_with = os.environ["CLERK_API_URL"]
app = create_app()

flask_app = Flask("site")
ClerkExtension(flask_app)

@flask_app.get("/me")
@flask_auth.require_auth()
def me():
    return jsonify(flask_auth.get_auth(request).user_id)
"""

CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def clerk_application():
    return "my_application:{name}"
"""

TESTS = """
import sys
import httpx
import pytest

@pytest.mark.parametrize("time", [1, 2])
def test_app_uses_the_emulator(clerk, clerk_emulator, clerk_app, auth_headers, time):
    import my_application

    assert my_application.imported_with == clerk_emulator.origin
    assert clerk.users.list() == []
    ada = clerk.users.create(username="ada_l")
    assert httpx.get(clerk_app + "/me", headers=auth_headers(ada), trust_env=False).json() == ada.id
    assert httpx.get(clerk_app + "/me", trust_env=False).status_code == 401

def test_playwright_is_not_imported():
    assert "playwright" not in sys.modules
"""


def run(folder: Path, *arguments: str, **files: str) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    options = ["-q", "-p", "no:xdist", "-p", "no:playwright", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments, str(folder)],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["app", "create_app", "flask_app"])
def test_app_runs_with_the_variables_of_the_emulator(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, my_application=APPLICATION, conftest=CONFTEST.format(name=name), test_it=TESTS)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_missing_application_is_explained(tmp_path: Path) -> None:
    done = run(tmp_path, test_it="def test_it(clerk_app): pass")
    assert done.returncode
    assert "define the fixture clerk_application" in done.stdout


def test_missing_playwright_is_explained(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pytest_playwright' else find(name, *rest)\n",
        encoding="utf-8",
    )
    done = run(tmp_path, test_it="def test_it(signed_in_page): pass")
    assert done.returncode
    assert "needs pytest-playwright: pip install pytest-playwright" in done.stdout
