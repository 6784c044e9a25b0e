"""The section "Try it in a browser" of README.md: its commands run, and its steps lead to what it says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser import npm

SECTION = (
    (npm.ROOT / "README.md").read_text(encoding="utf-8").partition("## Try it in a browser")[2].partition("\n## ")[0]
)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL) for line in block.splitlines()]


@contextmanager
def running(command: str, last_line: str) -> Generator[list[str]]:
    """Run a command in a shell until the end of the block, and return what it prints up to a line."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CLERK_", "MAKE"))}
    with subprocess.Popen(
        ["sh", "-c", command],
        cwd=npm.ROOT,
        env=inherited,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        try:
            assert program.stdout is not None
            lines: list[str] = []
            for line in program.stdout:
                lines.append(line.rstrip())
                if line.startswith(last_line):
                    break
            yield lines
        finally:
            os.killpg(program.pid, signal.SIGTERM)
            program.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.flow("the first minutes of the README: three commands")
def test_first_minutes(page: Page) -> None:
    start, variables, serve = COMMANDS
    assert start == 'make emulator ARGUMENTS="--seed examples/people.yaml"'
    port, app_port = free_port(), free_port()
    # The environment of the tests stays as it is, and the usual ports may be in use.
    start = start.replace("make ", "make -o .venv/.ready ").replace(".yaml", f".yaml --port {port}")
    with running(start, "Control API:") as banner:
        dashboard = next(line.split()[-1] for line in banner if line.startswith("Dashboard:"))
        assert dashboard == f"http://127.0.0.1:{port}/"
        second = f"{variables.replace('--print-env', f'--print-env --port {port}')}\n{serve} {app_port}"
        with running(second, "http://") as printed:
            assert printed == [f"http://localhost:{app_port}/"]
            page.goto(printed[0])
            page.get_by_role("link", name="Sign in").click()
            page.get_by_role("button", name="Ada Lovelace").click()
            expect(page.get_by_role("heading")).to_have_text("Hello Ada")
            for link, heading in (("Account", "Your account"), ("Analytical Engines", "Analytical Engines")):
                page.get_by_role("link", name=link).click()
                expect(page.get_by_role("heading")).to_have_text(heading)
                page.get_by_role("link", name="Home").click()
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("heading")).to_have_text("Welcome")
            page.goto(dashboard)
            expect(page.get_by_role("cell", name="RevokeSession", exact=True)).to_be_visible()
            page.get_by_role("link", name="Events", exact=True).click()
            expect(page.get_by_role("link", name="session.revoked")).to_be_visible()
