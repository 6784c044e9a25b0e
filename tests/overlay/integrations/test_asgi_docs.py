"""The ASGI examples of docs/frameworks.md and `examples/` run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.overlay.integrations.asgi_site import People, people, served, set_variables

ROOT = Path(__file__).resolve().parents[3]
BLOCKS = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "docs/frameworks.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)


@pytest.fixture
def here(clerk_emulator: Emulator, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> People:
    set_variables(monkeypatch, clerk_emulator.secret_key, clerk_emulator.origin)
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", clerk_emulator.publishable_key)
    return people(clerk_emulator, clerk)


def app_of(module: str, monkeypatch: pytest.MonkeyPatch) -> object:
    (block,) = [block for block in BLOCKS if f"from clerkkit.integrations.{module} import" in block]
    defined = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", defined)
    exec(compile(block, "docs/frameworks.md", "exec", dont_inherit=True), vars(defined))
    return vars(defined)["app"]


def test_fastapi_example_of_the_page_runs(here: People, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    key = clerk.api_keys.create(name="Robot", subject=here.ada)
    with served(app_of("fastapi", monkeypatch)) as site:
        assert site.get("/me", here.bob_token).json() == here.bob
        assert site.get("/me").status_code == 401
        assert site.get("/admin", here.bob_token).status_code == 403
        assert site.http.post("/payments", headers={"authorization": f"Bearer {here.ada_token}"}).text == '"paid"'
        page = site.get("/account", cookie="__clerk_db_jwt=d", accept="text/html")
        assert page.headers["location"].partition("?")[0].endswith("/sign-in")
        assert site.get("/account", here.bob_token, accept="text/html").json() == here.bob
        assert site.get("/robots", key.secret).json() == "Robot"
        assert site.get("/").json() == "nobody"
        assert site.get("/", here.bob_token).json() == here.bob
        assert site.get("/docs", accept="text/html").status_code == 200


def test_starlette_example_of_the_page_runs(here: People, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(app_of("starlette", monkeypatch)) as site:
        assert site.get("/", here.ada_token).text == here.ada
        assert site.get("/").text == "nobody"
        assert site.get("/me", here.ada_token).text == here.ada
        assert site.get("/me").status_code == 401


def test_asgi_example_of_the_page_runs(here: People, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(app_of("asgi", monkeypatch)) as site:
        assert site.get("/", here.ada_token).text == here.ada
        assert site.get("/").status_code == 401


@pytest.fixture
def example() -> Iterator[list[str]]:
    """Run the example, and return the lines that it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    command = [sys.executable, "-W", "error", str(ROOT / "examples/fastapi_app.py"), "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            yield [running.stdout.readline().strip() for _ in range(4)]
        finally:
            running.terminate()


def test_calls_that_the_example_prints_work(example: list[str]) -> None:
    *lines, home = example
    with httpx.Client(trust_env=False, transport=httpx.HTTPTransport(retries=8)) as http:
        assert "You are nobody." in http.get(home).text
        assert http.get(httpx.URL(home).join("/docs")).status_code == 200
        responses = []
        for line in lines:
            _curl, _option, header, url = shlex.split(line)
            name, _, value = header.partition(": ")
            responses.append(http.get(url, headers={name: value}).json())
        assert http.get(httpx.URL(home).join("/me")).status_code == 401
    assert [response.pop("user", None) or response.pop("of", None) for response in responses].count(None) == 1
    assert responses == [{"organization": "engines", "role": "org:admin"}, {"admin of": "engines"}, {"key": "Robot"}]


def test_litestar_example_of_the_page_runs(here: People, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(app_of("litestar", monkeypatch)) as site:
        assert site.get("/me", here.bob_token).text == here.bob
        assert site.get("/me").status_code == 401
        assert site.get("/admin", here.ada_token).text == "hello"
        assert site.get("/admin", here.bob_token).status_code == 403
