"""The environments in which guides are followed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.guides.blocks import ROOT

COMPILED = ROOT / ".venv" / "compiled"
"""Keeps what Python compiles for the guides, so that each program does not compile what it imports again."""

DEBIAN_BROWSER = {"PYTEST_PLUGINS": "tests.browser.launching", "PYTHONPATH": str(ROOT)}
"""Lets pytest-playwright start Debian's chromium."""


def of_the_tests(*plugins: str) -> dict[str, str]:
    """Return the variables of a new terminal in which the environment of the tests is active.

    Args:
        *plugins: The plugins of pytest, besides those that everyone has who has installed clerkkit.
    """
    return {
        **_inherited(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPYCACHEPREFIX": str(COMPILED),
        # Not those of this project's tools.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": ",".join(["clerkkit.testing.pytest_plugin", "anyio.pytest_plugin", *plugins]),
    }


def of_a_newcomer(wheels: Path) -> dict[str, str]:
    """Return the variables of a new terminal, in which nothing is installed.

    Args:
        wheels: Has a wheel of clerkkit for pip, which otherwise installs from the package registry.
    """
    programs = Path(sys.executable).parent
    found = [str(Path(sys.base_prefix) / "bin"), *os.environ["PATH"].split(os.pathsep)]
    links = f"{wheels} {os.environ.get('PIP_FIND_LINKS', '')}".strip()
    return {
        **{name: value for name, value in _inherited().items() if name != "VIRTUAL_ENV"},
        "PATH": os.pathsep.join(one for one in found if Path(one) != programs),
        "PYTHONPYCACHEPREFIX": str(wheels.parent / "cache"),
        "PIP_FIND_LINKS": links,
        "PIP_QUIET": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def _inherited() -> dict[str, str]:
    dropped = ("CLERK", "PYTEST", "PYTHON", "COV", "MAKE", "DJANGO", "FLASK")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "PYTHONUNBUFFERED": "1", "NO_PROXY": "127.0.0.1,localhost"}
