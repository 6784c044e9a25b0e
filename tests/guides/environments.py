"""The environment in which a guide is followed: that of the tests, where nothing has to be installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def of_the_tests(folder: Path, *plugins: str) -> dict[str, str]:
    """Return the variables of a new terminal in which the environment of the tests is active.

    Args:
        folder: Receives what Python compiles, which shows which files it has imported.
        *plugins: The plugins of pytest, besides those that everyone has who has installed clerkkit.
    """
    dropped = ("CLERK", "PYTEST", "COV", "MAKE", "DJANGO", "FLASK", "PYTHONDONTWRITEBYTECODE")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    programs = Path(sys.executable).parent
    return {
        **variables,
        "PATH": f"{programs}{os.pathsep}{variables['PATH']}",
        "PYTHONPYCACHEPREFIX": str(folder),
        "PYTHONUNBUFFERED": "1",
        # Not those of this project's tools.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": ",".join(["clerkkit.testing.pytest_plugin", "anyio.pytest_plugin", *plugins]),
        "NO_PROXY": "*",
    }
