"""The environment in which a guide is followed: that of the tests, where nothing has to be installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def of_the_tests(folder: Path) -> dict[str, str]:
    """Return the variables of a new terminal in which the environment of the tests is active.

    Args:
        folder: Receives what Python compiles, which shows which files it has imported.
    """
    dropped = ("CLERK", "PYTEST", "COV", "MAKE", "DJANGO", "FLASK", "PYTHONDONTWRITEBYTECODE")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    programs = Path(sys.executable).parent
    return {
        **variables,
        "PATH": f"{programs}{os.pathsep}{variables['PATH']}",
        "PYTHONPYCACHEPREFIX": str(folder),
        "PYTHONUNBUFFERED": "1",
        # Those that a reader has, who did not install the tools of this project.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": "clerkkit.testing.pytest_plugin,anyio.pytest_plugin",
        "NO_PROXY": "*",
    }
