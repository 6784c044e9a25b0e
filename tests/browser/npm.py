"""Clerk's packages from npm, unmodified, in a folder that Git ignores."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv" / "browser"
MODULES = FOLDER / "node_modules"

SCRIPTS = {"@clerk/clerk-js": "6.40.0", "@clerk/ui": "1.36.0"}
"""Packages whose `dist/` the browser loads. It needs no other package, so their dependencies are not installed."""

PACKAGES = {"@clerk/testing": "2.2.36", "@playwright/test": "1.65.1"}
"""Packages that Node runs, with their dependencies."""


def install() -> None:
    """Install the packages, unless these versions are installed already."""
    if not shutil.which("npm"):
        raise SystemExit("make browser needs node and npm, which install Clerk's frontend and run @clerk/testing")
    wanted = json.dumps({**SCRIPTS, **PACKAGES})
    mark = FOLDER / ".installed"
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    manifest = {"private": True, "type": "module", "dependencies": PACKAGES}
    (FOLDER / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    # Scripts of packages would download browsers.
    _npm("install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    for name, version in SCRIPTS.items():
        _unpack(FOLDER / _npm("pack", f"{name}@{version}").splitlines()[-1], MODULES / name)
    mark.write_text(wanted, encoding="utf-8")


def _npm(*arguments: str) -> str:
    command = ["npm", "--silent", *arguments]
    return subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.PIPE, text=True, timeout=600).stdout


def _unpack(archive: Path, target: Path) -> None:
    """Unpack a package as npm does: npm's archives have one folder, `package`."""
    with tarfile.open(archive) as content:
        # As with extractall(filter="data"), which Python 3.11.2 of Debian does not have.
        content.extraction_filter = getattr(tarfile, "data_filter", None)
        content.extractall(FOLDER)
    archive.unlink()
    target.parent.mkdir(exist_ok=True)
    shutil.move(FOLDER / "package", target)
