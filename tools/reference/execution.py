"""Run the code of a page."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from typing import Any
from unittest import mock

from tools.reference.section import SectionFailed


class CodeFailed(SectionFailed):
    """The code of a page does not work."""


def run(code: str, name: str, environment: Mapping[str, str]) -> str:
    """Run code with some environment variables, and return what it prints.

    Raises CodeFailed if it raises an exception or prints nothing.
    """
    printed = io.StringIO()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        with mock.patch.dict(os.environ, environment), contextlib.redirect_stdout(printed):
            exec(compile(code, f"<{name}>", "exec", dont_inherit=True), namespace)
    except Exception as error:
        raise CodeFailed(f"{name}: {type(error).__name__}: {error}\n{code}") from error
    if not printed.getvalue():
        raise CodeFailed(f"{name}: prints nothing\n{code}")
    return printed.getvalue()


def run_both(sync: str, asynchronous: str, name: str, environment: Mapping[str, str]) -> str:
    """Run both forms of some code, and return what they print.

    Raises CodeFailed if one of them fails, or prints something else than the other.
    """
    printed = [run(code, name, environment) for code in (sync, asynchronous)]
    if printed[0] != printed[1]:
        raise CodeFailed(f"{name}: the sync code prints {printed[0]!r}, the async code {printed[1]!r}")
    return printed[0]
