"""`make package`: build wheel and sdist, install each into a clean environment, and use it there."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "clerk_core": ROOT / "core",
    "clerk_bapi": ROOT / "generated",
    "clerk_emulator": ROOT / "emulator",
    "clerkkit": ROOT / "overlay",
}
SDIST_HAS = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "spec/contract.json", "generator/__main__.py")
USE = """
import clerk_bapi, clerkkit
from clerk_bapi import api, events, models
from clerkkit.drift.contract import load_contract
assert all(getattr(m, name) is not None for m in (clerkkit, clerk_bapi, api, models) for name in m.__all__)
with clerkkit.Clerk("sk_test_x") as client:
    assert client.users.list and client.api_keys
assert load_contract().find_drifts("GET /users/count", clerkkit.Response(200, {}, b"[]"))
print(f"{len(api.__all__)} operations, {len(models.__all__)} models, {len(events.EVENTS)} events")
"""

USE_EMULATOR = """
from clerk_emulator import Emulator
from clerkkit import Clerk
with Emulator() as emulator, Clerk(emulator.secret_key, base_url=emulator.url, strict=True) as clerk:
    assert clerk.users.get(clerk.users.create(username="ada_l").id).username == "ada_l"
print("the emulator serves")
"""


USE_PACKAGED = """
from clerkkit import Clerk, Drift, codes
told: list[Drift] = []
with Clerk("sk_test_x", on_drift=told.extend) as clerk:
    clerk.auth, clerk.users.list, codes.FORM_IDENTIFIER_EXISTS
print("packaged by PyInstaller")
"""


def main() -> int:
    """Return 1, after printing the problems, if a file is missing or superfluous, or a package does not work."""
    with tempfile.TemporaryDirectory() as folder:
        dist = Path(folder) / "dist"
        _run(sys.executable, "-m", "build", "--outdir", str(dist), str(ROOT))
        (wheel,) = dist.glob("*.whl")
        (sdist,) = dist.glob("*.tar.gz")
        problems = [*_wheel_problems(wheel), *_sdist_problems(sdist)]
        for problem in problems:
            print(problem, file=sys.stderr)
        for package in (wheel, sdist):
            print(f"{package.name}: {_used(package, Path(folder) / package.name.replace('.', '_'))}")
        print(_packaged(wheel, Path(folder)))
        return 1 if problems else 0


def _wheel_problems(wheel: Path) -> list[str]:
    """Return the files that the wheel lacks or should not contain."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        str(path.relative_to(root))
        for package, root in PACKAGES.items()
        for path in (root / package).rglob("*")
        if path.suffix in (".py", ".html", ".css", ".js", ".svg") or path.name in ("py.typed", "response_schemas.json")
    } | {"clerk_emulator/contract.json", "clerk_emulator/events.json", "clerk_emulator/frontend_api.json"}
    return [f"wheel lacks {name}" for name in sorted(expected - held)] + [
        f"wheel holds {name}" for name in sorted(held - expected)
    ]


def _sdist_problems(sdist: Path) -> list[str]:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    return [f"sdist lacks {name}" for name in SDIST_HAS if name not in held] + [
        f"sdist holds {name}" for name in sorted(held) if "__pycache__" in name or name.startswith(("shared", ".venv"))
    ]


def _used(package: Path, environment: Path) -> str:
    _run(sys.executable, "-m", "venv", str(environment))
    python = str(environment / "bin" / "python")
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*install, str(package))
    used = _run(python, "-I", "-W", "error", "-c", USE)
    _require_message_without_extra(environment)
    _run(*install, f"{package}[emulator]")
    _require_served(environment)
    return f"{used}; {_run(python, '-I', '-W', 'error', '-c', USE_EMULATOR)}"


def _require_message_without_extra(environment: Path) -> None:
    """Raise SystemExit unless the command says which extra it needs."""
    done = subprocess.run([environment / "bin" / "clerk-emulator"], capture_output=True, text=True, check=False)
    if done.returncode != 1 or 'pip install "clerkkit[emulator]"' not in done.stderr or "Traceback" in done.stderr:
        raise SystemExit(f"clerk-emulator without its extra:\n{done.stdout}{done.stderr}")


def _require_served(environment: Path) -> None:
    """Raise SystemExit unless the command serves the API."""
    command = [str(environment / "bin" / "clerk-emulator"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tempfile.gettempdir()) as process:
        assert process.stdout
        origin = process.stdout.readline().split()[-1].removesuffix("/v1")
        try:
            with urllib.request.urlopen(f"{origin}/_emulator/health", timeout=30) as response:
                health = json.load(response)
        finally:
            process.terminate()
    if health["status"] != "ok":
        raise SystemExit(f"clerk-emulator is not healthy: {health}")


def _packaged(wheel: Path, folder: Path) -> str:
    """Package a program with PyInstaller, and return what it prints."""
    environment, program = folder / "packaged", folder / "program.py"
    program.write_text(USE_PACKAGED, encoding="utf-8")
    _run(sys.executable, "-m", "venv", str(environment))
    python = str(environment / "bin" / "python")
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pyinstaller", f"{wheel}[auth]")
    paths = [f"--{name}path={folder / name}" for name in ("work", "dist", "spec")]
    _run(python, "-m", "PyInstaller", "--log-level=ERROR", *paths, str(program))
    return _run(str(folder / "dist" / "program" / "program"))


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tempfile.gettempdir())
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
