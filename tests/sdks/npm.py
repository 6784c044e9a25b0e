"""The npm packages of `javascript/package.json`, and the scripts that use them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from benchmarks import environments
from clerk_emulator import Emulator

SOURCE = Path(__file__).resolve().parent / "javascript"
FOLDER = environments.ROOT / ".venv" / "sdks"
"""Where the packages are installed. Scripts are copied here, because Node finds packages by the script's path."""


def variables(emulator: Emulator) -> dict[str, str]:
    """Return the variables that applications with Clerk's SDKs read."""
    return {
        "CLERK_SECRET_KEY": emulator.secret_key,
        "CLERK_PUBLISHABLE_KEY": emulator.publishable_key,
        "CLERK_API_URL": emulator.origin,
    }


def version(package: str) -> str:
    """Return the name of a package with its version, such as `@clerk/backend@3.25.0`."""
    dependencies = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return f"{package}@{dependencies[package]}"


def command(script: str) -> list[str]:
    """Return the command that runs a script of `javascript/`."""
    install()
    return ["node", str(FOLDER / script)]


def install() -> None:
    """Copy the scripts, and install the packages if they have changed."""
    if not shutil.which("npm"):
        raise SystemExit("make sdks needs node and npm, which run Clerk's SDK for JavaScript")
    shutil.copytree(SOURCE, FOLDER, dirs_exist_ok=True)
    wanted = (SOURCE / "package.json").read_text(encoding="utf-8")
    installed = FOLDER / ".installed"
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER)], check=True)
        installed.write_text(wanted, encoding="utf-8")
