"""Virtual environments with exactly what a user of each library installs."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OFFICIAL = "clerk-backend-api==7.0.0"

_VERSIONS = (
    "import importlib.metadata as m, json; "
    "print(json.dumps({d.metadata['Name'].lower(): d.version for d in m.distributions()}))"
)


class Unavailable(Exception):
    """An environment could not be created; the message has the reason."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    folder: Path

    @property
    def python(self) -> str:
        """The path of its interpreter."""
        return str(self.folder / "bin" / "python")

    def command(self, *arguments: str) -> list[str]:
        """Return a command line for its interpreter that ignores `PYTHON...` variables and the user site."""
        return [self.python, "-E", "-s", *arguments]

    def output(self, *arguments: str) -> str:
        """Return what a command prints."""
        done = subprocess.run(self.command(*arguments), check=True, capture_output=True, text=True, encoding="utf-8")
        return done.stdout

    def versions(self) -> dict[str, str]:
        """Return the versions of the installed distributions."""
        found: dict[str, str] = json.loads(self.output("-c", _VERSIONS))
        return found


def ours() -> Environment:
    """Return an environment with this project installed as from a wheel; a development install imports more."""
    return _ready(Environment(HERE / ".venv-ours"), f"{ROOT}[auth]", f"[auth] {_fingerprint()}")


def tasks() -> Environment:
    """Return an environment with this project, aiohttp and trio, which would slow down the measured imports."""
    requirement = f"{ROOT}[aiohttp]"
    return _ready(Environment(HERE / ".venv-tasks"), requirement, f"[aiohttp] trio {_fingerprint()}", "trio")


def official() -> Environment:
    """Return an environment with Clerk's own SDK, from PyPI."""
    return _ready(Environment(HERE / ".venv-official"), OFFICIAL, OFFICIAL)


def _ready(environment: Environment, requirement: str, wanted: str, *more: str) -> Environment:
    """Create the environment, unless it exists with the same contents and the same Python."""
    mark = environment.folder / ".made-from"
    wanted = f"{sys.version} {wanted}"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != wanted:
        _run(sys.executable, "-m", "venv", "--clear", str(environment.folder))
        _run(*environment.command("-m", "pip", "install", *_PIP_OPTIONS, requirement, *more))
        mark.write_text(wanted, encoding="utf-8")
    return environment


_PIP_OPTIONS = ("--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "15")


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise Unavailable(said[-1].strip() if said else f"{command[0]} ended with {done.returncode}")


def _fingerprint() -> str:
    """Return a hash of all files of the wheel."""
    files = [ROOT / "pyproject.toml"]
    for package in ("core/clerk_core", "generated/clerk_bapi", "overlay/clerkkit"):
        files += sorted(path for path in (ROOT / package).rglob("*") if path.is_file() and path.suffix != ".pyc")
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
