"""`make example-apps`: install each application of `examples/` into a clean environment, and run its tests there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ("fastapi-app", "django-app")


def main(*names: str) -> int:
    """Return 1, after the output of the tests, if those of an application fail."""
    failed = [name for name in names or APPS if not _passes(ROOT / "examples" / name)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _passes(app: Path) -> bool:
    """Install an application with the clerkkit of this checkout, and return whether its tests pass."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        group = f"{app / 'pyproject.toml'}:test"
        subprocess.run([*pip, f"clerkkit @ {ROOT.as_uri()}", str(app), "--group", group], check=True)
        installed = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLERK", "PYTHON"))}
        done = subprocess.run([str(python), "-m", "pytest", "-q"], cwd=app, env=environment, check=False)
    ended = time.monotonic()
    print(f"{app.name}: installed in {installed - start:.0f}s, tested in {ended - installed:.0f}s")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
