"""Clerk's browser scripts, served from the user's own copy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.http.scripts import find_packages
from tests.emulator.test_command import command

SECRET = "the content of no script"


def install(project: Path, name: str, version: str) -> Path:
    package = project / "node_modules" / "@clerk" / name
    (package / "dist" / "chunks").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"name": f"@clerk/{name}", "version": version}))
    (package / "dist" / f"{name}.js").write_text(f"// {name} \N{SNOWMAN}")
    (package / "dist" / "chunks" / "a b.js").write_text("// chunk")
    (package / "dist" / "style.css").write_text("p {}")
    (package / "dist" / f"{name}.js.map").write_text("{}")
    (package / "dist" / "README").write_text(SECRET)
    (package / "secret.js").write_text(SECRET)
    return package


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    package = install(folder, "clerk-js", "6.40.0")
    install(folder, "ui", "1.36.0")
    install(folder, "backend", "3.0.0")
    (folder / "outside.js").write_text(SECRET)
    (package / "dist" / "link.js").symlink_to(folder / "outside.js")
    return folder


@pytest.fixture(scope="module")
def http(project: Path) -> Iterator[httpx.Client]:
    with (
        Emulator(clerk_js=project) as emulator,
        httpx.Client(base_url=emulator.origin, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("path", "media_type", "text"),
    [
        ("clerk-js@6/dist/clerk-js.js", "text/javascript; charset=utf-8", "// clerk-js \N{SNOWMAN}"),
        ("clerk-js@6.12.1/dist/clerk-js.js", "text/javascript; charset=utf-8", "// clerk-js \N{SNOWMAN}"),
        ("clerk-js@latest/dist/clerk-js.js", "text/javascript; charset=utf-8", "// clerk-js \N{SNOWMAN}"),
        ("clerk-js/dist/clerk-js.js", "text/javascript; charset=utf-8", "// clerk-js \N{SNOWMAN}"),
        ("clerk-js@6/dist/chunks/a%20b.js", "text/javascript; charset=utf-8", "// chunk"),
        ("clerk-js@6/dist/style.css", "text/css; charset=utf-8", "p {}"),
        ("clerk-js@6/dist/clerk-js.js.map", "application/json", "{}"),
        ("ui@1/dist/ui.js", "text/javascript; charset=utf-8", "// ui \N{SNOWMAN}"),
    ],
)
def test_serves_scripts_to_pages_of_any_origin(http: httpx.Client, path: str, media_type: str, text: str) -> None:
    response = http.get(f"/npm/@clerk/{path}", headers={"Origin": "http://localhost:3000"})
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    assert response.content.decode() == text
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "clerk-js@6/dist/../secret.js",
        "clerk-js@6/dist/%2e%2e/secret.js",
        "clerk-js@6/dist/..%2Fsecret.js",
        "clerk-js@6/dist/..%2f..%2f..%2f..%2foutside.js",
        "clerk-js@6/dist/..%5csecret.js",
        "clerk-js@6/dist/chunks/../../secret.js",
        "clerk-js@6/dist//etc/passwd",
        "clerk-js@6/dist/%2Fetc%2Fpasswd",
        "clerk-js@6/dist/link.js",
        "clerk-js@6/dist/README",
        "clerk-js@6/dist/chunks",
        "clerk-js@6/dist/none.js",
        "clerk-js@6/dist/clerk-js.js%00.css",
        "clerk-js@6/dist/%00.js",
        "clerk-js@6/dist/" + "x" * 300 + ".js",
        "clerk-js@6/dist/",
        "clerk-js@6/secret.js",
        "clerk-js@6/dist/%252e%252e/secret.js",
        "backend@3/dist/backend.js",
        "../clerk-js@6/dist/clerk-js.js",
    ],
)
def test_serves_nothing_outside_of_the_packages(http: httpx.Client, path: str) -> None:
    # Sent as it is: httpx resolves dots in URLs.
    request = httpx.Request("GET", http.base_url)
    request.url = request.url.copy_with(raw_path=f"/npm/@clerk/{path}".encode())
    response = http.send(request)
    assert response.status_code == 404, response.text
    assert SECRET not in response.text
    assert "root:" not in response.text
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


def test_says_which_version_is_there_if_a_page_asks_for_another(http: httpx.Client) -> None:
    response = http.get("/npm/@clerk/clerk-js@5/dist/clerk-js.js")
    assert response.status_code == 404
    assert response.text == ("The page asks for @clerk/clerk-js@5, and the copy is 6.40.0: install that version.\n")


def test_says_how_to_get_a_copy_if_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Emulator() as emulator:
        response = httpx.get(f"{emulator.origin}/npm/@clerk/clerk-js@6/dist/clerk.browser.js", trust_env=False)
    assert response.status_code == 404
    assert "has no copy of @clerk/clerk-js" in response.text
    assert "npm install @clerk/clerk-js" in response.text


def test_finds_the_copy_from_each_folder(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = (project / "node_modules").resolve()
    for folder in (project, packages, packages / "@clerk" / "clerk-js", str(project)):
        assert find_packages(folder) == packages
    monkeypatch.chdir(project)
    assert find_packages(None) == packages
    monkeypatch.chdir(packages / "@clerk" / "clerk-js")
    assert find_packages(None) is None
    assert find_packages(".") == packages
    with pytest.raises(ValueError, match=r"clerk_js: .* has no @clerk/clerk-js"):
        find_packages(tmp_path)


def test_links_of_package_managers_are_followed(project: Path, tmp_path: Path) -> None:
    (tmp_path / "node_modules" / "@clerk").mkdir(parents=True)
    link = tmp_path / "node_modules" / "@clerk" / "clerk-js"
    link.symlink_to(project / "node_modules" / "@clerk" / "clerk-js")
    with Emulator(clerk_js=tmp_path) as emulator, httpx.Client(base_url=emulator.origin, trust_env=False) as http:
        assert http.get("/npm/@clerk/clerk-js@6/dist/clerk-js.js").text.startswith("// clerk-js")
        assert http.get("/npm/@clerk/clerk-js@6/dist/link.js").status_code == 404
        assert "has no copy of @clerk/ui" in http.get("/npm/@clerk/ui@1/dist/ui.js").text


def test_command_rejects_a_folder_without_a_copy(tmp_path: Path) -> None:
    done = command("--clerk-js", str(tmp_path))
    assert done.returncode == 1
    assert "has no @clerk/clerk-js" in done.stderr
