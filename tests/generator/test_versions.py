"""`make generate VERSION=...` with each version of Clerk's document: clerkkit works and sends that version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.checks import guard
from generator.commands import main
from tests.generator.projects import ROOT
from tests.loopback import respond, serve
from tests.shared import shared

FOLDER = Path(os.environ.get("CLERKKIT_SHARED", ""), "specs", "bapi")
VERSIONS = sorted(path.stem for path in FOLDER.glob("*.yml")) or ["none"]
LACKING = {"2021-02-05", "2024-10-01", "2025-03-12", "2025-04-10"}
"""Versions without some operations that clerkkit uses."""
USE = """
import sys, importlib, pkgutil
import clerk_bapi, clerkkit, django.conf
contrib = [f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "messages", "sessions")]
django.conf.settings.configure(INSTALLED_APPS=[*contrib, "clerkkit.sync.django"])
django.setup()
assert clerk_bapi.API_VERSION == sys.argv[2], clerk_bapi.__file__
for found in pkgutil.walk_packages(clerkkit.__path__, "clerkkit."):
    importlib.import_module(found.name)
with clerkkit.Clerk("sk_test_x", base_url=sys.argv[1]) as clerk:
    for name in dir(clerk):
        getattr(clerk, name)
    assert clerk.users.get("user_1").id == "user_1"
    assert clerk.users.set_profile_image("user_1", b"GIF89a" + b"x" * 100).id == "user_1"
"""


def generated(folder: Path, version: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Generate in a copy of the project, and return the messages about the overlay."""
    shutil.copytree(ROOT / "spec", folder / "spec")
    shutil.copy(ROOT / "generator_config.yaml", folder)
    (folder / "overlay").symlink_to(ROOT / "overlay")
    arguments = ["generate", "--version", version, "--from", str(shared("specs"))]
    assert main(["--root", str(folder), *arguments]) == 0
    return capsys.readouterr().err


@pytest.mark.parametrize("version", VERSIONS)
def test_clerkkit_can_be_imported_and_sends_the_version(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {*LACKING, "2025-11-10"} < {path.stem for path in shared("specs", "bapi").glob("*.yml")}
    output = generated(tmp_path, version, capsys)
    findings = guard.check_overlay(ROOT / "overlay" / "clerkkit", tmp_path / "generated" / "clerk_bapi")
    assert bool(findings) == (version in LACKING)
    assert all(f"clerkkit does not fit {version}: {finding}\n" in output for finding in findings)
    rooms = (tmp_path / "generated", ROOT / "core", ROOT / "overlay", ROOT)
    with serve(lambda _: respond(200, {"object": "user", "id": "user_1"})) as server:
        done = subprocess.run(
            [sys.executable, "-c", USE, server.url, version],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, rooms))},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert [received.headers["Clerk-API-Version"] for received in server.requests] == [version] * 2


def test_missing_operation_fails_only_when_its_wrapper_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated(tmp_path, "2025-03-12", capsys)
    rooms = (tmp_path / "generated", ROOT / "core", ROOT / "overlay")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import clerkkit; clerkkit.Clerk('sk_test_x').oauth_applications.upload_logo('oa_1', b'GIF89a image')",
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, rooms))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1].startswith("AttributeError: module 'clerk_bapi.api.oauth_applications' has")
