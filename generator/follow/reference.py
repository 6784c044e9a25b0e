"""Write docs/reference of an updated project."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def write(copy: Path, environment: Mapping[str, str]) -> list[str]:
    """Write docs/reference of a copy of the project, and return notes on what is left to do by hand.

    It stays as it is if an example fails, which a note says.
    """
    if not (copy / "tools" / "reference").exists():
        return []
    done = subprocess.run(
        [sys.executable, "-m", "tools.reference"],
        cwd=copy,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-10:])
        return [f"docs/reference is not up to date: mend the examples, and run make reference\n{last}"]
    return done.stdout.splitlines()[:-1]
