"""docs/sync.md is true: its code runs with the shown output, and its reference is that of the tables."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from clerk_emulator import Emulator
from clerkkit.sync import Sync
from clerkkit.testing import signed_webhook, webhook_secret
from tests.overlay.sync.samples import event, user
from tools import sync_docs

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "sync.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)


@pytest.mark.parametrize(("code", "output"), [block for block in BLOCKS if block[1]])
def test_code_prints_what_the_page_shows(code: str, output: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/sync.md", "exec", dont_inherit=True), {"__name__": "page"})
    assert printed.getvalue() == output


def test_setup_for_fastapi_receives_webhooks(
    tmp_path: Path, clerk_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = [code for code, output in BLOCKS if not output]
    secret = webhook_secret()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'copy.db'}")
    monkeypatch.setenv("CLERK_SECRET_KEY", clerk_emulator.secret_key)
    monkeypatch.setenv("CLERK_API_URL", clerk_emulator.url)
    monkeypatch.setenv("CLERK_WEBHOOK_SIGNING_SECRET", secret)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, "docs/sync.md", "exec", dont_inherit=True), names)
    hook = signed_webhook(event("user.created", user()), secret)

    async def send() -> int:
        transport = httpx.ASGITransport(names["app"])
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.post("/webhooks/clerk", content=hook.body, headers=hook.headers)).status_code

    assert anyio.run(send) == 204
    sync = names["sync"]
    assert isinstance(sync, Sync)
    assert sync.status().rows["users"].live == 1
    names["engine"].dispose()


def test_reference_is_that_of_the_tables() -> None:
    assert sync_docs.replace(PAGE, "schema", sync_docs.build_schema()) == PAGE


def test_the_page_shows_a_comparison_in_which_the_copy_is_never_wrong() -> None:
    rows = re.findall(r"^\| .* \| (\d+) of (\d+) \| (\d+) of \d+ \|$", PAGE, re.MULTILINE)
    assert len(rows) == 6
    assert all(int(copy) == 0 and int(count) >= 50 for _, count, copy in rows)
    assert int(rows[-2][0]) > 0


def test_the_page_names_methods_and_receivers_that_exist() -> None:
    table = PAGE.partition("| method | what it does |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| `(\w+)\(", table, re.MULTILINE)
    assert len(named) == 13
    assert all(callable(getattr(Sync, name)) for name in named)


def test_example_runs() -> None:
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / "sync_fastapi.py"), "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "backfilled: {'users': 1}",
        "members: [{'organization': 'Engines', 'user': 'Ada', 'role': 'org:admin'}, "
        "{'organization': 'Engines', 'user': 'Charles', 'role': 'org:member'}]",
        "equal to Clerk: True",
    ]
