"""The README's Python runs as it stands there, against a server on loopback, and prints what it says."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import re
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Received, answer, serve

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", README, re.DOTALL)

USER = {
    "id": "user_1",
    "object": "user",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "created_at": 1769860800123,
    "email_addresses": [{"email_address": "ada@example.com"}],
}
NOBODY = {
    "errors": [
        {
            "code": "resource_not_found",
            "message": "not found",
            "long_message": "No user was found with id user_nobody.",
        }
    ],
    "clerk_trace_id": "8f2c",
}
ORGANIZATIONS = {"data": [{"name": "Analytical Engines"}, {"name": "Difference Engines"}], "total_count": 2}


def clerk(received: Received) -> bytes:
    """As much of Clerk as the README asks for."""
    if received.path == "/organizations":
        return answer(200, ORGANIZATIONS)
    if received.path == "/users/user_nobody":
        return answer(404, NOBODY)
    return answer(200, [USER] if received.path == "/users" else USER)


@pytest.mark.parametrize(("code", "output"), BLOCKS, ids=range(len(BLOCKS)))
def test_the_readme_runs(code: str, output: str) -> None:
    printed = io.StringIO()
    names: dict[str, Any] = {}
    with serve(clerk) as server, contextlib.redirect_stdout(printed):
        here = code.replace('"sk_test_..."', f'"sk_test_x", base_url={server.url!r}')
        exec(compile(here, "README.md", "exec", dont_inherit=True), names)
        if inspect.iscoroutinefunction(names.get("main")):
            asyncio.run(names["main"]())
    if output:
        assert printed.getvalue() == output
