"""The folder with Clerk's documents and recordings, which are not part of the project."""

from __future__ import annotations

import hashlib
import os
import tomllib
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

LOCK = Path(__file__).resolve().parents[1] / "spec" / "lock.toml"


def shared(*parts: str) -> Path:
    """Return a path in the folder that CLERKKIT_SHARED names.

    If there is no such folder, the test is skipped, or fails if the environment variable CI is `true`.
    """
    folder = os.environ.get("CLERKKIT_SHARED", "")
    if not folder:
        _missing("CLERKKIT_SHARED is not set")
    if not Path(folder).is_dir():
        _missing("CLERKKIT_SHARED does not name a folder")
    return Path(folder, *parts)


def followed(kind: str) -> Path:
    """Return the document that spec/ was made from: `contract` or `events`. If it is missing, see `shared`."""
    wanted = tomllib.loads(LOCK.read_text(encoding="utf-8"))[kind]["sha256"]
    return _documents().get(wanted) or _missing(f"{shared('specs')} holds no document with the checksum in lock.toml")


@cache
def _documents() -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in shared("specs").rglob("*.yml")}


def _missing(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
